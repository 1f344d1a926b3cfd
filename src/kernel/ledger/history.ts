import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { LedgerEntry } from "./ledger.ts";

interface EntryRow {
  readonly version: number;
  readonly created_at: Date;
  readonly kind: string;
  readonly amount: number;
  readonly balance_after: number;
  readonly reason: string | null;
  readonly charge_id: string | null;
  readonly stars: number | null;
}

/**
 * The person's entries, newest first. They are numbered without gaps, so a page is found by a number alone.
 * @param upTo the number of the newest one wanted; without it, the newest of all.
 */
export async function readHistory(
  db: Db,
  userId: number,
  limit: number,
  upTo?: number,
): Promise<readonly LedgerEntry[]> {
  const { rows } = await sql<EntryRow>`
    select posting.version, transaction.created_at, transaction.kind, posting.amount, posting.balance_after,
      transaction.reason, payment.charge_id, payment.stars
    from ledger.account
    join ledger.posting on posting.account_id = account.id
    join ledger.transaction on transaction.id = posting.transaction_id
    left join ledger.payment on payment.charge_id = substring(transaction.reference from '^(?:payment|assignment):(.*)$')
    where account.kind = 'user' and account.owner = ${userId} and account.currency = 'CREDIT'
      and posting.version <= ${upTo ?? Number.MAX_SAFE_INTEGER}
    order by posting.version desc
    limit ${limit}`.execute(db);
  return rows.map((row) => ({
    number: row.version,
    at: row.created_at,
    kind: row.kind,
    amount: BigInt(row.amount),
    balanceAfter: BigInt(row.balance_after),
    note: row.reason ?? undefined,
    payment: row.charge_id === null ? undefined : { chargeId: row.charge_id, stars: row.stars ?? 0 },
  }));
}
