import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig, monthlyPlan, type PaidMonth, premiumPlan } from "#test/support/ledger-rig.ts";

import { ledgerPersonalData, periodSeconds, starsSettings, type SubscriptionChange } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, bank, clock } = rig;
const { stars, subscriptions } = ledger;
const hourMs = 3_600_000;
const monthMs = periodSeconds * 1000;

async function posted(user: User): Promise<bigint> {
  return (await ledger.balance(db, user.id)).posted;
}

function changes(user: User): readonly SubscriptionChange[] {
  return rig.events.flatMap((event) =>
    event.type === "subscription_changed" && event.subscription.userId === user.id ? [event.change] : [],
  );
}

async function ask(user: User, orderId: string, wish: "cancel" | "allow"): Promise<string> {
  const result = await write(async (tx) => await subscriptions.ask(tx, { userId: user.id, orderId, wish }));
  return result.ok ? "ok" : result.reason;
}

async function note(
  month: PaidMonth,
  state: "canceled" | "active" | "failed",
  telegramId = month.telegramId,
): Promise<void> {
  await write(async (tx) => {
    await subscriptions.note(tx, { telegramId, orderId: month.orderId, state });
  });
}

async function runsTo(date: Date): Promise<void> {
  await clock.advance(date.getTime() - clock.now().getTime());
}

async function sweep(): Promise<void> {
  await rig.run("ledger.sweep-unfinished");
}

test("each month gives its credits once, and lasts exactly as long as Telegram says", async () => {
  const { user, month } = await rig.subscribed();
  assert.equal(await posted(user), 12_000n);
  assert.deepEqual((await rig.onlySubscription(user)).expiresAt, month.paidUntil);
  // Not 30 days from the last date: what Telegram says.
  const second = { ...rig.renew(month), paidUntil: new Date(month.paidUntil.getTime() + monthMs - 1000) };
  const told = await Promise.all(Array.from({ length: 5 }, async () => await rig.tell(second)));
  assert.equal(told.filter((isNew) => isNew).length, 1);
  assert.equal(await posted(user), 24_000n);
  const subscription = await rig.onlySubscription(user);
  assert.deepEqual([subscription.expiresAt, subscription.chargeId], [second.paidUntil, month.chargeId]);
  await rig.assertSound();
});

test("months that are told in the wrong order end at the later date", async () => {
  const { user, month } = await rig.subscribed();
  const second = rig.renew(month);
  const third = rig.renew(second);
  await rig.tell(third);
  await rig.tell(second);
  assert.deepEqual((await rig.onlySubscription(user)).expiresAt, third.paidUntil);
  assert.equal(await posted(user), 36_000n);
  await rig.assertSound();
});

test("a month that only the reconciler finds is credited once, and its end is corrected when Telegram tells it", async () => {
  const user = await rig.newUser();
  const month = await rig.subscribe(user);
  await clock.advance(180_000);
  await rig.run("ledger.reconcile-stars");
  const reckoned = await rig.onlySubscription(user);
  assert.equal(reckoned.expiresAt.getTime(), month.paidUntil.getTime(), "30 days from the line");
  const recovered = rig.events.findLast((event) => event.type === "payment_recovered" && event.userId === user.id);
  assert.ok(recovered?.type === "payment_recovered" && recovered.subscription?.orderId === month.orderId);
  const told = { ...month, paidUntil: new Date(month.paidUntil.getTime() + 5000) };
  const again = await write(async (tx) => await stars.creditPayment(tx, { ...told, currency: "XTR" }));
  assert.ok(again.ok && again.repeated);
  assert.deepEqual([again.subscription?.orderId, again.subscription?.expiresAt], [month.orderId, told.paidUntil]);
  assert.equal(await rig.tell({ ...month, paidUntil: new Date(0) }), false, "a date that was told stays");
  assert.deepEqual((await rig.onlySubscription(user)).expiresAt, told.paidUntil);
  assert.equal(await posted(user), 12_000n);
  await rig.assertSound();
});

test("a plan that only entitles touches no account, and its feature is told until when", async () => {
  const { user, month } = await rig.subscribed(premiumPlan);
  assert.equal(await posted(user), 0n);
  assert.deepEqual(
    rig.premiumUntil.get(user.id),
    new Date(month.paidUntil.getTime() + hourMs),
    "an hour to be renewed in",
  );
  await note(month, "canceled");
  assert.deepEqual(rig.premiumUntil.get(user.id), month.paidUntil);
  await runsTo(month.paidUntil);
  await sweep();
  assert.equal(rig.premiumUntil.get(user.id), undefined);
  assert.deepEqual(changes(user), ["canceled", "expired"]);
  await rig.assertSound();
});

test("an active subscription waits an hour for its renewal, then it has expired, once, and a late renewal revives it", async () => {
  const { user, month } = await rig.subscribed();
  await runsTo(month.paidUntil);
  await sweep();
  assert.equal((await rig.onlySubscription(user)).state, "active");
  await clock.advance(hourMs);
  await Promise.all([sweep(), sweep()]);
  assert.deepEqual(await subscriptions.list(db, user.id), []);
  assert.deepEqual(changes(user), ["expired"]);
  await rig.tell(rig.renew(month));
  assert.equal((await rig.onlySubscription(user)).state, "active");
  assert.equal(await posted(user), 24_000n);
  await rig.assertSound();
});

test("a renewal that failed is told once, and its end is not told again", async () => {
  const { user, month } = await rig.subscribed();
  await note(month, "failed");
  await note(month, "failed");
  await runsTo(month.paidUntil);
  await sweep();
  assert.deepEqual(changes(user), ["failed"]);
  assert.deepEqual(await subscriptions.list(db, user.id), []);
  await rig.assertSound();
});

test("who cancels is asked for at Telegram and told once; taking it up again needs Telegram's leave, then the person", async () => {
  const { user, month } = await rig.subscribed();
  assert.equal(await ask(user, month.orderId, "allow"), "unchanged");
  assert.equal(await ask(user, month.orderId, "cancel"), "ok");
  assert.equal(await ask(user, month.orderId, "cancel"), "unchanged", "a double press");
  assert.equal((await rig.onlySubscription(user)).wanted, "cancel");
  assert.deepEqual(await rig.runQueued(), []);
  assert.ok(bank.barred.has(month.chargeId));
  const canceled = await rig.onlySubscription(user);
  assert.deepEqual([canceled.state, canceled.barred, canceled.wanted], ["canceled", true, undefined]);
  assert.equal(await ask(user, month.orderId, "allow"), "ok");
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(bank.barred.has(month.chargeId), false);
  assert.equal((await rig.onlySubscription(user)).state, "canceled", "only the person can");
  await note(month, "active");
  assert.equal((await rig.onlySubscription(user)).state, "active");
  assert.deepEqual(changes(user), ["canceled", "allowed", "resumed"]);
});

test("an unclear answer to a cancellation is followed by asking again, an outage by waiting, a refusal by telling", async () => {
  for (const fault of ["unclear", "unclear_done", "unavailable"] as const) {
    const { user, month } = await rig.subscribed();
    await ask(user, month.orderId, "cancel");
    bank.failEdits(fault);
    assert.equal((await rig.runQueued()).length, 1, fault);
    assert.equal((await rig.onlySubscription(user)).wanted, "cancel");
    assert.deepEqual(await rig.runQueued(), []);
    assert.ok(bank.barred.has(month.chargeId));
    assert.deepEqual(changes(user), ["canceled"], fault);
  }
  const { user, month } = await rig.subscribed();
  await ask(user, month.orderId, "cancel");
  bank.failEdits("refused");
  assert.deepEqual(await rig.runQueued(), []);
  assert.deepEqual(
    [(await rig.onlySubscription(user)).state, (await rig.onlySubscription(user)).wanted],
    ["active", undefined],
  );
  assert.deepEqual(changes(user), ["not_changed"]);
  assert.ok(rig.drifts().some((detail) => detail.includes(month.chargeId)));
});

test("a cancellation whose job was lost is taken up by the sweep", async () => {
  const { user, month } = await rig.subscribed();
  await ask(user, month.orderId, "cancel");
  rig.loseQueue();
  await sweep();
  assert.equal(rig.queued(), 0, "its own tries come first");
  await clock.advance(15 * 60_000);
  await sweep();
  assert.deepEqual(await rig.runQueued(), []);
  assert.deepEqual(changes(user), ["canceled"]);
});

test("nobody changes another's subscription", async () => {
  const { month } = await rig.subscribed();
  const other = await rig.newUser();
  assert.equal(await ask(other, month.orderId, "cancel"), "unknown");
  assert.equal(await ask(other, "nonsense", "cancel"), "unknown");
  await note(month, "canceled", other.telegramId);
  const { rows } = await sql<{ state: string }>`
    select state from ledger.subscription where order_id = ${month.orderId}`.execute(db);
  assert.deepEqual(rows, [{ state: "active" }]);
});

test("at pre-checkout a plan is refused to who has it, and sold again to whose renewal failed", async () => {
  const { user, month } = await rig.subscribed();
  const check = async (orderId: string): Promise<string | undefined> =>
    await stars.checkOrder(db, { telegramId: user.telegramId, orderId, currency: "XTR", stars: monthlyPlan.stars });
  const { orderId } = await rig.subscribe(user);
  assert.equal(await check(month.orderId), "already_subscribed", "its link is for one payment");
  assert.equal(await check(orderId), "already_subscribed");
  await note(month, "failed");
  assert.equal(await check(orderId), undefined);
  assert.equal(await check(month.orderId), "already_subscribed");
});

test("an offer that is paid on two devices at once gives both credits and is told to the admins", async () => {
  const user = await rig.newUser();
  const month = await rig.subscribe(user);
  const { telegramId, orderId: payload } = month;
  const twin = { ...month, chargeId: bank.pay({ telegramId, stars: month.stars, payload }) };
  await Promise.all([rig.tell(month), rig.tell(twin)]);
  assert.equal(await posted(user), 24_000n);
  assert.equal(rig.drifts().filter((detail) => detail.includes(twin.chargeId)).length, 1);
  assert.equal((await rig.onlySubscription(user)).state, "active");
  await rig.assertSound();
});

test("a refund of the month that runs ends the subscription, takes the credits and has Telegram charge no more", async () => {
  const { user, month } = await rig.subscribed();
  const second = rig.renew(month);
  await rig.tell(second);
  const id = await rig.requestRefund(user, second.chargeId);
  await rig.approve(id);
  assert.equal((await rig.onlySubscription(user)).state, "active", "as long as nobody knows whether Telegram has paid");
  assert.deepEqual(await rig.runQueued(), []);
  assert.deepEqual(await rig.runQueued(), []);
  assert.deepEqual((await rig.onlySubscription(user)).expiresAt, month.paidUntil, "the first month was not given back");
  assert.equal(await posted(user), 12_000n);
  const first = await rig.requestRefund(user, month.chargeId);
  await rig.approve(first);
  for (let runs = 0; runs < 2; runs += 1) assert.deepEqual(await rig.runQueued(), []);
  assert.deepEqual(await subscriptions.list(db, user.id), []);
  assert.equal(await posted(user), 0n);
  assert.ok(bank.barred.has(month.chargeId));
  assert.deepEqual(changes(user), ["revoked"]);
  await rig.assertSound();
});

test("a refund of a month that is over leaves the one that runs alone", async () => {
  const { user, month } = await rig.subscribed(premiumPlan);
  const second = rig.renew(month);
  await rig.tell(second);
  const id = await rig.requestRefund(user, month.chargeId);
  await rig.approve(id);
  assert.deepEqual(await rig.runQueued(), []);
  const subscription = await rig.onlySubscription(user);
  assert.deepEqual([subscription.state, subscription.expiresAt], ["active", second.paidUntil]);
  assert.deepEqual(changes(user), []);
  await rig.assertSound();
});

test("a store that takes a month back takes its credits below zero, its entitlement, and the right to spend; told once", async () => {
  const both = { ...premiumPlan, id: "both", credits: 5000n };
  const { user, month } = await rig.subscribed(both);
  const expiresAt = new Date(clock.now().getTime() + 60_000);
  const hold = { userId: user.id, amount: 4000n, reference: "test.job:before-chargeback", expiresAt };
  await write(async (tx) => {
    await ledger.placeHold(tx, hold);
    await ledger.settleHold(tx, hold.reference, "captured");
  });
  bank.refundElsewhere(month.chargeId);
  await clock.advance(180_000);
  await Promise.all([rig.run("ledger.reconcile-stars"), rig.run("ledger.reconcile-stars")]);
  await rig.run("ledger.reconcile-stars");
  assert.equal(await posted(user), -4000n);
  assert.equal(rig.premiumUntil.get(user.id), undefined);
  const tiny = { userId: user.id, amount: 1n, reference: "test.job:after-chargeback", expiresAt };
  assert.equal((await write(async (tx) => await ledger.placeHold(tx, tiny))).ok, false);
  const told = rig.events.filter((event) => "userId" in event && event.userId === user.id);
  assert.deepEqual(
    told.map(({ type }) => type),
    ["chargeback"],
  );
  assert.equal(await write(async (tx) => await stars.noteRefund(tx, month)), "known");
  assert.deepEqual(await stars.payments(db, user.id), []);
  await rig.buy(user);
  assert.equal((await write(async (tx) => await ledger.placeHold(tx, tiny))).ok, true, "made up for");
  await rig.assertSound();
});

test("a store that takes a payment in suspense back leaves the books right", async () => {
  const chargeId = bank.pay({ telegramId: 5, stars: 9, payload: "?" });
  bank.refundElsewhere(chargeId);
  await clock.advance(180_000);
  await rig.run("ledger.reconcile-stars");
  assert.ok(rig.events.some((event) => event.type === "chargeback" && event.chargeId === chargeId));
  await rig.assertSound();
});

test("being forgotten has Telegram charge no more, and then keeps no id", async () => {
  const { user, month } = await rig.subscribed();
  const data = ledgerPersonalData(rig);
  const exported = (await data.export(db, user.id)) as { readonly subscriptions: readonly { plan_id: string }[] };
  assert.deepEqual(
    exported.subscriptions.map(({ plan_id }) => plan_id),
    [monthlyPlan.id],
  );
  await write(async (tx) => {
    await data.forget(tx, user.id);
  });
  assert.deepEqual(await rig.runQueued(), []);
  assert.ok(bank.barred.has(month.chargeId));
  const { rows } = await sql<{ telegram_id: number | null }>`
    select telegram_id from ledger.subscription where user_id = ${user.id}`.execute(db);
  assert.deepEqual(rows, [{ telegram_id: null }]);
  await rig.tell(rig.renew(month));
  assert.ok(rig.drifts().some((detail) => detail.includes("had himself forgotten")));
  await rig.assertSound();
});

test("on sale is what the settings and the features offer, and nothing that nobody could keep", async () => {
  rig.settings.current = starsSettings.schema.parse({
    plans: [
      { id: "large", credits: 30, stars: 2000, entitlement: "test.premium" },
      { id: "gone", stars: 10, entitlement: "absent.feature" },
    ],
  });
  assert.deepEqual(await subscriptions.plans(), [
    { id: "large", credits: 30_000n, stars: 2000, entitlement: "test.premium" },
    premiumPlan,
  ]);
  assert.throws(() => starsSettings.schema.parse({ plans: [{ id: "empty", stars: 10 }] }));
  assert.throws(() => starsSettings.schema.parse({ plans: [{ id: "dear", credits: 1, stars: 10_001 }] }));
});
