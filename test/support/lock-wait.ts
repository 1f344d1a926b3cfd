import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

import { until } from "./until.ts";

/** Until somebody in this database waits for a lock: what was started beside a transaction that is held open has reached it. */
export async function untilLockWait(db: Db, who: string): Promise<void> {
  await until(`${who} to wait for a lock`, async () => {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
    return rows.length > 0;
  });
}
