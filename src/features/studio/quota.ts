import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import type { Db } from "#kernel/db/index.ts";

/** Videos of this person's own calendar day that were delivered or may yet be: what failed does not count. */
export async function usedToday(db: Db, { user, now }: { readonly user: User; readonly now: Date }): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from studio.job
    where user_id = ${user.id}
      and ordered_at >= date_trunc('day', ${now}::timestamptz at time zone ${user.timeZone}) at time zone ${user.timeZone}
      and state not in ('failed', 'cancelled', 'expired')`.execute(db);
  return rows[0]?.count ?? 0;
}
