import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { AppError } from "#kernel/lib/errors.ts";
import { testDatabase } from "#test/support/database.ts";
import { fivePack, ledgerRig, type Paid } from "#test/support/ledger-rig.ts";

import type { Order, PaymentOutcome } from "./index.ts";

const { db } = await testDatabase({ connections: 20 });
const rig = ledgerRig(db);
const { ledger, write } = rig;
const { stars } = ledger;

async function credit(paid: Paid, change: { readonly currency?: string } = {}): Promise<PaymentOutcome> {
  return await write(async (tx) => await stars.creditPayment(tx, { currency: "XTR", ...paid, ...change }));
}

async function openOrder(userId: number): Promise<Order> {
  return await write(async (tx) => await stars.openOrder(tx, { userId, pack: fivePack }));
}

async function posted(userId: number): Promise<bigint> {
  return (await ledger.balance(db, userId)).posted;
}

test("an order is open to its own person, for its own price, for a while", async () => {
  const user = await rig.newUser();
  const other = await rig.newUser();
  const order = await openOrder(user.id);
  const query = { telegramId: user.telegramId, orderId: order.id, currency: "XTR", stars: 500 };
  assert.equal(await stars.checkOrder(db, query), undefined);
  assert.equal(await stars.checkOrder(db, { ...query, orderId: "nothing" }), "unknown_order");
  assert.equal(await stars.checkOrder(db, { ...query, telegramId: other.telegramId }), "wrong_person");
  assert.equal(await stars.checkOrder(db, { ...query, stars: 499 }), "wrong_amount");
  assert.equal(await stars.checkOrder(db, { ...query, currency: "USD" }), "wrong_amount");

  await sql`update account.person set blocked = true where id = ${user.id}`.execute(db);
  assert.equal(await stars.checkOrder(db, query), "account_blocked");
  await sql`update account.person set blocked = false where id = ${user.id}`.execute(db);

  assert.equal(order.expiresAt.getTime() - rig.clock.now().getTime(), 24 * 60 * 60_000);
  await rig.clock.advance(24 * 60 * 60_000);
  assert.equal(await stars.checkOrder(db, query), "expired");
});

test("twenty equal tellings of one payment at once credit it once", async () => {
  const user = await rig.newUser();
  const paid = await rig.pay(user);
  const outcomes = await Promise.all(Array.from({ length: 20 }, async () => await credit(paid)));
  assert.deepEqual(
    outcomes.map((outcome) => outcome.ok && outcome.repeated).filter((repeated) => !repeated),
    [false],
  );
  for (const outcome of outcomes) {
    assert.ok(outcome.ok);
    assert.deepEqual([outcome.userId, outcome.credits, outcome.balance.posted], [user.id, 5000n, 5000n]);
  }
  assert.equal(await posted(user.id), 5000n);
  await rig.assertSound();
});

test("one order that is paid twice is credited twice: each charge is money", async () => {
  const user = await rig.newUser();
  const paid = await rig.pay(user);
  await Promise.all([credit(paid), credit({ ...paid, chargeId: "second-of-the-order" })]);
  assert.equal(await posted(user.id), 10_000n);
  await rig.assertSound();
});

test("a payment that comes after its order's time is credited", async () => {
  const user = await rig.newUser();
  const paid = await rig.pay(user);
  await rig.clock.advance(30 * 24 * 60 * 60_000);
  assert.ok((await credit(paid)).ok);
  assert.equal(await posted(user.id), 5000n);
});

test("a payment for no order we know waits in suspense and is told once", async () => {
  const user = await rig.newUser();
  const stray = { telegramId: user.telegramId, orderId: "old-bot:pack-3", stars: 77, chargeId: "stray" };
  const outcomes = await Promise.all(Array.from({ length: 5 }, async () => await credit(stray)));
  for (const outcome of outcomes) assert.deepEqual(outcome, { ok: false, reason: "unknown_order" });
  assert.equal(await posted(user.id), 0n);
  assert.deepEqual(
    rig.drifts().filter((detail) => detail.includes("stray")),
    ["Payment stray of 77 Stars is for no order we know; it is kept in suspense."],
  );
  assert.deepEqual(await stars.suspended(db), [
    { chargeId: "stray", stars: 77, payload: "old-bot:pack-3", telegramId: user.telegramId, paidAt: rig.clock.now() },
  ]);
  await rig.assertSound();

  const to = { userId: user.id, credits: 770n, actor: "user:1" };
  const [one, two] = await Promise.all([
    write(async (tx) => await stars.assignPayment(tx, "stray", to)),
    write(async (tx) => await stars.assignPayment(tx, "stray", to)),
  ]);
  assert.notEqual(one.ok, two.ok);
  assert.equal(await posted(user.id), 770n);
  assert.deepEqual(await stars.suspended(db), []);
  assert.equal((await credit(stray)).ok, true, "told again, it is the payment that was assigned");
  await rig.assertSound();
});

test("a payment of another amount than ordered waits in suspense", async () => {
  const user = await rig.newUser();
  const paid = await rig.pay(user);
  assert.deepEqual(await credit({ ...paid, stars: 1 }), { ok: false, reason: "unknown_order" });
  assert.equal(await posted(user.id), 0n);
  assert.ok(
    rig.drifts().includes(`Payment ${paid.chargeId} of 1 Stars should have been 500 Stars; it is kept in suspense.`),
  );
  await rig.assertSound();
});

test("a payment that is told again with another amount keeps its first booking, and the admins hear of it", async () => {
  const user = await rig.newUser();
  const paid = await rig.buy(user);
  const outcome = await credit({ ...paid, stars: 5 });
  assert.ok(outcome.ok && outcome.repeated);
  assert.equal(await posted(user.id), 5000n);
  assert.ok(rig.drifts().includes(`Payment ${paid.chargeId} was told again with 5 Stars; 500 are booked.`));
});

test("a payment in another currency is told, once, and books nothing", async () => {
  const user = await rig.newUser();
  const paid = await rig.pay(user);
  for (let times = 0; times < 2; times += 1) {
    assert.deepEqual(await credit(paid, { currency: "USD" }), { ok: false, reason: "unknown_order" });
  }
  assert.equal(rig.drifts().filter((detail) => detail.includes("500 USD")).length, 1);
  assert.equal((await credit(paid)).ok, true);
});

test("who pays another one's order buys for that one, and the admins hear of it", async () => {
  const orderer = await rig.newUser();
  const payer = await rig.newUser();
  const paid = await rig.pay(orderer);
  const outcome = await credit({ ...paid, telegramId: payer.telegramId });
  assert.ok(outcome.ok);
  assert.equal(outcome.userId, orderer.id);
  assert.equal(await posted(orderer.id), 5000n);
  assert.ok(rig.drifts().some((detail) => detail.includes(`Payment ${paid.chargeId} was made by another person`)));
});

test("a payment is credited although its person was shut out", async () => {
  const user = await rig.newUser();
  const paid = await rig.pay(user);
  await sql`update account.person set blocked = true where id = ${user.id}`.execute(db);
  assert.ok((await credit(paid)).ok);
  assert.equal(await posted(user.id), 5000n);
});

test("a payment whose transaction is rolled back is not credited, and can be told again", async () => {
  const user = await rig.newUser();
  const paid = await rig.pay(user);
  await assert.rejects(
    write(async (tx) => {
      await stars.creditPayment(tx, { ...paid, currency: "XTR" });
      throw new Error("the process died");
    }),
    /died/,
  );
  assert.equal(await posted(user.id), 0n);
  const outcome = await credit(paid);
  assert.ok(outcome.ok && !outcome.repeated);
  await rig.assertSound();
});

test("nothing cannot be assigned, nor an unknown or credited payment", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const assign = async (id: string, credits: bigint): Promise<unknown> =>
    await write(async (tx) => await stars.assignPayment(tx, id, { userId: user.id, credits, actor: "user:1" }));
  assert.deepEqual(await assign("never-seen", 1n), { ok: false, reason: "not_suspended" });
  assert.deepEqual(await assign(chargeId, 1n), { ok: false, reason: "not_suspended" });
  await assert.rejects(assign(chargeId, 0n), (error) => error instanceof AppError);
});
