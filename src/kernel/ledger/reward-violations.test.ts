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
