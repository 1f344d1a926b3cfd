import assert from "node:assert/strict";
import { before, test } from "node:test";

import { sql } from "kysely";
import { DatabaseError } from "pg";

import type { User } from "#kernel/accounts/index.ts";
import { brokenConstraint, inTransaction, type Tx } from "#kernel/db/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

import { systemAccounts } from "./system-accounts.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write } = rig;
let user: User;
let accountId: number;
let hold: string;

before(async () => {
  user = await rig.newUser();
  await rig.buy(user);
  hold = "test.job:guarded";
  const expiresAt = new Date(rig.clock.now().getTime() + 3_600_000);
  await write(async (tx) => await ledger.placeHold(tx, { userId: user.id, amount: 1000n, reference: hold, expiresAt }));
  const { rows } = await sql<{ id: number }>`select id from ledger.account where owner = ${user.id}`.execute(db);
  accountId = rows[0]!.id;
});

async function insertTransaction(tx: Tx, reference: string): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into ledger.transaction (kind, reference, created_at) values ('grant', ${reference}, now())
    returning id`.execute(tx);
  return rows[0]!.id;
}

async function insertPosting(tx: Tx, transaction: number, account: number, amount: bigint): Promise<void> {
  await sql`
    insert into ledger.posting (transaction_id, account_id, amount)
    values (${transaction}, ${account}, ${amount})`.execute(tx);
}

/** What the database refuses on its own; nothing of it may remain. */
async function assertRefused(work: (tx: Tx) => Promise<unknown>, expected: RegExp | string): Promise<void> {
  const balance = await ledger.balance(db, user.id);
  await assert.rejects(inTransaction(db, work), (error) => {
    assert.ok(error instanceof DatabaseError, String(error));
    if (typeof expected === "string") assert.equal(brokenConstraint(error), expected);
    else assert.match(error.message, expected);
    return true;
  });
  assert.deepEqual(await ledger.balance(db, user.id), balance);
  await rig.assertSound();
}

test("a transaction that does not sum to zero is refused at its commit", async () => {
  await assertRefused(async (tx) => {
    const transaction = await insertTransaction(tx, "adjust:one-sided");
    await insertPosting(tx, transaction, accountId, 1000n);
    await insertPosting(tx, transaction, systemAccounts.granted, -999n);
  }, /does not sum to zero: 1 CREDIT/);
});

test("two currencies do not make up for each other", async () => {
  await assertRefused(async (tx) => {
    const transaction = await insertTransaction(tx, "adjust:mixed");
    await insertPosting(tx, transaction, accountId, 1000n);
    await insertPosting(tx, transaction, systemAccounts.starsIncome, -1000n);
  }, /does not sum to zero/);
});

test("a posting added to a transaction of the past is refused unless it stays balanced", async () => {
  const { rows } = await sql<{ id: number }>`select id from ledger.transaction order by id limit 1`.execute(db);
  await assertRefused(async (tx) => {
    await insertPosting(tx, rows[0]!.id, systemAccounts.granted, 5n);
  }, /does not sum to zero/);
});

test("a transaction without postings is refused", async () => {
  await assertRefused(async (tx) => await insertTransaction(tx, "adjust:empty"), /has no postings/);
});

test("a posting to an account that does not exist is refused", async () => {
  await assertRefused(async (tx) => {
    await insertPosting(tx, await insertTransaction(tx, "adjust:nowhere"), 999_999, 1n);
  }, /there is no account 999999/);
});

test("a cause is booked once", async () => {
  const { rows } = await sql<{ reference: string }>`select reference from ledger.transaction limit 1`.execute(db);
  await assertRefused(async (tx) => await insertTransaction(tx, rows[0]!.reference), "transaction_reference_once");
});

/** The right to change entries was taken even from the owner; with it, the trigger is still there. */
async function allowChanges(tx: Tx): Promise<void> {
  await sql`grant update, delete, truncate on ledger.posting to current_user`.execute(tx);
}

for (const table of ["posting", "transaction", "account", "hold", "payment", "refund"]) {
  for (const change of ["delete from", "truncate"]) {
    test(`"${change} ledger.${table}" is refused`, async () => {
      await assertRefused(async (tx) => {
        await allowChanges(tx);
        await sql`${sql.raw(change)} ledger.${sql.raw(table)}`.execute(tx);
      }, /refused|cannot truncate a table referenced/);
    });
  }
}

test("entries cannot be changed", async () => {
  await assertRefused(async (tx) => {
    await allowChanges(tx);
    await sql`update ledger.posting set amount = 1`.execute(tx);
  }, /update refused/);
  await assertRefused(
    async (tx) => await sql`update ledger.transaction set kind = 'take'`.execute(tx),
    /update refused/,
  );
});

test("no role has the right to change entries, not even their owner", async () => {
  const { rows } = await sql<{ rights: string | null }>`
    select string_agg(privilege_type, ', ' order by privilege_type) as rights
    from pg_class, aclexplode(relacl)
    where pg_class.oid = 'ledger.posting'::regclass and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')`.execute(db);
  assert.equal(rows[0]?.rights, null);
});

test("a balance cannot be edited, in no way", async () => {
  for (const change of [
    "posted = posted + 1",
    "held = 1",
    "version = version + 1",
    "owner = 424242",
    "currency = 'XTR'",
  ]) {
    await assertRefused(
      async (tx) => await sql`update ledger.account set ${sql.raw(change)} where id = ${accountId}`.execute(tx),
      /never edited/,
    );
  }
});

test("an account cannot be made with credits in it", async () => {
  await assertRefused(async (tx) => {
    const { rows } = await sql<{ posted: number }>`
      insert into ledger.account (kind, owner, currency, posted, held, version)
      values ('user', 424242, 'CREDIT', 1000000, 0, 0) returning posted`.execute(tx);
    assert.equal(rows[0]?.posted, 0, "it starts empty whatever was asked for");
    await sql`select 1 / 0`.execute(tx);
  }, /division by zero/);
});

test("nobody goes below zero by a posting", async () => {
  await assertRefused(async (tx) => {
    const transaction = await insertTransaction(tx, "adjust:too-much");
    await insertPosting(tx, transaction, accountId, -4001n);
    await insertPosting(tx, transaction, systemAccounts.granted, 4001n);
  }, "account_available");
});

test("a hold needs cover even where the account may be below zero", async () => {
  await assertRefused(async (tx) => {
    await sql`update ledger.account set may_go_negative = true where id = ${accountId}`.execute(tx);
    await sql`
      insert into ledger.hold (account_id, amount, reference, created_at, expires_at)
      values (${accountId}, 4001, 'test.job:uncovered', now(), now())`.execute(tx);
  }, /is not covered/);
});

test("a hold cannot begin settled, change what it holds, or end twice", async () => {
  await assertRefused(
    async (tx) =>
      await sql`
        insert into ledger.hold (account_id, amount, reference, state, created_at, expires_at, settled_at)
        values (${accountId}, 1, 'test.job:born-settled', 'captured', now(), now(), now())`.execute(tx),
    /is not covered/,
  );
  for (const change of ["amount = 1", "reference = 'x'", "account_id = 1"]) {
    await assertRefused(
      async (tx) => await sql`update ledger.hold set ${sql.raw(change)} where reference = ${hold}`.execute(tx),
      /would change what it holds/,
    );
  }
  await assertRefused(async (tx) => {
    await ledger.settleHold(tx, hold, "released");
    await sql`update ledger.hold set state = 'captured' where reference = ${hold}`.execute(tx);
  }, /has ended/);
});

test("a payment is given back once", async () => {
  const { chargeId } = await rig.buy(user);
  const insert = async (tx: Tx): Promise<unknown> =>
    await sql`
      insert into ledger.refund (id, charge_id, user_id, stars, credits, reason, state, origin, created_at, changed_at)
      values (gen_random_uuid(), ${chargeId}, ${user.id}, 500, 5000, '', 'requested', 'request', now(), now())`.execute(
      tx,
    );
  await assertRefused(async (tx) => {
    await insert(tx);
    await insert(tx);
  }, "refund_once");
});
