import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

const microsPerUsd = 1_000_000;

/** What the providers cost today (UTC), jobs that may yet cost included. */
export async function spentTodayUsd(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ micros: number }>`
    select coalesce(sum(cost_usd_micros), 0)::bigint as micros from studio.job
    where ordered_at >= date_trunc('day', ${now}::timestamptz at time zone 'UTC') at time zone 'UTC'
      and (submitted_at is not null or finished_at is null)`.execute(db);
  return (rows[0]?.micros ?? 0) / microsPerUsd;
}
