import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { Credits } from "./ledger.ts";
import { systemAccounts } from "./system-accounts.ts";

/** What everybody's accounts hold together. */
export interface CreditTotals {
  /** Balances above zero: what we owe in videos. */
  readonly outstanding: Credits;
  readonly held: Credits;
  /** Balances below zero, as a positive amount, and whose they are. */
  readonly owed: Credits;
  readonly debtors: number;
}

export async function readCreditTotals(db: Db): Promise<CreditTotals> {
  const { rows } = await sql<{ outstanding: number; held: number; owed: number; debtors: number }>`
    select
      coalesce(sum(posted) filter (where posted > 0), 0)::bigint as outstanding,
      coalesce(sum(held), 0)::bigint as held,
      coalesce(-sum(posted) filter (where posted < 0), 0)::bigint as owed,
      count(*) filter (where posted < 0) as debtors
    from ledger.account where kind = 'user' and currency = 'CREDIT'`.execute(db);
  const { outstanding = 0, held = 0, owed = 0, debtors = 0 } = rows[0] ?? {};
  return { outstanding: BigInt(outstanding), held: BigInt(held), owed: BigInt(owed), debtors };
}

/** One person's balance among all. */
export interface RankedBalance {
  readonly userId: number;
  readonly posted: Credits;
}

/** The largest balances first, or the deepest debts. */
export async function rankBalances(
  db: Db,
  { of, skip, limit }: { readonly of: "balances" | "debts"; readonly skip: number; readonly limit: number },
): Promise<readonly RankedBalance[]> {
  const [wanted, order] = of === "debts" ? [sql`posted < 0`, sql`posted`] : [sql`posted > 0`, sql`posted desc`];
  const { rows } = await sql<{ owner: number; posted: number }>`
    select owner, posted from ledger.account
    where kind = 'user' and currency = 'CREDIT' and ${wanted}
    order by ${order}, id limit ${limit} offset ${skip}`.execute(db);
  return rows.map(({ owner, posted }) => ({ userId: owner, posted: BigInt(posted) }));
}

/** What came and went in Stars on one day. */
export interface StarDay {
  /** ISO date in the asked time zone. */
  readonly day: string;
  readonly received: number;
  /** Refunds and whatever else people got back. */
  readonly returned: number;
}

/**
 * Stars of people by day, those without any too. Withdrawals and the like do not count: they are ours already.
 * @param timeZone whose calendar the days follow.
 */
export async function readStarDays(
  db: Db,
  { from, to, timeZone }: { readonly from: Date; readonly to: Date; readonly timeZone: string },
): Promise<readonly StarDay[]> {
  const { rows } = await sql<StarDay>`
    with moved as (
      select date_trunc('day', transaction.created_at at time zone ${timeZone}) as day, posting.amount
      from ledger.transaction join ledger.posting on posting.transaction_id = transaction.id
      where transaction.created_at >= ${from} and transaction.created_at < ${to}
        and transaction.kind <> 'stars_other' and posting.account_id = ${systemAccounts.telegram}
    )
    select day::date::text as day,
      coalesce(sum(amount) filter (where amount > 0), 0)::bigint as received,
      coalesce(-sum(amount) filter (where amount < 0), 0)::bigint as returned
    from generate_series(
      date_trunc('day', ${from}::timestamptz at time zone ${timeZone}),
      ${to}::timestamptz at time zone ${timeZone}, interval '1 day') as day
    left join moved using (day)
    group by day order by day`.execute(db);
  return rows;
}
