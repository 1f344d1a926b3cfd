import { sql } from "kysely";
import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import { defineJob, type Job, type JobQueue } from "#kernel/jobs/index.ts";
import type { VideoProvider, VideoStatus } from "#providers/video/port.ts";
import { ProviderUnavailable } from "#providers/video/provider-error.ts";

import type { Failure, JobEvent } from "../job-state.ts";
import { findJob, type VideoJob } from "../job.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";

/** Often while somebody watches the bar move, rarely when it takes long. */
const firstMs = 1000;
const longestMs = 20_000;

/** How long until the next look at a job that has been running for `runningMs`. */
export function pollAfterMs(runningMs: number): number {
  return Math.min(Math.max(runningMs / 8, firstMs), longestMs);
}

export type PollJob = Job<{ jobId: string; nudge?: boolean }>;

/** Asks the provider how far a job is, and plans the next look. A callback only makes it look once more, now. */
export function makePollJob(deps: WorkDeps & { readonly jobs: JobQueue }): PollJob {
  const pollJob: PollJob = defineJob({
    name: "studio.poll-job",
    payload: jobPayload.extend({ nudge: z.boolean().default(false) }),
    run: async ({ jobId, nudge }, { signal }) => {
      const job = await findJob(deps.db, jobId);
      const provider = job && deps.providers.get(job.provider);
      if (job?.state !== "running" || provider === undefined || job.providerReference === undefined) return;
      const status = await ask(deps, { provider, reference: job.providerReference, signal });
      const event = status && eventOf(status);
      await inTransaction(deps.db, async (tx) => {
        if (event !== undefined) await deps.advance(tx, jobId, event);
        else await sql`update studio.job set looked_at = ${deps.clock.now()} where id = ${jobId}`.execute(tx);
        if (!nudge && (event === undefined || event.type === "progressed")) {
          const runAt = new Date(deps.clock.now().getTime() + pollAfterMs(runningMs(deps, job)));
          await deps.jobs.enqueue(tx, pollJob, { jobId }, { runAt });
        }
      });
    },
  });
  return pollJob;
}

interface Question {
  readonly provider: VideoProvider;
  readonly reference: string;
  readonly signal: AbortSignal;
}

/** Undefined while the provider is out: asking changes nothing, so the deadline alone ends the waiting. */
async function ask({ metrics }: WorkDeps, { provider, reference, signal }: Question): Promise<VideoStatus | undefined> {
  const stop = metrics.providerSeconds.startTimer({ provider: provider.id, call: "status" });
  try {
    return await provider.status(reference, signal);
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    metrics.providerErrors.inc({ provider: provider.id, kind: error.kind });
    return undefined;
  } finally {
    stop();
  }
}

function eventOf(status: VideoStatus): JobEvent {
  switch (status.state) {
    case "queued":
      return { type: "progressed", percent: 0 };
    case "running":
      return { type: "progressed", percent: (status.progress ?? 0) * 100 };
    case "succeeded":
      return { type: "succeeded" };
    case "failed":
      return status.reason.kind === "cancelled"
        ? { type: "cancelled" }
        : { type: "failed", failure: failureOf(status.reason.kind) };
  }
}

function failureOf(kind: "moderation" | "bad_input" | "provider_error" | "timeout" | "lost"): Failure {
  return kind === "provider_error" || kind === "timeout" ? "provider" : kind;
}

function runningMs({ clock }: WorkDeps, { submittedAt, orderedAt }: VideoJob): number {
  return clock.now().getTime() - (submittedAt ?? orderedAt).getTime();
}
