import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import type { User } from "#kernel/accounts/index.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";
import { untilLockWait } from "#test/support/lock-wait.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, events } = rig;
const { others } = rig.settings;

afterEach(() => {
  for (const name of Object.keys(others)) delete others[name];
});

const posted = async ({ id }: User): Promise<bigint> => (await ledger.balance(db, id)).posted;

async function buysAndSpends(amount: bigint): Promise<{ readonly user: User; readonly id: string }> {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  if (amount > 0n) {
    const taken = { userId: user.id, amount: -amount, kind: "take", reason: "spent", actor: "test" } as const;
    await write(async (tx) => await ledger.adjust(tx, { ...taken, reference: systemIds.next() }));
  }
  return { user, id: await rig.requestRefund(user, chargeId) };
}

async function decide(id: string, allowNegative: boolean): Promise<string> {
  const by = { actor: "user:1", allowNegative };
  const result = await write(async (tx) => await ledger.stars.approveRefund(tx, id, by));
  return result.ok ? "ok" : result.reason;
}

async function give(user: User, amount: bigint): Promise<string> {
  const id = systemIds.token(9);
  const result = await write(async (tx) => await ledger.gifts.give(tx, { id, userId: user.id, amount }));
  assert.ok(result.ok);
  return id;
}

test("by default a refund of spent credits needs a second decision", async () => {
  const { user, id } = await buysAndSpends(3000n);
  assert.equal(await decide(id, false), "credits_spent");
  assert.equal(await decide(id, true), "ok");
  assert.equal(await posted(user), -3000n);
});

test("`refuse` refuses whatever the admin presses, and unspent ones go on as ever", async () => {
  others["spentCredits"] = "refuse";
  const { user, id } = await buysAndSpends(1n);
  assert.equal(await decide(id, false), "refused_by_policy");
  assert.equal(await decide(id, true), "refused_by_policy");
  assert.equal(await posted(user), 4999n);
  assert.equal(await decide((await buysAndSpends(0n)).id, false), "ok");
});

test("`allow-negative` needs one decision, up to the largest debt and not a thousandth beyond", async () => {
  Object.assign(others, { spentCredits: "allow-negative", largestDebt: 2 });
  assert.equal(await decide((await buysAndSpends(2000n)).id, false), "ok");
  const { id } = await buysAndSpends(2001n);
  assert.equal(await decide(id, false), "refused_by_policy");
  assert.equal(await decide(id, true), "refused_by_policy");
  others["spentCredits"] = "ask";
  assert.equal(await decide(id, true), "refused_by_policy");
  assert.equal(await decide((await buysAndSpends(2000n)).id, true), "ok");
});

test("gifts that nobody has claimed come back for a refund, and the giver is told", async () => {
  const { user, id } = await buysAndSpends(0n);
  const gift = await give(user, 4000n);
  assert.equal(await decide(id, false), "ok");
  assert.deepEqual([await posted(user), (await ledger.gifts.find(db, gift))?.state], [0n, "recalled"]);
  assert.equal(events.filter((event) => event.type === "gift_returned" && event.gift.id === gift).length, 1);
  assert.deepEqual(await rig.runQueued(), []);
  await rig.assertSound();
});

test("a refund that is refused leaves gifts where they are", async () => {
  others["spentCredits"] = "refuse";
  const { user, id } = await buysAndSpends(2000n);
  const gift = await give(user, 1000n);
  assert.equal(await decide(id, false), "refused_by_policy");
  assert.equal((await ledger.gifts.find(db, gift))?.state, "open");
});

test("who gave what he bought to somebody else has spent it, however many free credits he has", async () => {
  const { user, id } = await buysAndSpends(0n);
  const friend = await rig.newUser();
  await rig.grant(user, 9000n);
  const gift = await give(user, 5000n);
  await write(async (tx) => await ledger.gifts.claim(tx, { id: gift, userId: friend.id }));
  assert.equal(await decide(id, false), "credits_spent");
  assert.equal(await decide(id, true), "ok");
  assert.deepEqual([await posted(user), await posted(friend)], [4000n, 5000n]);
  assert.equal(await ledger.gifts.giveable(db, user.id), 0n);
  await rig.assertSound();
});

test("a refund and the claim of the gift at once: never both the Stars and the credits for nothing", async () => {
  others["spentCredits"] = "refuse";
  for (let times = 0; times < 6; times += 1) {
    const { user, id } = await buysAndSpends(0n);
    const friend = await rig.newUser();
    const gift = await give(user, 5000n);
    const [decision, claimed] = await Promise.all([
      decide(id, false),
      write(async (tx) => await ledger.gifts.claim(tx, { id: gift, userId: friend.id })),
    ]);
    assert.equal(decision === "ok", !claimed.ok);
    assert.deepEqual([await posted(user), await posted(friend)], [0n, claimed.ok ? 5000n : 0n]);
  }
  await rig.runQueued();
  await rig.assertSound();
});

test("a payment that a store took back takes what was given away and not opened, and no more than that is missing", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const gift = await give(user, 4000n);
  rig.bank.refundElsewhere(chargeId);
  await rig.clock.advance(180_000);
  await rig.run("ledger.reconcile-stars");
  assert.deepEqual([await posted(user), (await ledger.gifts.find(db, gift))?.state], [0n, "recalled"]);
  await rig.assertSound();
});

test("what is given away at the very moment at which it is taken back comes back too", async () => {
  for (const by of ["the store", "an admin"] as const) {
    const user = await rig.newUser();
    const { chargeId } = await rig.buy(user);
    const request = by === "an admin" ? await rig.requestRefund(user, chargeId) : undefined;
    if (by === "the store") rig.bank.refundElsewhere(chargeId);
    await rig.clock.advance(180_000);
    const given = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const gift = systemIds.token(9);
    const giving = write(async (tx) => {
      await ledger.gifts.give(tx, { id: gift, userId: user.id, amount: 4000n });
      given.resolve();
      await gate.promise;
    });
    await given.promise;
    const taking = request === undefined ? rig.run("ledger.reconcile-stars") : decide(request, false);
    await untilLockWait(db, "whoever takes from the giver's account");
    gate.resolve();
    await Promise.all([giving, taking]);
    assert.deepEqual([await posted(user), (await ledger.gifts.find(db, gift))?.state], [0n, "recalled"], by);
  }
  assert.deepEqual(await rig.runQueued(), []);
  await rig.assertSound();
});
