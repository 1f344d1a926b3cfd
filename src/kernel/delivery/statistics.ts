import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import { laneIndex } from "./topics.ts";

/** How deliveries ended since some time ago. Reaches back as far as the history is kept. */
export interface DeliveryStatistics {
  readonly sent: number;
  readonly failed: number;
  readonly unknown: number;
  readonly expired: number;
  /** Because the person did not want it or could not be reached. */
  readonly suppressed: number;
  /** From making an answer to its arrival, of those that arrived; undefined when none did. */
  readonly replySeconds: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined;
}

export async function deliveryStatistics(db: Db, sinceHours: number): Promise<DeliveryStatistics> {
  const { rows } = await sql<{
    sent: number;
    failed: number;
    unknown: number;
    expired: number;
    suppressed: number;
    seconds: readonly number[] | null;
  }>`
    select
      count(*) filter (where state = 'sent') as sent,
      count(*) filter (where state = 'failed') as failed,
      count(*) filter (where state = 'unknown') as unknown,
      count(*) filter (where state = 'expired') as expired,
      count(*) filter (where state = 'suppressed') as suppressed,
      percentile_cont(array[0.5, 0.95, 0.99]) within group (
        order by extract(epoch from finished_at - greatest(created_at, not_before))::float8
      ) filter (where state = 'sent' and lane = ${laneIndex("reply")}) as seconds
    from delivery.history where finished_at > now() - ${sinceHours} * interval '1 hour'`.execute(db);
  const { seconds = null, ...counts } = rows[0] ?? { sent: 0, failed: 0, unknown: 0, expired: 0, suppressed: 0 };
  const [p50, p95, p99] = (seconds ?? []).map((each) => Math.max(each, 0));
  const isKnown = p50 !== undefined && p95 !== undefined && p99 !== undefined;
  return { ...counts, replySeconds: isKnown ? { p50, p95, p99 } : undefined };
}
