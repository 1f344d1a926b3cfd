import { sql } from "kysely";

import type { Job, JobQueue } from "#kernel/jobs/index.ts";

import type { JobFollowUp } from "./advance.ts";
import { findJob } from "./job.ts";
import type { PollJob } from "./jobs/poll-job.ts";

export interface StudioJobs {
  readonly dispatch: Job<Record<string, never>>;
  readonly start: Job<{ jobId: string }>;
  readonly poll: PollJob;
  readonly fetch: Job<{ jobId: string }>;
  readonly tidy: Job<{ jobId: string }>;
}

/**
 * Queues the background work that a job's state asks for. The jobs are asked for when they are needed: they change
 * states themselves, so each side needs the other.
 */
export function makeFollowUp(queue: JobQueue, jobs: () => StudioJobs): JobFollowUp {
  return {
    dispatch: async (tx) => {
      await queue.enqueue(tx, jobs().dispatch, {});
    },
    start: async (tx, jobId) => {
      const job = await findJob(tx, jobId);
      // One attempt at a time, and the attempt after a setback is another one.
      const dedupeKey = `start:${jobId}:${job?.setbacks ?? 0}`;
      await queue.enqueue(tx, jobs().start, { jobId }, { dedupeKey });
    },
    poll: async (tx, jobId, runAt) => {
      await sql`update studio.job set looked_at = ${runAt} where id = ${jobId}`.execute(tx);
      await queue.enqueue(tx, jobs().poll, { jobId }, { runAt });
    },
    fetch: async (tx, jobId) => {
      await queue.enqueue(tx, jobs().fetch, { jobId }, { dedupeKey: `fetch:${jobId}` });
    },
    tidy: async (tx, jobId) => {
      await queue.enqueue(tx, jobs().tidy, { jobId }, { dedupeKey: `tidy:${jobId}` });
    },
  };
}
