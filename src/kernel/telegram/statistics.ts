import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Metrics } from "../observability/index.ts";

/** What was asked of the bot, and how that went, since some time ago. Reaches back as far as updates are kept. */
export interface UpdateStatistics {
  readonly handled: number;
  /** Their handler threw or hung. */
  readonly failed: number;
  /** People who wrote, pressed or paid in their private chat. */
  readonly activePeople: number;
  /** By handler, such as `command:start` or `button:studio`; the most used first. */
  readonly handlers: readonly { readonly name: string; readonly count: number }[];
  /** From storing an update to its end, of those that were handled; undefined when none was. */
  readonly seconds: Percentiles | undefined;
}

/** Whoever only types the bot's name somewhere else has not been here. */
const inPrivate = sql`chat_id > 0 and kind <> 'inline_query'`;

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export async function updateStatistics(db: Db, sinceHours: number): Promise<UpdateStatistics> {
  const ended = sql`state <> 'waiting' and finished_at > now() - ${sinceHours} * interval '1 hour'`;
  const { rows } = await sql<{ handled: number; failed: number; active: number; seconds: readonly number[] | null }>`
    select
      count(*) filter (where state = 'handled') as handled,
      count(*) filter (where state = 'failed') as failed,
      count(distinct chat_id) filter (where ${inPrivate}) as active,
      percentile_cont(array[0.5, 0.95, 0.99]) within group (order by extract(epoch from finished_at - received_at)::float8)
        filter (where state = 'handled') as seconds
    from telegram.update where ${ended}`.execute(db);
  const { rows: handlers } = await sql<{ name: string; count: number }>`
    select handler as name, count(*) from telegram.update
    where ${ended} and handler is not null group by handler order by count(*) desc, handler`.execute(db);
  const [row] = rows;
  return {
    handled: row?.handled ?? 0,
    failed: row?.failed ?? 0,
    activePeople: row?.active ?? 0,
    handlers,
    seconds: percentilesOf(row?.seconds),
  };
}

function percentilesOf(values: readonly number[] | null | undefined): Percentiles | undefined {
  const [p50, p95, p99] = values ?? [];
  if (p50 === undefined || p95 === undefined || p99 === undefined) return undefined;
  // The clock of the database may have stepped back in between.
  return { p50: Math.max(p50, 0), p95: Math.max(p95, 0), p99: Math.max(p99, 0) };
}

/** Counting the day's updates takes a moment: what was counted lately is shown again. */
const countedMs = 60_000;

export function measureActivity({
  metrics,
  db,
  clock,
}: {
  readonly metrics: Metrics;
  readonly db: Db;
  readonly clock: Pick<Clock, "monotonicMs">;
}): void {
  let counted: { readonly atMs: number; readonly people: number } | undefined;
  metrics.gauge({
    name: "telecast_telegram_active_people",
    help: "People who wrote, pressed or paid in their private chat within the last 24 hours",
    collect: async (gauge) => {
      if (counted === undefined || clock.monotonicMs() - counted.atMs > countedMs) {
        const { rows } = await sql<{ people: number }>`
          select count(distinct chat_id) as people from telegram.update
          where ${inPrivate} and state <> 'waiting' and finished_at > now() - interval '24 hours'`.execute(db);
        counted = { atMs: clock.monotonicMs(), people: rows[0]?.people ?? 0 };
      }
      gauge.set(counted.people);
    },
  });
}
