import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";

export interface DueSweep {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** When it last looked (or began to), by the monotonic clock. */
  readonly lookedAtMs: () => number;
}

export interface DueSweepDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly names: readonly string[];
  readonly wake: (name: string) => void;
}

const intervalMs = 1000;

/**
 * Wakes the workers of queues that have something due. Notifications cover only what is due when it is added: delayed
 * jobs, retries and whatever was notified while a connection was down are found here, within a second, by one query
 * for all queues instead of a poll by each worker.
 */
export function createDueSweep({ db, clock, log, names, wake }: DueSweepDeps): DueSweep {
  const stop = new AbortController();
  let lookedAtMs = clock.monotonicMs();
  let loop: Promise<void> = Promise.resolve();

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        for (const name of await dueQueues(db, names)) wake(name);
        lookedAtMs = clock.monotonicMs();
      } catch (error) {
        log.warn({ err: toError(error).message }, "due jobs could not be looked for");
      }
      await pause(clock, intervalMs, stop.signal);
    }
  };

  return {
    start: () => {
      loop = run();
    },
    stop: async () => {
      stop.abort();
      await loop;
    },
    lookedAtMs: () => lookedAtMs,
  };
}

/** One index probe per queue, however long the queues are. */
async function dueQueues(db: Db, names: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select queue.name from unnest(${names}::text[]) as queue (name)
    where exists (
      select from pgboss.job
      where job.name = queue.name and job.state < 'active' and not job.blocked and job.start_after <= now()
    )`.execute(db);
  return rows.map(({ name }) => name);
}
