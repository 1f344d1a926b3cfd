import assert from "node:assert/strict";
import { test } from "node:test";

import type { User } from "#kernel/accounts/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig, type PaidMonth, premiumPlan } from "#test/support/ledger-rig.ts";
import { untilLockWait } from "#test/support/lock-wait.ts";

import { periodSeconds } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, bank, clock } = rig;
const { stars, subscriptions } = ledger;
const hourMs = 3_600_000;
const monthMs = periodSeconds * 1000;

async function ask(user: User, { orderId }: PaidMonth, wish: "cancel" | "allow"): Promise<void> {
  const result = await write(async (tx) => await subscriptions.ask(tx, { userId: user.id, orderId, wish }));
  assert.ok(result.ok);
  assert.deepEqual(await rig.runQueued(), []);
}

async function note({ telegramId, orderId }: PaidMonth, state: "active" | "failed"): Promise<void> {
  await write(async (tx) => {
    await subscriptions.note(tx, { telegramId, orderId, state });
  });
}

async function sweep(): Promise<void> {
  await rig.run("ledger.sweep-unfinished");
}

test("a plan that is bought while the one before runs out entitles, whichever of the two is told last", async () => {
  const { user, month } = await rig.subscribed(premiumPlan);
  await note(month, "failed");
  await clock.advance(monthMs);
  const anew = await rig.subscribe(user, premiumPlan);
  const gate = Promise.withResolvers<void>();
  const booked = Promise.withResolvers<void>();
  const paying = write(async (tx) => {
    await stars.creditPayment(tx, { ...anew, currency: "XTR" });
    booked.resolve();
    await gate.promise;
  });
  await booked.promise;
  const sweeping = sweep();
  await Promise.race([sweeping, untilLockWait(db, "the sweep")]);
  gate.resolve();
  await Promise.all([paying, sweeping]);
  assert.deepEqual(rig.premiumUntil.get(user.id), new Date(anew.paidUntil.getTime() + hourMs));
  await rig.assertSound();
});

test("a month that was charged before Telegram heard of the cancellation runs out too, told late or even later", async () => {
  for (const lateMs of [0, monthMs]) {
    const { user, month } = await rig.subscribed(premiumPlan);
    const second = rig.renew(month);
    await ask(user, month, "cancel");
    await clock.advance(lateMs);
    await sweep();
    await rig.tell(second);
    const { state, barred, expiresAt } = await rig.onlySubscription(user);
    assert.deepEqual([state, barred, expiresAt], ["canceled", true, second.paidUntil]);
    await ask(user, month, "allow");
    await note(month, "active");
    assert.equal((await rig.onlySubscription(user)).state, "active", "only the person can");
  }
  await rig.assertSound();
});

test("a month that comes after a store has taken the first one back is given, and not renewed", async () => {
  const { user, month } = await rig.subscribed(premiumPlan);
  const second = rig.renew(month);
  bank.refundElsewhere(month.chargeId);
  bank.list.splice(
    bank.list.findIndex(({ id }) => id === second.chargeId),
    1,
  );
  await clock.advance(180_000);
  await rig.run("ledger.reconcile-stars");
  assert.deepEqual(await rig.runQueued(), []);
  assert.ok(bank.barred.has(month.chargeId));
  await rig.tell(second);
  const { state, barred } = await rig.onlySubscription(user);
  assert.deepEqual([state, barred, rig.premiumUntil.get(user.id)], ["canceled", true, second.paidUntil]);
  await rig.assertSound();
});
