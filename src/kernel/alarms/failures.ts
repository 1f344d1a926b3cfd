import { sql } from "kysely";

import type { Db } from "../db/index.ts";

/** What failed lately, and of how many. */
export interface Failures {
  readonly failedUpdates: number;
  readonly allUpdates: number;
  readonly failedDeliveries: number;
  readonly allDeliveries: number;
}

export async function readFailures(db: Db, minutes: number): Promise<Failures> {
  const since = sql`now() - ${minutes} * interval '1 minute'`;
  const { rows: updates } = await sql<{ failed: number; total: number }>`
    select count(*) filter (where state = 'failed') as failed, count(*) as total
    from telegram.update where state <> 'waiting' and finished_at > ${since}`.execute(db);
  // Blocked bots are everyday; what is refused or unknown is not.
  const { rows: deliveries } = await sql<{ failed: number; total: number }>`
    select count(*) filter (where state in ('failed', 'unknown')) as failed, count(*) as total
    from delivery.history where finished_at > ${since}`.execute(db);
  return {
    failedUpdates: updates[0]?.failed ?? 0,
    allUpdates: updates[0]?.total ?? 0,
    failedDeliveries: deliveries[0]?.failed ?? 0,
    allDeliveries: deliveries[0]?.total ?? 0,
  };
}
