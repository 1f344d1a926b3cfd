import assert from "node:assert/strict";
import { test } from "node:test";

import type { User } from "#kernel/accounts/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

import { ledgerPersonalData } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, clock, events, accounts } = rig;
const { referrals } = ledger;
const personalData = ledgerPersonalData(rig);
const { others } = rig.settings;
const dayMs = 24 * 3_600_000;
Object.assign(others, { inviterCredits: 2, invitedCredits: 1 });

const linkOf = async ({ id }: User): Promise<string> => await write(async (tx) => await referrals.codeOf(tx, id));

async function accept(user: User, code: string): Promise<string> {
  const result = await write(async (tx) => await referrals.accept(tx, { code, userId: user.id }));
  return result.ok ? "ok" : result.reason;
}

async function invited(inviter: User): Promise<User> {
  const user = await rig.newUser();
  assert.equal(await accept(user, await linkOf(inviter)), "ok");
  return user;
}

async function refund(user: User, chargeId: string, allowNegative = false): Promise<void> {
  await rig.approve(await rig.requestRefund(user, chargeId), allowNegative);
  assert.deepEqual(await rig.runQueued(), []);
}

async function forget(user: User): Promise<User> {
  await write(async (tx) => {
    await personalData.forget(tx, user.id);
    await accounts.forgetUser(tx, user.id);
  });
  return await write(async (tx) => await accounts.noteUser(tx, { id: user.telegramId, firstName: "Again" }));
}

const posted = async ({ id }: User): Promise<bigint> => (await ledger.balance(db, id)).posted;
const told = (type: string, { id }: User): readonly bigint[] =>
  events.flatMap((event) =>
    "bonus" in event && event.type === type && event.bonus.userId === id ? [event.bonus.credits] : [],
  );

test("both have their bonus with the first purchase, and not with the second", async () => {
  const inviter = await rig.newUser();
  const user = await invited(inviter);
  assert.deepEqual([await posted(inviter), await posted(user)], [0n, 0n]);
  await rig.buy(user);
  assert.deepEqual([await posted(inviter), await posted(user)], [2000n, 6000n]);
  assert.deepEqual([told("bonus_given", inviter), told("bonus_given", user)], [[2000n], [1000n]]);
  await rig.buy(user);
  assert.deepEqual([await posted(inviter), await posted(user)], [2000n, 11_000n]);
  assert.deepEqual(await referrals.summary(db, inviter.id), { came: 1, rewarded: 1, earned: 2000n });
  await rig.assertSound();
});

test("of two purchases at once one is the first", async () => {
  const inviter = await rig.newUser();
  const user = await invited(inviter);
  const paid = [await rig.pay(user), await rig.pay(user)];
  await Promise.all(
    paid.map(
      async (each) => await write(async (tx) => await ledger.stars.creditPayment(tx, { ...each, currency: "XTR" })),
    ),
  );
  assert.deepEqual([await posted(inviter), await posted(user)], [2000n, 11_000n]);
  await rig.assertSound();
});

test("a chain of people who invited each other and all buy at once ends well", async () => {
  const chain = [await rig.newUser()];
  for (let length = 0; length < 6; length += 1) chain.push(await invited(chain.at(-1)!));
  const paid = await Promise.all(chain.map(async (user) => await rig.pay(user)));
  await Promise.all(
    paid.map(
      async (each) => await write(async (tx) => await ledger.stars.creditPayment(tx, { ...each, currency: "XTR" })),
    ),
  );
  assert.deepEqual(await Promise.all(chain.map(posted)), [7000n, 8000n, 8000n, 8000n, 8000n, 8000n, 6000n]);
  await rig.assertSound();
});

test("nobody invites himself, an old customer, or somebody who was invited before", async () => {
  const inviter = await rig.newUser();
  const link = await linkOf(inviter);
  assert.equal(await linkOf(inviter), link);
  assert.equal(await accept(inviter, link), "own");
  assert.equal(await accept(await rig.newUser(), "no-such-link"), "unknown");
  const customer = await rig.newUser();
  await rig.buy(customer);
  assert.equal(await accept(customer, link), "not_new");
  const other = await rig.newUser();
  const user = await invited(other);
  assert.equal(await accept(user, link), "not_new");
});

test("two cannot invite each other, nor many in a circle", async () => {
  const first = await rig.newUser();
  const second = await invited(first);
  const third = await invited(second);
  assert.equal(await accept(first, await linkOf(second)), "not_new");
  assert.equal(await accept(first, await linkOf(third)), "not_new");
});

test("beginning anew makes nobody new: neither who paid, nor who was invited", async () => {
  const inviter = await rig.newUser();
  const link = await linkOf(inviter);
  const user = await invited(inviter);
  assert.equal(await accept(await forget(user), link), "not_new");
  const customer = await rig.newUser();
  await rig.buy(customer);
  let again = await forget(customer);
  assert.equal(await accept(again, link), "not_new");
  again = await forget(again);
  assert.equal(await accept(again, link), "not_new");
});

test("the link of somebody who was forgotten leads nowhere, and his invitations bring him nothing", async () => {
  const inviter = await rig.newUser();
  const link = await linkOf(inviter);
  const user = await invited(inviter);
  await forget(inviter);
  assert.equal(await accept(await rig.newUser(), link), "unknown");
  await rig.buy(user);
  assert.deepEqual([await posted(inviter), await posted(user)], [0n, 6000n]);
  await rig.assertSound();
});

test("an inviter is rewarded so often within a month, whoever buys at once and however often he begins anew", async () => {
  others["invitationsPerMonth"] = 2;
  let inviter = await rig.newUser();
  const users = [await invited(inviter), await invited(inviter), await invited(inviter)];
  await Promise.all(users.map(async (user) => await rig.buy(user)));
  assert.equal(await posted(inviter), 4000n);
  assert.deepEqual(await Promise.all(users.map(posted)), [6000n, 6000n, 6000n]);
  inviter = await forget(inviter);
  const late = await invited(inviter);
  await rig.buy(late);
  assert.equal(await posted(inviter), 0n);
  delete others["invitationsPerMonth"];
  await rig.assertSound();
});

test("a refund takes both bonuses back, below zero where they are spent", async () => {
  const inviter = await rig.newUser();
  const user = await invited(inviter);
  const { chargeId } = await rig.buy(user);
  await write(async (tx) => {
    const taken = { userId: inviter.id, amount: -1500n, kind: "take", reason: "spent", actor: "test" } as const;
    await ledger.adjust(tx, { ...taken, reference: `spent-${inviter.id}` });
  });
  await refund(user, chargeId);
  assert.deepEqual([await posted(inviter), await posted(user)], [-1500n, 0n]);
  assert.deepEqual([told("bonus_reversed", inviter), told("bonus_reversed", user)], [[2000n], [1000n]]);
  assert.equal((await referrals.summary(db, inviter.id)).rewarded, 0);
  await rig.buy(user);
  assert.equal(await posted(inviter), -1500n);
  await rig.assertSound();
});

test("a refund that Telegram made takes the bonuses back too, told twice or not", async () => {
  const inviter = await rig.newUser();
  const user = await invited(inviter);
  const paid = await rig.buy(user);
  rig.bank.refundElsewhere(paid.chargeId);
  for (let times = 0; times < 2; times += 1) await write(async (tx) => await ledger.stars.noteRefund(tx, paid));
  assert.deepEqual([await posted(inviter), await posted(user)], [0n, 0n]);
  await rig.assertSound();
});

test("a bonus that the invited has spent makes the refund one of spent credits", async () => {
  const user = await invited(await rig.newUser());
  const { chargeId } = await rig.buy(user);
  await write(async (tx) => {
    const taken = { userId: user.id, amount: -500n, kind: "take", reason: "spent", actor: "test" } as const;
    await ledger.adjust(tx, { ...taken, reference: `spent-${user.id}` });
  });
  const id = await rig.requestRefund(user, chargeId);
  const by = { actor: "user:1", allowNegative: false };
  const result = await write(async (tx) => await ledger.stars.approveRefund(tx, id, by));
  assert.deepEqual(result, { ok: false, reason: "credits_spent" });
});

test("without a bonus in the settings nothing is given, then or later", async () => {
  Object.assign(others, { inviterCredits: 0, invitedCredits: 0 });
  const inviter = await rig.newUser();
  const user = await rig.newUser();
  const code = await linkOf(inviter);
  assert.equal(await accept(user, code), "ok");
  await rig.buy(user);
  Object.assign(others, { inviterCredits: 2, invitedCredits: 1 });
  await rig.buy(user);
  assert.deepEqual([await posted(inviter), await posted(user)], [0n, 10_000n]);
  await rig.assertSound();
});

// These two are last: the database's own clock, by which people are new, does not move with the test's.
test("after its time a bonus stays, and a refund that fails takes none", async () => {
  others["bonusReversedDays"] = 1;
  const inviter = await rig.newUser();
  const user = await invited(inviter);
  const { chargeId } = await rig.buy(user);
  rig.bank.failRefunds("refused");
  await refund(user, chargeId);
  assert.deepEqual([await posted(inviter), await posted(user)], [2000n, 6000n]);
  rig.bank.failRefunds();
  await clock.advance(dayMs + 1);
  await refund(user, chargeId);
  assert.deepEqual([await posted(inviter), await posted(user)], [2000n, 1000n]);
  delete others["bonusReversedDays"];
  await rig.assertSound();
});

test("who was known for more than a day is not invited any more", async () => {
  const code = await linkOf(await rig.newUser());
  const old = await rig.newUser();
  await clock.advance(dayMs + 60_000);
  assert.equal(await accept(old, code), "not_new");
});
