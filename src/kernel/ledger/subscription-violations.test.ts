import assert from "node:assert/strict";
import { before, test } from "node:test";

import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig, monthlyPlan } from "#test/support/ledger-rig.ts";
import { plantViolation } from "#test/support/planted-violation.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
let order: string;
let renewal: string;
let lost: string;

/** Two months of a plan, and one that a store took back. */
before(async () => {
  const user = await rig.newUser();
  const first = await rig.subscribe(user);
  const second = rig.renew(first);
  await rig.tell(first);
  await rig.tell(second);
  const other = await rig.subscribe(await rig.newUser(), { ...monthlyPlan, id: "other" });
  await rig.tell(other);
  rig.bank.refundElsewhere(other.chargeId);
  await rig.clock.advance(180_000);
  await rig.run("ledger.reconcile-stars");
  [order, renewal, lost] = [first.orderId, second.chargeId, other.chargeId];
  await rig.assertSound();
});

const damages: readonly (readonly [number, string, RegExp, (tx: Tx) => Promise<unknown>])[] = [
  [
    11,
    "a renewal bought nothing",
    /payment \S+ is for a plan and has bought no period/,
    async (tx) => await sql`delete from ledger.subscription_period where charge_id = ${renewal}`.execute(tx),
  ],
  [
    11,
    "somebody is entitled to what nobody paid",
    /subscription \S+ is active until .*, but paid until/,
    async (tx) =>
      await sql`
      update ledger.subscription set expires_at = expires_at + interval '30 days' where order_id = ${order}`.execute(
        tx,
      ),
  ],
  [
    11,
    "a payment that went back still entitles",
    /subscription \S+ is active until .*, but paid until never/,
    async (tx) =>
      await sql`
      update ledger.subscription set state = 'active'
      from ledger.payment where payment.charge_id = ${lost} and payment.order_id = subscription.order_id`.execute(tx),
  ],
  [
    11,
    "a month was paid for another's subscription",
    /payment \S+ has bought a period of \S+, but is for/,
    async (tx) =>
      await sql`
      update ledger.subscription_period set order_id = ${order} where charge_id = ${lost}`.execute(tx),
  ],
  [
    11,
    "a subscription belongs to somebody else",
    /subscription \S+ of user 31337 for/,
    async (tx) => await sql`update ledger.subscription set user_id = 31337 where order_id = ${order}`.execute(tx),
  ],
  [
    11,
    "one that runs has expired",
    /subscription \S+ has expired, and runs until/,
    async (tx) => await sql`update ledger.subscription set state = 'expired' where order_id = ${order}`.execute(tx),
  ],
  [
    8,
    "a renewal was credited twice",
    /charge \S+ was recorded 2 times/,
    async (tx) => {
      await sql`alter table ledger.payment drop constraint payment_pkey cascade`.execute(tx);
      await sql`insert into ledger.payment select * from ledger.payment where charge_id = ${renewal}`.execute(tx);
    },
  ],
  [
    9,
    "a chargeback took another amount",
    /refund \S+ a store took 999 Stars for 12000, booked -1000 for -12000/,
    async (tx) => await sql`update ledger.refund set stars = 999 where charge_id = ${lost}`.execute(tx),
  ],
  [
    5,
    "a chargeback is of nothing",
    /transaction \d+ takes Stars back for no payment that a store took back/,
    async (tx) => await sql`update ledger.refund set origin = 'telegram' where charge_id = ${lost}`.execute(tx),
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
