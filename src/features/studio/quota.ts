import { sql } from "kysely";

import type { Accounts, User } from "#kernel/accounts/index.ts";
import type { Db, Tx } from "#kernel/db/index.ts";

/** How many videos of his day somebody had used when he had himself forgotten. */
const usedTrace = "studio.used_today";

/** Videos of this person's own calendar day that were delivered or may yet be: what failed does not count. */
export async function usedToday(
  db: Db,
  { user, now, accounts }: { readonly user: User; readonly now: Date; readonly accounts: Pick<Accounts, "trace"> },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from studio.job
    where user_id = ${user.id}
      and ordered_at >= date_trunc('day', ${now}::timestamptz at time zone ${user.timeZone}) at time zone ${user.timeZone}
      and state not in ('failed', 'cancelled', 'expired')`.execute(db);
  return (rows[0]?.count ?? 0) + (await accounts.trace(db, user.id, usedTrace));
}

/** Has what was used of the day outlive the person's being forgotten, until that day of his ends. */
export async function keepUsedToday(
  tx: Tx,
  of: { readonly user: User; readonly now: Date; readonly accounts: Pick<Accounts, "trace" | "keepTrace"> },
): Promise<void> {
  const amount = await usedToday(tx, of);
  if (amount === 0) return;
  const { timeZone, id } = of.user;
  const { rows } = await sql<{ end: Date }>`
    select (date_trunc('day', ${of.now}::timestamptz at time zone ${timeZone}) + interval '1 day')
      at time zone ${timeZone} as end`.execute(tx);
  const expiresAt = rows[0]?.end;
  await of.accounts.keepTrace(tx, id, { name: usedTrace, amount, ...(expiresAt && { expiresAt }) });
}
