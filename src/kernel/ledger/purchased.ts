import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { Credits } from "./ledger.ts";

/**
 * What is left of the credits that a person bought when only refunds, chargebacks and gifts count, not spending: the most that he may
 * give, and what a refund can take. Below zero when more was taken back than he had bought. Adds up his whole account: not
 * for hot paths.
 */
export async function readPurchased(db: Db, userId: number): Promise<Credits> {
  const { rows } = await sql<{ credits: number }>`
    select coalesce(sum(posting.amount), 0)::bigint as credits
    from ledger.account
    join ledger.posting on posting.account_id = account.id
    join ledger.transaction on transaction.id = posting.transaction_id
    where account.kind = 'user' and account.owner = ${userId} and account.currency = 'CREDIT'
      and transaction.kind in ('purchase', 'assignment', 'refund', 'refund_returned', 'chargeback', 'gift', 'gift_returned')`.execute(
    db,
  );
  return BigInt(rows[0]?.credits ?? 0);
}
