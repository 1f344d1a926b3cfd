import { sql } from "kysely";

import type { Job, JobQueue } from "#kernel/jobs/index.ts";

import type { JobFollowUp } from "./advance.ts";

export interface StudioJobs {
  readonly dispatch: Job<Record<string, never>>;
  readonly start: Job<{ jobId: string }>;
  /** `at`: when it was planned for; absent in a nudge. */
  readonly poll: Job<{ jobId: string; at?: string }>;
  readonly fetch: Job<{ jobId: string }>;
  readonly tidy: Job<{ jobId: string; reference?: string }>;
}

/**
 * Queues the background work that a job's state asks for. The jobs are asked for when they are needed: they change
 * states themselves, so each side needs the other.
 */
export function makeFollowUp(queue: JobQueue, jobs: () => StudioJobs): JobFollowUp {
  return {
    dispatch: async (tx, at) => {
      // Never left out because one is running: it may have looked before this transaction commits.
      await queue.enqueue(tx, jobs().dispatch, {}, at && { runAt: at });
    },
    start: async (tx, { id, setbacks }) => {
      // One attempt at a time, and the attempt after a setback is another one.
      await queue.enqueue(tx, jobs().start, { jobId: id }, { dedupeKey: `start:${id}:${setbacks}` });
    },
    poll: async (tx, jobId, at) => {
      await sql`update studio.job set next_poll_at = ${at} where id = ${jobId}`.execute(tx);
      await queue.enqueue(tx, jobs().poll, { jobId, at: at.toISOString() }, { runAt: at });
    },
    nudge: async (tx, jobId) => {
      await queue.enqueue(tx, jobs().poll, { jobId });
    },
    fetch: async (tx, jobId) => {
      await queue.enqueue(tx, jobs().fetch, { jobId }, { dedupeKey: `fetch:${jobId}` });
    },
    tidy: async (tx, jobId, reference) => {
      const payload = { jobId, ...(reference !== undefined && { reference }) };
      await queue.enqueue(tx, jobs().tidy, payload, { dedupeKey: `tidy:${jobId}:${reference ?? ""}` });
    },
  };
}
