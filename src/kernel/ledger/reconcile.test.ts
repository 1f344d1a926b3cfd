import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import type { Db } from "#kernel/db/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { type LedgerRig, ledgerRig } from "#test/support/ledger-rig.ts";
import { BankFailure } from "#test/support/star-bank.ts";

const settleMs = 120_000;

interface Rig extends LedgerRig {
  readonly db: Db;
  /** Lets what is young now become old enough, and runs the job. */
  readonly reconcile: () => Promise<void>;
}

async function makeRig(): Promise<Rig> {
  const { db } = await testDatabase({ connections: 6 });
  const rig = ledgerRig(db);
  return {
    ...rig,
    db,
    reconcile: async () => {
      await rig.clock.advance(settleMs);
      await rig.run("ledger.reconcile-stars");
    },
  };
}

/** The list of a bank belongs to one ledger: a database for each test, all made before the first. */
const rigs: Rig[] = [];
for (let count = 0; count < 17; count += 1) rigs.push(await makeRig());

function freshRig(): Rig {
  const rig = rigs.pop();
  assert.ok(rig !== undefined, "one more test than rigs");
  return rig;
}

async function offsetOf(db: Db): Promise<number> {
  const { rows } = await sql<{ next_offset: number }>`select next_offset from ledger.reconciliation`.execute(db);
  return rows[0]!.next_offset;
}

async function posted({ ledger, db }: { ledger: LedgerRig["ledger"]; db: Db }, user: User): Promise<bigint> {
  return (await ledger.balance(db, user.id)).posted;
}

test("a payment that never reached us is credited and told, once", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  await rig.buy(user);
  const lost = await rig.pay(user);
  await rig.reconcile();
  await rig.reconcile();
  assert.equal(await posted(rig, user), 10_000n);
  assert.deepEqual(rig.events, [
    { type: "payment_recovered", userId: user.id, credits: 5000n, stars: 500, subscription: undefined },
  ]);

  const late = await rig.write(async (tx) => await rig.ledger.stars.creditPayment(tx, { ...lost, currency: "XTR" }));
  assert.ok(late.ok && late.repeated, "its update, when it comes after all, changes nothing");
  assert.equal(await posted(rig, user), 10_000n);
  await rig.assertSound();
});

test("a payment whose update is probably on its way is left alone for two minutes", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  await rig.pay(user);
  await rig.clock.advance(settleMs - 1);
  await rig.run("ledger.reconcile-stars");
  assert.equal(await posted(rig, user), 0n);
  assert.equal(await offsetOf(rig.db), 0);
  await rig.clock.advance(1);
  await rig.run("ledger.reconcile-stars");
  assert.equal(await posted(rig, user), 5000n);
});

test("a payment that is told by its update and found by the reconciler at once is credited once", async () => {
  const rig = freshRig();
  for (let round = 0; round < 10; round += 1) {
    const user = await rig.newUser();
    const paid = await rig.pay(user);
    const credit = async (): Promise<boolean> =>
      await rig.write(async (tx) => {
        const outcome = await rig.ledger.stars.creditPayment(tx, { ...paid, currency: "XTR" });
        return outcome.ok && !outcome.repeated;
      });
    await rig.clock.advance(settleMs);
    const reconcile = async (): Promise<void> => {
      await rig.run("ledger.reconcile-stars");
    };
    const [one, , two] = await Promise.all([credit(), reconcile(), credit(), reconcile()]);
    assert.equal(await posted(rig, user), 5000n);
    const recovered = rig.events.filter((event) => event.type === "payment_recovered" && event.userId === user.id);
    assert.equal(Number(one) + Number(two) + recovered.length, 1, "one of the four has credited it and says so");
  }
  assert.deepEqual(rig.drifts(), []);
  await rig.assertSound();
});

test("hundreds of transactions are read in pages, each compared once, and later runs read only the end", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const { orderId, telegramId } = await rig.pay(user);
  for (let count = 1; count < 250; count += 1) rig.bank.pay({ telegramId, stars: 500, payload: orderId });
  await rig.reconcile();
  assert.equal(await posted(rig, user), 250n * 5000n);
  assert.deepEqual(rig.bank.lookups(), [0, 80, 160]);
  assert.equal(await offsetOf(rig.db), 250);
  await rig.reconcile();
  assert.deepEqual(rig.bank.lookups().slice(3), [230]);
  assert.deepEqual(rig.drifts(), []);
  await rig.assertSound();
});

test("a line that Telegram puts in late, before the offset, is seen", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  for (let count = 0; count < 30; count += 1) await rig.buy(user);
  await rig.reconcile();
  const { orderId, telegramId } = await rig.pay(user);
  const { bank } = rig;
  const list = await bank.transactions(0, 100);
  const late = list.at(-1)!;
  bank.forgetAll();
  for (const line of [...list.slice(0, 25), late, ...list.slice(25, 30)]) bank.list.push(line);
  assert.deepEqual([late.invoicePayload, late.telegramId], [orderId, telegramId]);
  await rig.reconcile();
  assert.equal(await posted(rig, user), 31n * 5000n);
  assert.deepEqual(rig.drifts(), []);
});

test("what differs is told once for each thing found", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const { telegramId } = user;
  const unknown = rig.bank.pay({ telegramId, stars: 40, payload: "of-another-program" });
  const paid = await rig.buy(user);
  const list = await rig.bank.transactions(0, 100);
  rig.bank.list[1] = { ...list[1]!, stars: 499 };
  const withdrawn = rig.bank.moveOther("out", 30);
  const received = rig.bank.moveOther("in", 20);
  const nano = rig.bank.moveOther("out", 0);
  await rig.reconcile();
  await rig.reconcile();
  assert.deepEqual(rig.drifts(), [
    `Payment ${unknown} of 40 Stars is for no order we know; it is kept in suspense.`,
    `Payment ${paid.chargeId} has 499 Stars at Telegram; 500 are booked.`,
    `Telegram lists 30 Stars paid out (${withdrawn}) that are no payment or refund of ours.`,
    `Telegram lists 20 Stars received (${received}) that are no payment or refund of ours.`,
    `Telegram lists 0 Stars paid out (${nano}) that are no payment or refund of ours.`,
    "The ledger has 1 Stars more than Telegram lists.",
  ]);
  await rig.assertSound();
});

test("a payment that a store took back takes the credits and is told once", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const paid = await rig.buy(user);
  rig.bank.refundElsewhere(paid.chargeId);
  await rig.reconcile();
  await rig.reconcile();
  assert.equal(await rig.write(async (tx) => await rig.ledger.stars.noteRefund(tx, paid)), "known");
  assert.equal(await posted(rig, user), 0n);
  assert.deepEqual(
    rig.events.map(({ type }) => type),
    ["chargeback"],
  );
  await rig.assertSound();
});

test("a payment and its refund that both never reached us cancel out", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const { chargeId } = await rig.pay(user);
  rig.bank.refundElsewhere(chargeId);
  await rig.reconcile();
  assert.equal(await posted(rig, user), 0n);
  await rig.assertSound();
});

test("our own refund, found in the list, finishes the saga or changes nothing", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const [one, two] = [await rig.buy(user), await rig.buy(user)];
  const first = await rig.requestRefund(user, one.chargeId);
  await rig.approve(first);
  await rig.runQueued();
  const second = await rig.requestRefund(user, two.chargeId);
  await rig.approve(second);
  rig.bank.failRefunds("unclear_done");
  await rig.runQueued();
  assert.equal((await rig.ledger.stars.findRefund(rig.db, second))?.state, "refunding");
  await rig.reconcile();
  assert.equal((await rig.ledger.stars.findRefund(rig.db, second))?.state, "refunded");
  assert.deepEqual(await rig.runQueued(), []);
  assert.deepEqual(rig.drifts(), []);
  await rig.assertSound();
});

test("a saga finds its refund among the lines that the reconciler has read", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const paid = await rig.buy(user);
  const id = await rig.requestRefund(user, paid.chargeId);
  await rig.approve(id);
  rig.bank.failRefunds("unclear_done");
  await rig.runQueued();
  // As if the reconciler had died between noting the line and acting on it, which one transaction makes impossible.
  await sql`
    insert into ledger.star_transaction values (${paid.chargeId}, 'out', 500, ${rig.clock.now()})`.execute(rig.db);
  const calls = [rig.bank.refundCalls(), rig.bank.lookups().length];
  assert.deepEqual(await rig.runQueued(), []);
  assert.deepEqual([rig.bank.refundCalls(), rig.bank.lookups().length], calls);
  assert.equal((await rig.ledger.stars.findRefund(rig.db, id))?.state, "refunded");
});

test("a saga looks for its refund on every page that the reconciler has not read", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const paid = await rig.buy(user);
  for (let count = 0; count < 120; count += 1) rig.bank.moveOther("in", 1);
  const id = await rig.requestRefund(user, paid.chargeId);
  await rig.approve(id);
  rig.bank.failRefunds("unclear_done");
  await rig.runQueued();
  const calls = rig.bank.refundCalls();
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(rig.bank.refundCalls(), calls, "it was found, so nothing was asked for again");
  assert.deepEqual(rig.bank.lookups(), [0, 100]);
});

test("two runs at once compare each line once", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const paid = await rig.buy(user);
  rig.bank.refundElsewhere(paid.chargeId);
  for (let count = 0; count < 20; count += 1) rig.bank.moveOther(count % 2 === 0 ? "in" : "out", 5);
  await rig.clock.advance(settleMs);
  await Promise.all(Array.from({ length: 3 }, async () => await rig.run("ledger.reconcile-stars")));
  assert.equal(rig.drifts().length, 20);
  assert.equal(rig.events.filter(({ type }) => type === "chargeback").length, 1);
  assert.equal(await offsetOf(rig.db), 22);
  await rig.assertSound();
});

test("what is booked and never appears in Telegram's list is told after an hour, once", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  const ghost = { telegramId: user.telegramId, orderId: "?", stars: 500, chargeId: "ghost", currency: "XTR" };
  const { orderId } = await rig.pay(user);
  await rig.write(async (tx) => await rig.ledger.stars.creditPayment(tx, { ...ghost, orderId }));
  await rig.reconcile();
  assert.deepEqual(rig.drifts(), []);
  await rig.clock.advance(3_600_000);
  await rig.reconcile();
  await rig.reconcile();
  assert.deepEqual(rig.drifts(), ["The payment ghost of 500 Stars is booked, but Telegram does not list it."]);
});

test("a sandbox that forgot everything is read from its start, and alarms nobody", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  for (let count = 0; count < 30; count += 1) await rig.buy(user);
  await rig.reconcile();
  // Credited by its update, and gone from Telegram's list before the reconciler came to it.
  await rig.buy(user);
  rig.bank.forgetAll();
  await rig.pay(user);
  await rig.clock.advance(3_600_000);
  for (let runs = 0; runs < 3; runs += 1) await rig.reconcile();
  assert.equal(await posted(rig, user), 32n * 5000n, "what was paid in the new one is credited");
  assert.equal(await offsetOf(rig.db), 1);
  await rig.clock.advance(24 * 3_600_000);
  await rig.reconcile();
  assert.deepEqual(rig.drifts(), []);
  assert.deepEqual(rig.bank.lookups(), [0, 10, 0, 0, 0, 0], "its start is looked for once, not in every run");
  await rig.assertSound();
});

test("a sandbox that forgot everything and has grown beyond our offset since is recognised too", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  for (let count = 0; count < 30; count += 1) await rig.buy(user);
  await rig.reconcile();
  rig.bank.forgetAll();
  for (let count = 0; count < 130; count += 1) await rig.pay(user);
  await rig.reconcile();
  assert.equal(await posted(rig, user), 160n * 5000n);
  assert.deepEqual(rig.drifts(), []);
});

test("an empty list after a forgotten one does not loop", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  await rig.buy(user);
  await rig.reconcile();
  rig.bank.forgetAll();
  for (let runs = 0; runs < 3; runs += 1) await rig.reconcile();
  assert.deepEqual(rig.bank.lookups(), [0, 0, 0, 0, 0]);
  assert.deepEqual(rig.drifts(), []);
});

test("Telegram out of reach fails the run and loses nothing", async () => {
  const rig = freshRig();
  const user = await rig.newUser();
  await rig.pay(user);
  rig.bank.failLookups("unavailable");
  await assert.rejects(rig.reconcile(), BankFailure);
  rig.bank.failLookups(undefined);
  await rig.reconcile();
  assert.equal(await posted(rig, user), 5000n);
});
