import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

/** How signals stand, for operators. */
export interface SignalsOverview {
  /** Chats that get signals now. */
  readonly subscribers: number;
  /** Signals of the day so far, made-up ones left out, and for how many chats they were queued. */
  readonly today: number;
  readonly reached: number;
  /** Signals whose outcome is still open. */
  readonly open: number;
}

/** @param timeZone whose calendar says what today is. */
export async function readOverview(
  db: Db,
  { now, timeZone }: { readonly now: Date; readonly timeZone: string },
): Promise<SignalsOverview> {
  const { rows } = await sql<SignalsOverview>`
    with today as (
      select reached from signals.signal
      where created_at >= date_trunc('day', ${now}::timestamptz at time zone ${timeZone}) at time zone ${timeZone}
        and not demo
    )
    select
      (select count(*) from signals.subscription where active) as subscribers,
      (select count(*) from today) as today,
      (select coalesce(sum(reached), 0)::bigint from today) as reached,
      (select count(*) from signals.open_signal) as open`.execute(db);
  return rows[0] ?? { subscribers: 0, today: 0, reached: 0, open: 0 };
}
