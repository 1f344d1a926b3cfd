import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { HealthCheck } from "../observability/index.ts";

/** Receipts and answers go ahead of everything: when one has been due for so long, nobody is sending. */
const stalledSeconds = 90;

/**
 * Whether what people wait for goes out. A long broadcast is no trouble; a reply that stands still is, unless Telegram
 * itself has asked to wait with it.
 */
export function deliveryQueueCheck(db: Db): HealthCheck {
  return async () => {
    const { rows } = await sql<{ seconds: number | null }>`
      select max(extract(epoch from now() - greatest(waiting.created_at, waiting.not_before)))::float8 as seconds
      from generate_series(0, 1) as wanted (lane), lateral (
        select created_at, not_before from delivery.outbox as o
        where o.state = 'queued' and o.lane = wanted.lane and o.refusal is null
          and (o.retry_at is null or o.retry_at <= now())
          and not exists (
            select from delivery.flood where flood.chat_id in (0, o.chat_id) and flood.blocked_until > now()
          )
        order by o.lane, o.id limit 1
      ) as waiting`.execute(db);
    const seconds = Math.max(0, Math.round(rows[0]?.seconds ?? 0));
    return { ok: seconds < stalledSeconds, detail: `the oldest due reply has waited ${seconds} s` };
  };
}
