import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";
import { BankFailure } from "#test/support/star-bank.ts";

import type { RefundResult, RefundState } from "./index.ts";

const { db } = await testDatabase({ connections: 20 });
const rig = ledgerRig(db);
const { ledger, write, bank } = rig;
const { stars } = ledger;

async function approve(id: string, allowNegative = false): Promise<RefundResult> {
  return await write(async (tx) => await stars.approveRefund(tx, id, { actor: "user:1", allowNegative }));
}

async function stateOf(id: string): Promise<RefundState | undefined> {
  return (await stars.findRefund(db, id))?.state;
}

async function posted(user: User): Promise<bigint> {
  return (await ledger.balance(db, user.id)).posted;
}

async function mayGoNegative({ id }: User): Promise<boolean | undefined> {
  const { rows } = await sql<{ may: boolean }>`
    select may_go_negative as may from ledger.account where owner = ${id}`.execute(db);
  return rows[0]?.may;
}

/** What was announced of a refund's end. */
function endings(id: string): readonly RefundState[] {
  return rig.events.flatMap((event) =>
    event.type === "refund_finished" && event.refund.id === id ? [event.refund.state] : [],
  );
}

async function approvedRefund(): Promise<{ user: User; chargeId: string; id: string }> {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const id = await rig.requestRefund(user, chargeId);
  await rig.approve(id);
  return { user, chargeId, id };
}

test("a refund is asked for, approved, carried out and told", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  assert.deepEqual(await stars.payments(db, user.id), [
    { chargeId, stars: 500, credits: 5000n, paidAt: rig.clock.now() },
  ]);
  const id = await rig.requestRefund(user, chargeId);
  assert.equal(await posted(user), 5000n, "asking changes nothing yet");
  assert.deepEqual(await stars.payments(db, user.id), [], "it is not offered again");

  const approved = await approve(id);
  assert.ok(approved.ok);
  assert.equal(approved.refund.state, "approved");
  assert.equal(await posted(user), 0n, "the credits are out of reach before Telegram is asked");
  assert.equal(bank.isRefunded(chargeId), false);
  await rig.assertSound();

  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(bank.isRefunded(chargeId), true);
  assert.equal(await stateOf(id), "refunded");
  assert.deepEqual(endings(id), ["refunded"]);
  assert.equal(await posted(user), 0n);
  assert.deepEqual(
    (await ledger.history(db, user.id, 10)).map(({ kind, amount }) => [kind, amount]),
    [
      ["refund", -5000n],
      ["purchase", 5000n],
    ],
  );
  await rig.assertSound();
});

test("a refused request gives nothing back, and another one can be made", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const id = await rig.requestRefund(user, chargeId);
  const refused = await write(async (tx) => await stars.refuseRefund(tx, id, "user:1"));
  assert.ok(refused.ok);
  assert.equal(refused.refund.state, "refused");
  assert.equal(await posted(user), 5000n);
  assert.deepEqual(await approve(id), { ok: false, reason: "not_open" });
  await rig.requestRefund(user, chargeId);
  await rig.assertSound();
});

test("only one's own payment, once at a time, and never after it was refunded", async () => {
  const { user, chargeId, id } = await approvedRefund();
  const other = await rig.newUser();
  const request = async (userId: number, charge: string): Promise<RefundResult> =>
    await write(async (tx) => await stars.requestRefund(tx, { userId, chargeId: charge, reason: "" }));
  assert.deepEqual(await request(other.id, chargeId), { ok: false, reason: "unknown" });
  assert.deepEqual(await request(user.id, "no-such-charge"), { ok: false, reason: "unknown" });
  assert.deepEqual(await request(user.id, chargeId), { ok: false, reason: "already_requested" });
  await rig.runQueued();
  assert.deepEqual(await request(user.id, chargeId), { ok: false, reason: "not_open" });
  assert.deepEqual(await approve(id), { ok: false, reason: "not_open" });
  assert.deepEqual(await approve("no-such-refund"), { ok: false, reason: "unknown" });
  assert.deepEqual(await write(async (tx) => await stars.refuseRefund(tx, "no-such-refund", "x")), {
    ok: false,
    reason: "unknown",
  });
});

test("of many requests for one payment at once one is taken", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const request = { userId: user.id, chargeId, reason: "" };
  const results = await Promise.all(
    Array.from({ length: 10 }, async () => await write(async (tx) => await stars.requestRefund(tx, request))),
  );
  assert.equal(results.filter(({ ok }) => ok).length, 1);
});

test("approving twice at once, or approving and refusing, happens once", async () => {
  for (let round = 0; round < 10; round += 1) {
    const user = await rig.newUser();
    const { chargeId } = await rig.buy(user);
    const id = await rig.requestRefund(user, chargeId);
    const results = await Promise.all([
      approve(id),
      approve(id),
      write(async (tx) => await stars.refuseRefund(tx, id, "user:2")),
    ]);
    assert.equal(results.filter(({ ok }) => ok).length, 1);
    await rig.runQueued();
  }
  await rig.assertSound();
});

test("spent credits are not refunded, unless the admin lets the balance go below zero: then nothing more can be spent", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
  const place = async (reference: string, amount: bigint): Promise<boolean> =>
    await write(async (tx) => (await ledger.placeHold(tx, { userId: user.id, amount, reference, expiresAt })).ok);
  assert.ok(await place("test.job:spent", 1000n));
  await write(async (tx) => await ledger.settleHold(tx, "test.job:spent", "captured"));
  assert.ok(await place("test.job:still-held", 1000n));

  const id = await rig.requestRefund(user, chargeId);
  assert.deepEqual(await approve(id), { ok: false, reason: "credits_spent" });
  assert.equal(await stateOf(id), "requested", "the admin may still decide otherwise");
  assert.ok((await approve(id, true)).ok);
  assert.deepEqual(await ledger.balance(db, user.id), { posted: -1000n, held: 1000n, available: -2000n });
  assert.equal(await place("test.job:in-debt", 1n), false);
  await rig.runQueued();
  await rig.assertSound();

  await write(async (tx) => await ledger.settleHold(tx, "test.job:still-held", "captured"));
  assert.deepEqual(await ledger.balance(db, user.id), { posted: -2000n, held: 0n, available: -2000n });
  await rig.buy(user);
  assert.deepEqual(await ledger.balance(db, user.id), { posted: 3000n, held: 0n, available: 3000n });
  assert.equal(await mayGoNegative(user), false, "the permission ended with the debt");
  await rig.assertSound();
});

test("a debt that was only a hold's ends with its release", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
  const hold = { userId: user.id, amount: 1000n, reference: "test.job:released-in-debt", expiresAt };
  await write(async (tx) => await ledger.placeHold(tx, hold));
  assert.ok((await approve(await rig.requestRefund(user, chargeId), true)).ok);
  assert.equal(await mayGoNegative(user), true);
  await write(async (tx) => await ledger.settleHold(tx, hold.reference, "released"));
  assert.deepEqual(await ledger.balance(db, user.id), { posted: 0n, held: 0n, available: 0n });
  assert.equal(await mayGoNegative(user), false);
});

test("what was held before a debt can be captured, also when only the hold makes it one", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
  const hold = { userId: user.id, amount: 1000n, reference: "test.job:before-debt", expiresAt };
  await write(async (tx) => await ledger.placeHold(tx, hold));
  assert.ok((await approve(await rig.requestRefund(user, chargeId), true)).ok);
  assert.deepEqual(await ledger.balance(db, user.id), { posted: 0n, held: 1000n, available: -1000n });
  assert.equal(await write(async (tx) => await ledger.settleHold(tx, hold.reference, "captured")), "captured");
  assert.deepEqual(await ledger.balance(db, user.id), { posted: -1000n, held: 0n, available: -1000n });
  await rig.runQueued();
  await rig.assertSound();
});

test("a refund that races twenty spends takes the credits or is refused, never both", async () => {
  for (let round = 0; round < 5; round += 1) {
    const user = await rig.newUser();
    const { chargeId } = await rig.buy(user);
    const id = await rig.requestRefund(user, chargeId);
    const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
    const spend = async (number: number): Promise<boolean> => {
      const reference = `test.job:race-${user.id}-${number}`;
      const placed = await write(
        async (tx) => await ledger.placeHold(tx, { userId: user.id, amount: 500n, reference, expiresAt }),
      );
      if (placed.ok) await write(async (tx) => await ledger.settleHold(tx, reference, "captured"));
      return placed.ok;
    };
    const [refund, ...spends] = await Promise.all([
      approve(id),
      ...Array.from({ length: 20 }, async (_, number) => await spend(number)),
    ]);
    const spent = spends.filter(Boolean).length;
    assert.equal(spent, refund.ok ? 0 : 10);
    assert.equal(await posted(user), 0n);
  }
  await rig.runQueued();
  await rig.assertSound();
});

test("a refusal by Telegram gives the credits back", async () => {
  const { user, chargeId, id } = await approvedRefund();
  bank.failRefunds("refused");
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(await stateOf(id), "failed");
  assert.deepEqual(endings(id), ["failed"]);
  assert.equal(await posted(user), 5000n);
  assert.equal(bank.isRefunded(chargeId), false);
  await rig.assertSound();
  await rig.approve(await rig.requestRefund(user, chargeId));
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(await posted(user), 0n);
  await rig.assertSound();
});

test("what was surely not done is tried again, without a look-up", async () => {
  const { chargeId, id } = await approvedRefund();
  bank.failRefunds("unavailable", "unavailable");
  const looked = bank.lookups().length;
  for (let times = 0; times < 2; times += 1) {
    const [failure] = await rig.runQueued();
    assert.ok(failure instanceof BankFailure, "the job queue must hear of it, to try later");
    assert.equal(await stateOf(id), "approved");
  }
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(await stateOf(id), "refunded");
  assert.equal(bank.isRefunded(chargeId), true);
  assert.equal(bank.lookups().length, looked);
});

test("an unclear refund that was done is found by looking, and not asked for again", async () => {
  const { user, id } = await approvedRefund();
  bank.failRefunds("unclear_done");
  const calls = bank.refundCalls();
  assert.equal((await rig.runQueued()).length, 1);
  assert.equal(await stateOf(id), "refunding");
  assert.equal(await posted(user), 0n, "nobody knows, so nobody can spend them");
  await rig.assertSound();
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(await stateOf(id), "refunded");
  assert.equal(bank.refundCalls(), calls + 1);
  assert.deepEqual(endings(id), ["refunded"]);
  await rig.assertSound();
});

test("an unclear refund that was not done is asked for again after looking", async () => {
  const { chargeId, id } = await approvedRefund();
  bank.failRefunds("unclear");
  assert.equal((await rig.runQueued()).length, 1);
  const looked = bank.lookups().length;
  bank.failLookups("unavailable");
  assert.equal((await rig.runQueued()).length, 1, "without looking nothing is decided");
  bank.failLookups("refused");
  assert.equal((await rig.runQueued()).length, 1);
  assert.equal(await stateOf(id), "refunding", "a refused look-up is no refused refund");
  bank.failLookups(undefined);
  assert.deepEqual(await rig.runQueued(), []);
  assert.ok(bank.lookups().length > looked);
  assert.equal(bank.isRefunded(chargeId), true);
  assert.equal(await stateOf(id), "refunded");
  await rig.assertSound();
});

test("a try that surely did nothing does not make an unclear one before it clear", async () => {
  const { id } = await approvedRefund();
  bank.failRefunds("unclear", "unavailable");
  await rig.runQueued();
  await rig.runQueued();
  assert.equal(await stateOf(id), "refunding");
  const looked = bank.lookups().length;
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(bank.lookups().length, looked + 1);
  assert.equal(await stateOf(id), "refunded");
});

test("a payment that Telegram had refunded already is refunded here too", async () => {
  const { user, chargeId, id } = await approvedRefund();
  bank.refundElsewhere(chargeId);
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(await stateOf(id), "refunded");
  assert.equal(await posted(user), 0n);
  await rig.assertSound();
});

test("two workers at one refund book it once", async () => {
  const { id } = await approvedRefund();
  const results = await Promise.all([rig.runQueued(), rig.runQueued(), rig.runQueued()]);
  assert.deepEqual(results.flat(), []);
  assert.equal(await stateOf(id), "refunded");
  assert.deepEqual(endings(id), ["refunded"]);
  await rig.assertSound();
});

test("a refund Telegram tells of, which nobody had asked for, takes the credits once, also below zero", async () => {
  const user = await rig.newUser();
  const paid = await rig.buy(user);
  const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
  const hold = { userId: user.id, amount: 3000n, reference: "test.job:before-chargeback", expiresAt };
  await write(async (tx) => {
    await ledger.placeHold(tx, hold);
    await ledger.settleHold(tx, hold.reference, "captured");
  });
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, async () => await write(async (tx) => await stars.noteRefund(tx, paid))),
  );
  assert.deepEqual(outcomes.toSorted(), ["known", "known", "known", "known", "posted"]);
  assert.equal(await posted(user), -3000n);
  assert.equal(rig.drifts().filter((detail) => detail.includes(paid.chargeId)).length, 1);
  const told = rig.events.filter((event) => "refund" in event && event.refund.chargeId === paid.chargeId);
  assert.deepEqual(told, [], "whoever handles the update tells the person");
  assert.deepEqual(await stars.payments(db, user.id), []);
  await rig.assertSound();
});

test("a refund Telegram tells of finishes ours, at whatever step it is, and is told once", async () => {
  for (const step of ["requested", "approved", "refunding"] as const) {
    const user = await rig.newUser();
    const paid = await rig.buy(user);
    const id = await rig.requestRefund(user, paid.chargeId);
    if (step !== "requested") await rig.approve(id);
    if (step === "refunding") {
      bank.failRefunds("unclear_done");
      await rig.runQueued();
    }
    assert.equal(await stateOf(id), step);
    assert.equal(await write(async (tx) => await stars.noteRefund(tx, paid)), "known");
    assert.equal(await stateOf(id), "refunded");
    assert.deepEqual(await rig.runQueued(), [], "what waits in the queue finds nothing to do");
    assert.deepEqual(endings(id), ["refunded"]);
    assert.equal(await posted(user), 0n);
  }
  await rig.assertSound();
});

test("a refund of another amount than was paid is told to the admins", async () => {
  const user = await rig.newUser();
  const paid = await rig.buy(user);
  assert.equal(await write(async (tx) => await stars.noteRefund(tx, { ...paid, stars: 499 })), "posted");
  assert.ok(rig.drifts().includes(`Payment ${paid.chargeId} of 500 Stars was refunded by Telegram with 499 Stars.`));
  assert.equal(await posted(user), 0n);
});

test("a refund of a payment we do not know books nothing", async () => {
  const unknown = { telegramId: 5, chargeId: "not-here", stars: 5 };
  assert.equal(await write(async (tx) => await stars.noteRefund(tx, unknown)), "known");
  await rig.assertSound();
});

test("a payment in suspense can be refunded to the person, and not assigned meanwhile", async () => {
  const user = await rig.newUser();
  const chargeId = bank.pay({ telegramId: user.telegramId, stars: 9, payload: "?" });
  const stray = { telegramId: user.telegramId, orderId: "?", currency: "XTR", stars: 9, chargeId };
  await write(async (tx) => await stars.creditPayment(tx, stray));
  const id = await rig.requestRefund(user, chargeId);
  const to = { userId: user.id, credits: 90n, actor: "user:1" };
  const assigned = await write(async (tx) => await stars.assignPayment(tx, chargeId, to));
  assert.deepEqual(assigned, { ok: false, reason: "not_suspended" });
  await rig.approve(id);
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(await stateOf(id), "refunded");
  assert.equal(bank.isRefunded(chargeId), true);
  await rig.assertSound();
});
