import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";

/** Of somebody who paid before he had himself forgotten: he is no newcomer again. */
const customerTrace = "ledger.customer";

/** Whether whoever has this Telegram account has ever paid, refunded since or not, forgotten since or not. */
export async function hasEverPaid(db: Db, accounts: Pick<Accounts, "trace">, userId: number): Promise<boolean> {
  return (await hasPayments(db, userId)) || (await accounts.trace(db, userId, customerTrace)) > 0;
}

export async function keepCustomerTrace(tx: Tx, accounts: Pick<Accounts, "keepTrace">, userId: number): Promise<void> {
  if (await hasPayments(tx, userId)) await accounts.keepTrace(tx, userId, { name: customerTrace });
}

async function hasPayments(db: Db, userId: number): Promise<boolean> {
  const { rows } = await sql`select from ledger.payment where user_id = ${userId} limit 1`.execute(db);
  return rows.length > 0;
}
