import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { HealthCheck } from "../observability/index.ts";

/** Receipts and answers go ahead of everything: when one has been due for so long, nobody is sending. */
const stalledSeconds = 90;

/** Whether what people wait for goes out. A long broadcast is no trouble; a reply that stands still is. */
export function deliveryQueueCheck(db: Db): HealthCheck {
  return async () => {
    const { rows } = await sql<{ seconds: number | null }>`
      select max(extract(epoch from now() - greatest(waiting.created_at, waiting.not_before)))::float8 as seconds
      from generate_series(0, 1) as wanted (lane), lateral (
        select created_at, not_before from delivery.outbox
        where state = 'queued' and outbox.lane = wanted.lane and (not_before is null or not_before <= now())
        order by outbox.lane, id limit 1
      ) as waiting`.execute(db);
    const seconds = Math.max(0, Math.round(rows[0]?.seconds ?? 0));
    return { ok: seconds < stalledSeconds, detail: `the oldest due reply has waited ${seconds} s` };
  };
}
