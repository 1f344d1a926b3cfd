import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { backoffMs } from "#kernel/lib/backoff.ts";
import { findModel } from "#providers/video/catalogue.ts";
import type { VideoProvider, VideoRequest } from "#providers/video/port.ts";
import { ProviderRefused } from "#providers/video/provider-error.ts";

import { callbackToken } from "../dispatch.ts";
import type { JobEvent } from "../job-state.ts";
import { findJob, promptContext, type VideoJob } from "../job.ts";
import { limitSettings, modelSettings } from "../settings.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";
import { readPicture } from "./picture.ts";
import { readProviderFailure } from "./provider-failure.ts";

const retry = { firstMs: 5000, longestMs: 5 * 60_000 };

/**
 * Hands a submitted job to its provider. Creating is not idempotent, so the attempt is written down before the call: who
 * finds it written down already (the process died in between) looks the job up at the provider, and gives up when it
 * cannot know. Nothing is ever started twice.
 */
export function makeStartJob(deps: WorkDeps): Job<{ jobId: string }> {
  return defineJob({
    name: "studio.start-job",
    payload: jobPayload,
    run: async ({ jobId }, { signal }) => {
      const job = await findJob(deps.db, jobId);
      if (job?.state !== "submitting") return;
      const provider = deps.providers.get(job.provider);
      const event =
        provider === undefined
          ? ({ type: "failed", failure: "unsupported" } as const)
          : (await claimAttempt(deps, jobId))
            ? await start(deps, { job, provider, signal })
            : await lookUp(deps, { job, provider, signal });
      const { ok } = await inTransaction(deps.db, async (tx) => await deps.advance(tx, jobId, event));
      // Cancelled while the provider was taking it: it need not go on.
      if (!ok && event.type === "started") await provider?.cancel?.(event.reference, signal);
    },
  });
}

/** @returns whether this is the first attempt since the job was submitted. */
async function claimAttempt({ db, clock }: WorkDeps, jobId: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update studio.job set submitted_at = ${clock.now()}
    where id = ${jobId} and state = 'submitting' and submitted_at is null`.execute(db);
  return numAffectedRows === 1n;
}

interface Attempt {
  readonly job: VideoJob;
  readonly provider: VideoProvider;
  readonly signal: AbortSignal;
}

async function start(deps: WorkDeps, { job, provider, signal }: Attempt): Promise<JobEvent> {
  const stop = deps.metrics.providerSeconds.startTimer({ provider: provider.id, call: "start" });
  try {
    const { reference } = await provider.start(await requestFor(deps, job), signal);
    return { type: "started", reference };
  } catch (error) {
    return await afterFailure(deps, { job, provider, signal }, error);
  } finally {
    stop();
  }
}

async function afterFailure(deps: WorkDeps, attempt: Attempt, error: unknown): Promise<JobEvent> {
  const { job, provider } = attempt;
  const failed = readProviderFailure(error);
  deps.metrics.providerErrors.inc({
    provider: provider.id,
    kind: failed.kind === "unclear" ? "unclear" : failed.failure,
  });
  if (failed.kind === "final") return { type: "failed", failure: failed.failure };
  if (failed.kind === "unclear") return await lookUp(deps, attempt);
  const { tries } = await deps.settings.read(limitSettings);
  if (job.setbacks + 1 >= tries) return { type: "failed", failure: failed.failure };
  const waitMs = failed.afterMs ?? backoffMs(retry, job.setbacks + 1, deps.ids.random());
  return { type: "postponed", until: new Date(deps.clock.now().getTime() + waitMs) };
}

/** What became of an attempt whose answer we do not have. */
async function lookUp(deps: WorkDeps, { job, provider, signal }: Attempt): Promise<JobEvent> {
  if (provider.findByClientReference === undefined) return { type: "failed", failure: "unclear" };
  const found = await provider.findByClientReference(job.id, signal);
  if (found !== undefined) return { type: "started", reference: found.reference };
  // Surely not started: it may be submitted again, at once.
  return { type: "postponed", until: deps.clock.now() };
}

async function requestFor(deps: WorkDeps, job: VideoJob): Promise<VideoRequest> {
  const { cipher, settings, publicUrl } = deps;
  const { models } = await settings.read(modelSettings);
  const model = findModel(models, job.model);
  // Taken off the list since it was ordered.
  if (model === undefined) throw new ProviderRefused("unsupported");
  if (job.prompt === undefined) throw new Error("a submitted job has no prompt");
  const image = await readPicture(deps, job);
  if (image === "bad") throw new ProviderRefused("bad_input");
  const { width, height } = job;
  const resolution = model.resolutions.find((offered) => offered.width === width && offered.height === height);
  return {
    model: model.providerModel,
    prompt: cipher.decrypt(job.prompt, promptContext(job.id)),
    image: image === "none" ? undefined : image,
    durationSeconds: job.durationSeconds,
    width,
    height,
    aspectRatio: resolution?.aspectRatio ?? `${width}:${height}`,
    seed: job.seed,
    clientReference: job.id,
    callbackUrl: `${publicUrl()}/api/callbacks/${job.provider}/${callbackToken(cipher, job.id)}`,
  };
}
