import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { backoffMs } from "#kernel/lib/backoff.ts";
import type { VideoProvider, VideoRequest } from "#providers/video/port.ts";
import { ProviderRefused } from "#providers/video/provider-error.ts";

import type { AlertAdmins } from "../alert-admins.ts";
import { callbackToken } from "../callback-token.ts";
import type { Failure, JobEvent } from "../job-state.ts";
import { findJob, promptContext, type VideoJob } from "../job.ts";
import { limitSettings, modelSettings } from "../settings.ts";
import { nextStandIn, workingModel } from "../stand-in.ts";
import { askProvider } from "./ask-provider.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";
import { readPicture } from "./picture.ts";
import { readProviderFailure } from "./provider-failure.ts";

export interface StartDeps extends WorkDeps {
  readonly alertAdmins: AlertAdmins;
}

const retry = { firstMs: 5000, longestMs: 5 * 60_000 };

/**
 * Hands a submitted job to its provider. Creating is not idempotent, so the attempt is written down right before the
 * call: who finds it written down already (the process died in between) looks the job up at the provider, and gives up
 * when it cannot know. Nothing is ever started twice.
 */
export function makeStartJob(deps: StartDeps): Job<{ jobId: string }> {
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
          : await submit(deps, { job, provider, signal });
      if (event === undefined) return;
      await inTransaction(deps.db, async (tx) => {
        await record(deps, tx, job, event);
      });
    },
  });
}

interface Attempt {
  readonly job: VideoJob;
  readonly provider: VideoProvider;
  readonly signal: AbortSignal;
}

/** Undefined: somebody else is at it in this very moment. */
async function submit(deps: StartDeps, attempt: Attempt): Promise<JobEvent | undefined> {
  const { job, provider, signal } = attempt;
  if (job.submittedAt !== undefined) return await lookUp(deps, attempt);
  let failed;
  try {
    const request = await requestFor(deps, job);
    if (!(await claimAttempt(deps, job.id))) return undefined;
    const start = async (): Promise<{ readonly reference: string }> => await provider.start(request, signal);
    return { type: "started", ...(await askProvider(deps.metrics, provider, "start", start)) };
  } catch (error) {
    failed = readProviderFailure(error);
  }
  if (failed.kind === "unclear") return await lookUp(deps, attempt);
  if (failed.kind === "final") return { type: "failed", failure: failed.failure };
  return await later(deps, job, failed);
}

/** @returns false when another run of this job was quicker. */
async function claimAttempt({ db, clock }: StartDeps, jobId: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update studio.job set submitted_at = ${clock.now()}
    where id = ${jobId} and state = 'submitting' and submitted_at is null`.execute(db);
  return numAffectedRows === 1n;
}

/** What became of an attempt whose answer we do not have. Throws what the provider throws: it is asked again later. */
async function lookUp(deps: StartDeps, { job, provider, signal }: Attempt): Promise<JobEvent> {
  const { findByClientReference } = provider;
  if (findByClientReference === undefined) return { type: "failed", failure: "unclear" };
  const find = async (): ReturnType<typeof findByClientReference> => await findByClientReference(job.id, signal);
  const found = await askProvider(deps.metrics, provider, "look_up", find);
  if (found !== undefined) return { type: "started", reference: found.reference };
  // Surely not started: it may be submitted again, at once.
  return await later(deps, job, { failure: "unclear", afterMs: 0 });
}

/** Surely nothing was started. A stand-in takes over from a provider that is out; otherwise there is another try, if one is left. */
async function later(
  { settings, clock, ids, cipher, providers }: StartDeps,
  job: VideoJob,
  { failure, afterMs }: { readonly failure: Failure; readonly afterMs: number | undefined },
): Promise<JobEvent> {
  const { tries } = await settings.read(limitSettings);
  const isLast = job.setbacks + 1 >= tries;
  if (failure === "outage" || isLast) {
    const { models } = await settings.read(modelSettings);
    const standIn = nextStandIn({ models, providers }, job, promptOf(cipher, job).length);
    if (standIn !== undefined) return { type: "replaced", standIn };
  }
  if (isLast) return { type: "failed", failure };
  const waitMs = afterMs ?? backoffMs(retry, job.setbacks + 1, ids.random());
  return { type: "postponed", until: new Date(clock.now().getTime() + waitMs) };
}

async function record(
  { advance, followUp, alertAdmins, clock }: StartDeps,
  tx: Tx,
  job: VideoJob,
  event: JobEvent,
): Promise<void> {
  const advanced = await advance(tx, job.id, event);
  if (!advanced.ok) {
    // Ended while the provider was taking it: it need not go on.
    const isOrphan = event.type === "started" && event.reference !== advanced.job?.providerReference;
    if (isOrphan) await followUp.tidy(tx, job.id, event.reference);
    return;
  }
  // Our account there, not the person's wish: what the person is told (the operators know) has to be true.
  if (event.type === "failed" && event.failure === "no_credit") {
    const hour = clock.now().toISOString().slice(0, 13);
    await alertAdmins(tx, {
      key: `studio.no-credit:${job.standIn ?? job.model}:${hour}`,
      text: (t) => t("studio-alert-no_credit", { model: job.standIn ?? job.model, provider: job.provider }),
    });
  }
}

async function requestFor(deps: StartDeps, job: VideoJob): Promise<VideoRequest> {
  const { cipher, settings, publicUrl } = deps;
  const { models } = await settings.read(modelSettings);
  const model = workingModel(models, job);
  // Taken off the list since it was ordered.
  if (model === undefined) throw new ProviderRefused("unsupported");
  const image = await readPicture(deps, job);
  if (image === "bad") throw new ProviderRefused("bad_input");
  const { width, height } = job;
  const resolution = model.resolutions.find((offered) => offered.width === width && offered.height === height);
  return {
    model: model.providerModel,
    prompt: promptOf(cipher, job),
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

function promptOf(cipher: StartDeps["cipher"], { id, prompt }: VideoJob): string {
  if (prompt === undefined) throw new Error("a submitted job has no prompt");
  return cipher.decrypt(prompt, promptContext(id));
}
