import { sql } from "kysely";
import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import { defineJob } from "#kernel/jobs/index.ts";
import type { VideoStatus } from "#providers/video/port.ts";
import { ProviderUnavailable } from "#providers/video/provider-error.ts";

import type { StudioJobs } from "../follow-up.ts";
import type { Failure, JobEvent } from "../job-state.ts";
import { findJob, type VideoJob } from "../job.ts";
import { askProvider } from "./ask-provider.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";

/** Often while somebody watches the bar move, rarely when it takes long. */
const watched = { firstMs: 1000, share: 1 / 8 };
/** Where there is no bar to move, a look can only find the end: half as often, and not in the first seconds. */
const unwatched = { firstMs: 4000, share: 1 / 4 };
const longestMs = 20_000;

/** How long until the next look at a job that has been running for `runningMs`. */
export function pollAfterMs(runningMs: number, tellsProgress: boolean): number {
  const { firstMs, share } = tellsProgress ? watched : unwatched;
  return Math.min(Math.max(runningMs * share, firstMs), longestMs);
}

/**
 * Asks the provider how far a job is. The planned look plans the next one; a nudge (a callback came) and looks that were
 * overtaken by a newer plan only look, so that there is one row of looks for each job however often work is repeated.
 */
export function makePollJob(deps: WorkDeps): StudioJobs["poll"] {
  return defineJob({
    name: "studio.poll-job",
    payload: jobPayload.extend({ at: z.iso.datetime().optional() }),
    run: async ({ jobId, at }, { signal }) => {
      const job = await findJob(deps.db, jobId);
      if (job?.state !== "running") return;
      const status = await ask(deps, job, signal);
      const event = status.state === "silent" ? undefined : await eventOf(deps, job, status);
      const isNews = event !== undefined && !(event.type === "progressed" && event.percent <= job.progress);
      const isPlanned = at !== undefined && at === job.nextPollAt?.toISOString();
      await inTransaction(deps.db, async (tx) => {
        const now = deps.clock.now();
        if (isNews) await deps.advance(tx, jobId, event);
        else await sql`update studio.job set looked_at = ${now} where id = ${jobId}`.execute(tx);
        if (isPlanned && (event === undefined || event.type === "progressed")) {
          const runningMs = now.getTime() - (job.submittedAt ?? job.orderedAt).getTime();
          const leastMs = status.state === "silent" ? status.forMs : 0;
          const waitMs = Math.max(pollAfterMs(runningMs, tellsProgress(status)), leastMs);
          await deps.followUp.poll(tx, jobId, new Date(now.getTime() + waitMs));
        }
      });
    },
  });
}

/** The provider is out, or wants not to be asked for so long. */
interface Silence {
  readonly state: "silent";
  readonly forMs: number;
}

/** While the provider is out the deadline alone ends the waiting: asking changes nothing. */
async function ask(
  { metrics, providers }: WorkDeps,
  { provider: id, providerReference: reference }: VideoJob,
  signal: AbortSignal,
): Promise<VideoStatus | Silence> {
  const provider = providers.get(id);
  // Switched off while it ran: when it is back before the deadline, the job goes on.
  if (provider === undefined || reference === undefined) return { state: "silent", forMs: 0 };
  try {
    return await askProvider(metrics, provider, "status", async () => await provider.status(reference, signal));
  } catch (error) {
    if (error instanceof ProviderUnavailable) return { state: "silent", forMs: error.retryAfterMs ?? 0 };
    throw error;
  }
}

function tellsProgress(status: VideoStatus | Silence): boolean {
  return "progress" in status || "position" in status;
}

async function eventOf({ forecast, db }: WorkDeps, job: VideoJob, status: VideoStatus): Promise<JobEvent> {
  switch (status.state) {
    case "queued":
      return { type: "progressed", percent: 0 };
    case "running":
      return {
        type: "progressed",
        percent: status.progress === undefined ? await forecast.progress(db, job) : status.progress * 100,
      };
    case "succeeded": {
      const { costUsdMicros } = status.result;
      return { type: "succeeded", ...(costUsdMicros !== undefined && { costUsdMicros }) };
    }
    case "failed":
      return status.reason.kind === "cancelled"
        ? { type: "cancelled" }
        : { type: "failed", failure: failureOf(status.reason.kind) };
  }
}

function failureOf(kind: "moderation" | "bad_input" | "provider_error" | "timeout" | "lost"): Failure {
  return kind === "provider_error" || kind === "timeout" ? "provider" : kind;
}
