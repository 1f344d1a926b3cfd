import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import { lanes } from "./delivery.ts";
import type { QueueDepth } from "./measure.ts";

/** Counts the queue now and then, the seldomer the longer it takes: five million rows take a quarter of a second. */
export interface DepthGauge {
  readonly current: () => QueueDepth;
  /** Counts if it is time to. */
  readonly refresh: () => Promise<void>;
}

const leastPauseMs = 5000;
/** At most a two-hundredth of the time goes into counting. */
const share = 200;

export function createDepthGauge(db: Db, clock: Clock): DepthGauge {
  let depth: QueueDepth = { byLane: lanes.map(() => ({ queued: 0, oldestSeconds: 0 })), held: 0 };
  let nextMs = Number.NEGATIVE_INFINITY;
  return {
    current: () => depth,
    refresh: async () => {
      const beganMs = clock.monotonicMs();
      if (beganMs < nextMs) return;
      depth = await count(db);
      const tookMs = clock.monotonicMs() - beganMs;
      nextMs = clock.monotonicMs() + Math.max(leastPauseMs, tookMs * share);
    },
  };
}

async function count(db: Db): Promise<QueueDepth> {
  const { rows } = await sql<{ lane: number; queued: number; held: number; oldest: number | null }>`
    select lane, count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'held') as held,
      extract(epoch from now() - min(coalesce(not_before, created_at)) filter (where state = 'queued'))::float8 as oldest
    from delivery.outbox group by lane`.execute(db);
  const ofLane = (lane: number): (typeof rows)[number] | undefined => rows.find((row) => row.lane === lane);
  return {
    byLane: lanes.map((_, lane) => ({
      queued: ofLane(lane)?.queued ?? 0,
      oldestSeconds: Math.max(ofLane(lane)?.oldest ?? 0, 0),
    })),
    held: rows.reduce((sum, row) => sum + row.held, 0),
  };
}
