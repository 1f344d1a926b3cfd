import assert from "node:assert/strict";
import { before, test } from "node:test";

import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";
import { plantViolation } from "#test/support/planted-violation.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write } = rig;

/** A ledger in which credits were given away in every way there is. */
before(async () => {
  const user = await rig.newUser();
  await write(async (tx) => {
    const code = { credits: 500n, mostUses: 2, newPeopleOnly: false, expiresAt: undefined, actor: "user:1" };
    await ledger.promo.create(tx, { code: "PLANTED", ...code });
    assert.ok((await ledger.promo.redeem(tx, { userId: user.id, code: "PLANTED" })).ok);
  });
  const friend = await rig.newUser();
  rig.settings.others["inviterCredits"] = 2;
  rig.settings.others["invitedCredits"] = 1;
  await write(async (tx) => {
    const code = await ledger.referrals.codeOf(tx, user.id);
    assert.ok((await ledger.referrals.accept(tx, { code, userId: friend.id })).ok);
  });
  await rig.buy(friend);
  await write(async (tx) => {
    for (const id of ["claimed", "open"]) await ledger.gifts.give(tx, { id, userId: friend.id, amount: 1000n });
    assert.ok((await ledger.gifts.claim(tx, { id: "claimed", userId: user.id })).ok);
  });
  await rig.assertSound();
});

const damages: readonly (readonly [number, string, RegExp, (tx: Tx) => Promise<unknown>])[] = [
  [
    10,
    "a promo code counts wrongly",
    /promo code PLANTED counts 2 uses of 2, and has 1/,
    async (tx) => await sql`update ledger.promo_code set uses = 2`.execute(tx),
  ],
  [
    10,
    "a promo code gave nothing",
    /promo code PLANTED gives 500 to user \d+, booked 0/,
    async (tx) => await sql`update ledger.transaction set reference = 'promo:ELSE:1' where kind = 'promo'`.execute(tx),
  ],
  [
    10,
    "a promo code gave another amount",
    /promo code PLANTED gives 700 to user \d+, booked 500/,
    async (tx) => await sql`update ledger.promo_code set credits = 700`.execute(tx),
  ],
  [
    10,
    "credits came for a use that there is not",
    /transaction \d+ promo posts -500 of promo codes/,
    async (tx) => await sql`delete from ledger.promo_use`.execute(tx),
  ],
  [
    12,
    "a gift took another amount",
    /gift open of 700 by user \d+, booked 1000 of user/,
    async (tx) => await sql`update ledger.gift set amount = 700 where id = 'open'`.execute(tx),
  ],
  [
    12,
    "a gift reached somebody else",
    /gift claimed of 1000 is claimed, booked 1000 to user/,
    async (tx) => await sql`update ledger.gift set claimed_by = 31337 where id = 'claimed'`.execute(tx),
  ],
  [
    12,
    "a gift was lost",
    /gift open of 1000 is expired, booked 0 to user/,
    async (tx) => await sql`update ledger.gift set state = 'expired', ended_at = now() where id = 'open'`.execute(tx),
  ],
  [
    12,
    "a claimed gift is open again",
    /gift claimed of 1000 is open, booked 1000 to user/,
    async (tx) =>
      await sql`
        update ledger.gift set state = 'open', ended_at = null, claimed_by = null where id = 'claimed'`.execute(tx),
  ],
  [
    12,
    "a gift outlived its time",
    /gift open is open 02:00:0\d after its end/,
    async (tx) =>
      await sql`update ledger.gift set expires_at = now() - interval '2 hours' where id = 'open'`.execute(tx),
  ],
  [
    12,
    "credits came of no gift",
    /transaction \d+ gift_claimed posts -1000 of gifts/,
    async (tx) => await sql`delete from ledger.gift where id = 'claimed'`.execute(tx),
  ],
  [
    13,
    "a bonus was of another amount",
    /referral:\d+ should have given 9 to user \d+, gave 2000/,
    async (tx) => await sql`update ledger.referral set inviter_bonus = 9`.execute(tx),
  ],
  [
    13,
    "a bonus went to somebody else",
    /referral:\d+ should have given 2000 to user 0, gave 0/,
    async (tx) => await sql`update ledger.referral set inviter_id = 0`.execute(tx),
  ],
  [
    13,
    "a bonus that was taken back is still there",
    /referral-reversed:\d+ should have given -1000 to user \d+, gave 0/,
    async (tx) => await sql`update ledger.referral set state = 'reversed', reversed_at = now()`.execute(tx),
  ],
  [
    13,
    "a bonus came for no purchase of his",
    /referral of user \d+ was rewarded without a purchase of his/,
    async (tx) => await sql`update ledger.payment set user_id = 31337`.execute(tx),
  ],
  [
    13,
    "a bonus was given to who was not invited",
    /referral:\d+ should have given 0 to user \d+, gave 1000/,
    async (tx) => await sql`delete from ledger.referral`.execute(tx),
  ],
];

for (const [invariant, what, expected, damage] of damages) {
  test(`invariant ${invariant} finds that ${what}`, async () => {
    const found = await plantViolation(db, invariant, damage);
    assert.ok(
      found.some((each) => expected.test(each)),
      `found ${JSON.stringify(found)}`,
    );
  });
}
