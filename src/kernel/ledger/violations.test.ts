import assert from "node:assert/strict";
import { before, test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import type { Tx } from "#kernel/db/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";
import { insertTransaction, plantViolation } from "#test/support/planted-violation.ts";

import { systemAccounts } from "./system-accounts.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write } = rig;
let user: User;
let account: number;
let charge: string;
let refunded: string;
let refund: string;

/** A ledger in which something of everything has happened. */
before(async () => {
  user = await rig.newUser();
  charge = (await rig.buy(user)).chargeId;
  const { rows } = await sql<{ id: number }>`select id from ledger.account where owner = ${user.id}`.execute(db);
  account = rows[0]!.id;
  const inAnHour = new Date(rig.clock.now().getTime() + 3_600_000);
  for (const outcome of ["captured", "released", "open"] as const) {
    const hold = { userId: user.id, amount: 1000n, reference: `test.job:${outcome}`, expiresAt: inAnHour };
    await write(async (tx) => {
      await ledger.placeHold(tx, hold);
      if (outcome !== "open") await ledger.settleHold(tx, hold.reference, outcome);
    });
  }
  refunded = (await rig.buy(user)).chargeId;
  refund = await rig.requestRefund(user, refunded);
  await rig.approve(refund);
  await rig.runQueued();
  const { telegramId } = user;
  const stray = { telegramId, orderId: "no-such-order", currency: "XTR", stars: 7, chargeId: "stray" };
  await write(async (tx) => await ledger.stars.creditPayment(tx, stray));
  await rig.assertSound();
});

/** Each is found by the view with its number. The triggers are off (so 7 finds something every time). */
const damages: readonly (readonly [number, string, RegExp, (tx: Tx) => Promise<unknown>])[] = [
  [
    1,
    "a posting was changed",
    /transaction \d+ sums to 1 CREDIT/,
    async (tx) =>
      await sql`update ledger.posting set amount = amount + 1 where account_id = ${systemAccounts.revenue}`.execute(tx),
  ],
  [
    1,
    "a transaction lost its postings",
    /transaction \d+ has no postings/,
    async (tx) => await insertTransaction(tx, "grant", "adjust:empty"),
  ],
  [
    1,
    "a posting went to no account",
    /transaction \d+ sums to/,
    async (tx) => {
      const id = await insertTransaction(tx, "grant", "adjust:nowhere");
      await sql`insert into ledger.posting (transaction_id, account_id, amount) values (${id}, 31337, 5), (${id}, 3, -5)`.execute(
        tx,
      );
    },
  ],
  [
    2,
    "a balance was edited",
    /account \d+ is at 8001 after/,
    async (tx) => await sql`update ledger.account set posted = posted + 4001 where id = ${account}`.execute(tx),
  ],
  [
    2,
    "an entry's balance was edited",
    /posting \d+ of account \d+ is entry 1 at 9/,
    async (tx) =>
      await sql`update ledger.posting set balance_after = 9 where account_id = ${account} and version = 1`.execute(tx),
  ],
  [
    2,
    "an entry is missing",
    /account \d+ is at 4000 after 4 entries, but has 5000 in 3/,
    async (tx) => await sql`delete from ledger.posting where account_id = ${account} and version = 2`.execute(tx),
  ],
  [
    2,
    "an entry was renumbered",
    /is entry 77 at/,
    async (tx) =>
      await sql`update ledger.posting set version = 77 where account_id = ${account} and version = 4`.execute(tx),
  ],
  [
    3,
    "what is held was edited",
    /account \d+ has 4000 posted and 0 held, with 1000 in open holds/,
    async (tx) => await sql`update ledger.account set held = 0 where id = ${account}`.execute(tx),
  ],
  [
    3,
    "more is held than is there",
    /account \d+ has 4000 posted and 5000 held/,
    async (tx) => {
      await sql`alter table ledger.account drop constraint account_available`.execute(tx);
      await sql`update ledger.account set held = 5000 where id = ${account}`.execute(tx);
      await sql`update ledger.hold set amount = 5000 where state = 'open'`.execute(tx);
    },
  ],
  [
    4,
    "a hold outlived its deadline",
    /hold test.job:open is open 00:16:0\d after its deadline/,
    async (tx) =>
      await sql`update ledger.hold set expires_at = now() - interval '16 minutes' where state = 'open'`.execute(tx),
  ],
  [
    4,
    "a hold was settled and is open",
    /hold test.job:open is open and settled at/,
    async (tx) => {
      await sql`alter table ledger.hold drop constraint hold_settled`.execute(tx);
      await sql`update ledger.hold set settled_at = now() where state = 'open'`.execute(tx);
    },
  ],
  [
    4,
    "a hold is in no known state",
    /hold test.job:open is lost/,
    async (tx) => {
      await sql`alter table ledger.hold drop constraint hold_state, drop constraint hold_settled`.execute(tx);
      await sql`update ledger.hold set state = 'lost' where state = 'open'`.execute(tx);
    },
  ],
  [
    5,
    "a payment was never booked",
    /payment unbooked has 0 bookings/,
    async (tx) =>
      await sql`
      insert into ledger.payment (charge_id, payload, user_id, stars, credits, state, source, paid_at)
      values ('unbooked', '', ${user.id}, 1, 10, 'credited', 'update', now())`.execute(tx),
  ],
  [
    5,
    "a payment was invented",
    /books a payment that does not exist/,
    async (tx) => await insertTransaction(tx, "purchase", "payment:invented"),
  ],
  [
    5,
    "a payment is refunded twice",
    /payment \S+ is being given back 2 times/,
    async (tx) => {
      await sql`drop index ledger.refund_once`.execute(tx);
      await sql`
      insert into ledger.refund (id, charge_id, stars, credits, reason, state, origin, created_at, changed_at)
      values ('again', ${refunded}, 500, 0, '', 'requested', 'request', now(), now())`.execute(tx);
    },
  ],
  [
    5,
    "more is refunded than was paid",
    /refund \S+ gives back 501 of 500 Stars/,
    async (tx) => await sql`update ledger.refund set stars = 501`.execute(tx),
  ],
  [
    5,
    "a refund's Stars were not booked",
    /refund \S+ is refunded and has 0 bookings of Stars/,
    async (tx) =>
      await sql`update ledger.transaction set reference = 'refund-paid:else' where kind = 'refund_paid'`.execute(tx),
  ],
  [
    5,
    "Stars went back for a refund that is not done",
    /refund \S+ is refunding and has 1 bookings of Stars/,
    async (tx) => await sql`update ledger.refund set state = 'refunding'`.execute(tx),
  ],
  [
    5,
    "Stars went back for no refund",
    /transaction \d+ gives Stars back for no refund/,
    async (tx) => await insertTransaction(tx, "refund_paid", "refund-paid:nothing"),
  ],
  [
    6,
    "a captured hold was not booked",
    /hold test.job:open is captured and has 0 captures/,
    async (tx) =>
      await sql`update ledger.hold set state = 'captured', settled_at = now() where state = 'open'`.execute(tx),
  ],
  [
    6,
    "a released hold was booked",
    /hold test.job:captured is released and has 1 captures/,
    async (tx) => await sql`update ledger.hold set state = 'released' where state = 'captured'`.execute(tx),
  ],
  [
    6,
    "revenue came from something else",
    /transaction \d+ grant posts 1000 to revenue/,
    async (tx) => await sql`update ledger.transaction set kind = 'grant' where kind = 'capture'`.execute(tx),
  ],
  [
    6,
    "revenue came from no hold",
    /transaction \d+ capture posts 1000 to revenue/,
    async (tx) => await sql`update ledger.transaction set reference = 'hold:none' where kind = 'capture'`.execute(tx),
  ],
  [
    7,
    "the guards are off",
    /trigger posting_append_only on ledger.posting is missing or disabled/,
    async () => undefined,
  ],
  [
    7,
    "a role may change entries",
    /role public may delete ledger.posting/,
    async (tx) => await sql`grant delete on ledger.posting to public`.execute(tx),
  ],
  [
    8,
    "a cause was booked twice",
    /reference payment:\S+ was booked 2 times/,
    async (tx) => {
      await sql`alter table ledger.transaction drop constraint transaction_reference_once`.execute(tx);
      await insertTransaction(tx, "purchase", `payment:${charge}`);
    },
  ],
  [
    8,
    "a hold was placed twice",
    /hold test.job:open was placed 2 times/,
    async (tx) => {
      await sql`alter table ledger.hold drop constraint hold_reference_once`.execute(tx);
      await sql`
      insert into ledger.hold (account_id, amount, reference, created_at, expires_at)
      select account_id, amount, reference, created_at, expires_at from ledger.hold where state = 'open'`.execute(tx);
    },
  ],
  [
    8,
    "a charge was recorded twice",
    /charge \S+ was recorded 2 times/,
    async (tx) => {
      await sql`alter table ledger.payment drop constraint payment_pkey cascade`.execute(tx);
      await sql`insert into ledger.payment select * from ledger.payment where charge_id = ${charge}`.execute(tx);
    },
  ],
  [
    8,
    "a line of Telegram's was recorded twice",
    /star transaction x in was recorded 2 times/,
    async (tx) => {
      await sql`alter table ledger.star_transaction drop constraint star_transaction_pkey`.execute(tx);
      await sql`insert into ledger.star_transaction values ('x', 'in', 1, now()), ('x', 'in', 1, now())`.execute(tx);
    },
  ],
  [
    8,
    "a booking bypassed its key",
    /transaction \d+ is a purchase under the key adjust:bonus/,
    async (tx) => await insertTransaction(tx, "purchase", "adjust:bonus"),
  ],
  [
    9,
    "a hold captured something else",
    /hold test.job:captured holds 2 of account \d+, captured 1000/,
    async (tx) => await sql`update ledger.hold set amount = 2 where state = 'captured'`.execute(tx),
  ],
  [
    9,
    "a payment credited somebody else",
    /payment \S+ 500 Stars for 5000 to user 31337, booked 500 for 5000 to user/,
    async (tx) => await sql`update ledger.payment set user_id = 31337 where charge_id = ${charge}`.execute(tx),
  ],
  [
    9,
    "a payment credited another amount",
    /payment \S+ 500 Stars for 6000 to user/,
    async (tx) => await sql`update ledger.payment set credits = 6000 where charge_id = ${charge}`.execute(tx),
  ],
  [
    9,
    "a payment differs from its order",
    /payment \S+ 5000 for 500 Stars, ordered 5001 for 500/,
    async (tx) => await sql`update ledger.star_order set credits = 5001`.execute(tx),
  ],
  [
    9,
    "credits came for a payment in suspense",
    /payment stray credited with 70, assigned 0 to user/,
    async (tx) =>
      await sql`
      update ledger.payment set state = 'credited', credits = 70, user_id = ${user.id} where charge_id = 'stray'`.execute(
        tx,
      ),
  ],
  [
    9,
    "a refund took another amount",
    /refund \S+ of 4000 credits, booked -5000 as refund/,
    async (tx) => await sql`update ledger.refund set credits = 4000`.execute(tx),
  ],
  [
    9,
    "a refund paid another amount",
    /refund \S+ of 499 Stars, booked -500/,
    async (tx) => await sql`update ledger.refund set stars = 499`.execute(tx),
  ],
  [
    9,
    "a finished refund keeps credits out of reach",
    /refund \S+ is refunded and has 5000 credits out of reach/,
    async (tx) =>
      await sql`
      delete from ledger.posting where account_id = ${systemAccounts.refunding} and amount < 0`.execute(tx),
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

test("every invariant of the core has a planted violation, and an untouched ledger has none", async () => {
  assert.deepEqual([...new Set(damages.map(([invariant]) => invariant))], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await rig.assertSound();
});

test("invariant 7 knows every guard there is", async () => {
  const { rows } = await sql<{ count: number }>`
    select count(*) from pg_trigger
    join pg_class on pg_class.oid = tgrelid and relnamespace = 'ledger'::regnamespace
    where not tgisinternal`.execute(db);
  const found = await plantViolation(db, 7, async () => undefined);
  assert.equal(found.filter((each) => each.startsWith("trigger")).length, rows[0]?.count);
});

test("the nightly check tells of each violation once", async () => {
  await sql`alter table ledger.posting disable trigger posting_append_only`.execute(db);
  try {
    await rig.run("ledger.check-invariants");
    await rig.run("ledger.check-invariants");
  } finally {
    await sql`alter table ledger.posting enable trigger posting_append_only`.execute(db);
  }
  const told = rig.drifts().filter((detail) => detail.includes("invariant 7"));
  assert.deepEqual(told, [
    "The ledger breaks invariant 7 (guard): trigger posting_append_only on ledger.posting is missing or disabled.",
  ]);
  await rig.run("ledger.check-invariants");
  await rig.assertSound();
});
