import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { LedgerEntry } from "./ledger.ts";

interface EntryRow {
  readonly created_at: Date;
  readonly kind: string;
  readonly amount: number;
  readonly balance_after: number;
  readonly reason: string | null;
}

/** The person's entries, newest first. */
export async function readHistory(db: Db, userId: number, limit: number): Promise<readonly LedgerEntry[]> {
  const { rows } = await sql<EntryRow>`
    select transaction.created_at, transaction.kind, posting.amount, posting.balance_after, transaction.reason
    from ledger.account
    join ledger.posting on posting.account_id = account.id
    join ledger.transaction on transaction.id = posting.transaction_id
    where account.kind = 'user' and account.owner = ${userId} and account.currency = 'CREDIT'
    order by posting.version desc
    limit ${limit}`.execute(db);
  return rows.map((row) => ({
    at: row.created_at,
    kind: row.kind,
    amount: BigInt(row.amount),
    balanceAfter: BigInt(row.balance_after),
    note: row.reason ?? undefined,
  }));
}
