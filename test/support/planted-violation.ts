import { sql } from "kysely";

import { type Db, inTransaction, type Tx } from "#kernel/db/index.ts";
import { ledgerViolations } from "#kernel/ledger/index.ts";

const undone = new Error("rolled back on purpose");
const guarded = [
  "posting",
  "transaction",
  "account",
  "hold",
  "payment",
  "refund",
  "subscription",
  "subscription_period",
];

/** Breaks something behind the ledger's back, looks, and takes it back. @returns what the invariant's view says. */
export async function plantViolation(
  db: Db,
  invariant: number,
  damage: (tx: Tx) => Promise<unknown>,
): Promise<readonly string[]> {
  let found: readonly string[] = [];
  await inTransaction(db, async (tx) => {
    for (const table of guarded) {
      await sql`alter table ledger.${sql.id(table)} disable trigger user`.execute(tx);
    }
    await sql`grant update, delete on ledger.posting to current_user`.execute(tx);
    await damage(tx);
    const violations = await ledgerViolations(tx);
    found = violations
      .filter((each) => each.invariant === invariant)
      .map(({ subject, detail }) => `${subject} ${detail}`);
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return found;
}

/** Without postings. @returns its id. */
export async function insertTransaction(tx: Tx, kind: string, reference: string): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into ledger.transaction (kind, reference, created_at) values (${kind}, ${reference}, now())
    returning id`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("a transaction that was inserted has no id");
  return row.id;
}
