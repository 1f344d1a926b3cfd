import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";
import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig, type Paid } from "#test/support/ledger-rig.ts";
import {
  buy,
  claim,
  give,
  giveableBy,
  giveBack,
  giftMs,
  invite,
  invitedBonus,
  inviterBonus,
  isOpen,
  makeRewardModel,
  post,
  postedBy,
  promoCredits,
  promoUses,
  refund,
  returnExpired,
  rewardedPerMonth,
  type RewardModel,
} from "#test/support/reward-model.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write } = rig;
const { gifts, promo, referrals, stars } = ledger;
Object.assign(rig.settings.others, {
  inviterCredits: Number(inviterBonus) / 1000,
  invitedCredits: Number(invitedBonus) / 1000,
  invitationsPerMonth: rewardedPerMonth,
});

const userCount = 4;
const runs = 50;
const longest = 50;
let operations = 0;

/** The real counterparts of what the model knows by number. */
interface Real {
  readonly users: readonly User[];
  readonly codes: readonly string[];
  readonly paid: Paid[];
  /** Distinguishes the gifts and the code of one run from those of another. */
  readonly name: string;
}

type Command = fc.AsyncCommand<RewardModel, Real>;

/** After each step, everybody has what the model says, and can give what it says. */
function command(text: string, run: (model: RewardModel, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      operations += 1;
      await run(model, real);
      for (const [user, { id }] of real.users.entries()) {
        const has = [(await ledger.balance(db, id)).posted, await gifts.giveable(db, id)];
        assert.deepEqual(has, [postedBy(model, user), giveableBy(model, user)], `user ${user} after ${text}`);
      }
    },
    toString: () => text,
  };
}

const user = fc.nat(userCount - 1);
const amount = fc.bigInt({ min: 1n, max: 4000n });
/** Few, so that steps meet. */
const giftNumber = fc.nat(5);
/** Presses at once. */
const times = fc.integer({ min: 1, max: 3 });

const giftId = ({ name }: Real, number: number): string => `${name}-${number}`;
const atOnce = async <T>(count: number, work: (index: number) => Promise<T>): Promise<readonly T[]> =>
  await Promise.all(Array.from({ length: count }, async (_, index) => await work(index)));

const buying = fc.record({ user, times }).map(({ user, times }) =>
  command(`${user} buys ${times} at once`, async (model, real) => {
    const paid: Paid[] = [];
    for (let count = 0; count < times; count += 1) paid.push(await rig.pay(real.users[user]!));
    await atOnce(
      times,
      async (index) => await write(async (tx) => await stars.creditPayment(tx, { ...paid[index]!, currency: "XTR" })),
    );
    for (let count = 0; count < times; count += 1) buy(model, user);
    // Which of them was the first only the ledger knows.
    const { rows } = await sql<{ charge_id: string }>`
      select charge_id from ledger.referral where charge_id = any(${paid.map(({ chargeId }) => chargeId)})`.execute(db);
    const first = paid.findIndex(({ chargeId }) => chargeId === rows[0]?.charge_id);
    if (first > 0) paid.unshift(...paid.splice(first, 1));
    real.paid.push(...paid);
  }),
);

const adjusting = fc.record({ user, amount, kind: fc.constantFrom("grant", "take") }).map(({ user, amount, kind }) =>
  command(`${kind} ${amount} of ${user}`, async (model, real) => {
    const signed = kind === "grant" ? amount : -amount;
    const change = { userId: real.users[user]!.id, amount: signed, kind, reason: "", actor: "model" } as const;
    const result = await write(async (tx) => await ledger.adjust(tx, { ...change, reference: systemIds.next() }));
    assert.equal(result.ok, kind === "grant" || postedBy(model, user) >= amount);
    if (result.ok) post(model, user, signed);
  }),
);

const redeeming = fc.record({ user, times }).map(({ user, times }) =>
  command(`${user} uses the code ${times} times at once`, async (model, real) => {
    // Guessing has a test of its own.
    await sql`delete from ledger.promo_try`.execute(db);
    const of = { userId: real.users[user]!.id, code: real.name };
    const results = await atOnce(times, async () => await write(async (tx) => await promo.redeem(tx, of)));
    const isPossible = !model.promoUsers.has(user) && model.promoUsers.size < promoUses;
    assert.equal(results.filter(({ ok }) => ok).length, isPossible ? 1 : 0);
    if (!isPossible) return;
    model.promoUsers.add(user);
    post(model, user, promoCredits);
  }),
);

const giving = fc.record({ user, amount, number: giftNumber, times }).map(({ user, amount, number, times }) =>
  command(`${user} gives ${amount} as ${number}, ${times} times at once`, async (model, real) => {
    if (model.gifts.has(number)) return;
    const gift = { id: giftId(real, number), userId: real.users[user]!.id, amount };
    const results = await atOnce(times, async () => await write(async (tx) => await gifts.give(tx, gift)));
    const isPossible = giveableBy(model, user) >= amount;
    assert.deepEqual(new Set(results.map(({ ok }) => ok)), new Set([isPossible]));
    if (isPossible) give(model, number, { giver: user, amount });
  }),
);

const claiming = fc.record({ number: giftNumber, by: fc.uniqueArray(user, { minLength: 1 }) }).map(({ number, by }) =>
  command(`${by.join(" and ")} open ${number} at once`, async (model, real) => {
    const id = giftId(real, number);
    const results = await atOnce(
      by.length,
      async (index) => await write(async (tx) => await gifts.claim(tx, { id, userId: real.users[by[index]!]!.id })),
    );
    const gift = model.gifts.get(number);
    const isClaimable = isOpen(model, gift) && by.some((each) => each !== gift?.giver);
    assert.equal(results.filter(({ ok }) => ok).length, isClaimable ? 1 : 0);
    if (gift !== undefined && isClaimable) claim(model, gift, by[results.findIndex(({ ok }) => ok)]!);
  }),
);

const cancelling = fc.record({ number: giftNumber, user, times }).map(({ number, user, times }) =>
  command(`${user} takes ${number} back, ${times} times at once`, async (model, real) => {
    const of = { id: giftId(real, number), userId: real.users[user]!.id };
    const results = await atOnce(times, async () => await write(async (tx) => await gifts.cancel(tx, of)));
    const gift = model.gifts.get(number);
    const isPossible = gift?.state === "open" && gift.giver === user;
    assert.equal(results.filter((result) => result !== undefined).length, isPossible ? 1 : 0);
    if (gift !== undefined && isPossible) giveBack(model, gift, "cancelled");
  }),
);

const inviting = fc.record({ invited: user, inviter: user }).map(({ invited, inviter }) =>
  command(`${inviter} invites ${invited}`, async (model, real) => {
    const of = { code: real.codes[inviter]!, userId: real.users[invited]!.id };
    const result = await write(async (tx) => await referrals.accept(tx, of));
    assert.equal(result.ok, invite(model, invited, inviter));
  }),
);

const refunding = fc.record({ index: fc.nat(5), mayOwe: fc.boolean() }).map(({ index, mayOwe }) =>
  command(`refund ${index}${mayOwe ? ", below zero too" : ""}`, async (model, real) => {
    const paid = real.paid[index];
    const purchase = model.purchases[index];
    if (paid === undefined || purchase?.refund !== "none") return;
    const { id: userId } = real.users[purchase.user]!;
    const by = { actor: "model", allowNegative: mayOwe };
    const approved = await write(async (tx) => {
      const asked = await stars.requestRefund(tx, { userId, chargeId: paid.chargeId, reason: "" });
      assert.ok(asked.ok);
      const result = await stars.approveRefund(tx, asked.refund.id, by);
      if (!result.ok) await stars.refuseRefund(tx, asked.refund.id, "model");
      return result.ok;
    });
    assert.deepEqual(await rig.runQueued(), []);
    assert.equal(approved, refund(model, index, mayOwe));
  }),
);

const waiting = fc.constantFrom(3_600_000, giftMs).map((ms) =>
  command(`wait ${ms / 3_600_000} h`, async (model) => {
    await rig.clock.advance(ms);
    model.now += ms;
    await Promise.all([rig.run("ledger.return-gifts"), rig.run("ledger.return-gifts")]);
    returnExpired(model);
  }),
);

const steps = fc.commands(
  [
    buying,
    adjusting,
    redeeming,
    giving,
    giving,
    claiming,
    claiming,
    cancelling,
    inviting,
    inviting,
    refunding,
    waiting,
  ],
  { maxCommands: longest, size: "max" },
);

async function begin(): Promise<Real> {
  const users: User[] = [];
  for (let count = 0; count < userCount; count += 1) users.push(await rig.newUser());
  const ids = users.map(({ id }) => id);
  await sql`update account.person set created_at = ${rig.clock.now()} where id = any(${ids})`.execute(db);
  const name = `M${systemIds.next().slice(-12).toUpperCase()}`;
  const code = { code: name, credits: promoCredits, mostUses: promoUses, newPeopleOnly: false, expiresAt: undefined };
  const codes = await write(async (tx) => {
    await promo.create(tx, { ...code, actor: "model" });
    return await Promise.all(ids.map(async (id) => await referrals.codeOf(tx, id)));
  });
  return { users, codes, paid: [], name };
}

test("whatever people do with codes, gifts, invitations and refunds, at once or one after the other, adds up", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (commands) => {
      const real = await begin();
      await fc.asyncModelRun(() => ({ model: makeRewardModel(userCount), real }), commands);
      await rig.assertSound();
    }),
    { numRuns: runs, endOnFailure: false },
  );
  assert.ok(operations >= 700, `only ${operations} operations were tried`);
});
