import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { backoffMs } from "#kernel/lib/backoff.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import type { VideoProvider, VideoRequest } from "#providers/video/port.ts";

import { callbackToken } from "../callback-token.ts";
import { readCircuits } from "../circuit-store.ts";
import type { Outcome } from "../circuit.ts";
import type { Failure, JobEvent } from "../job-state.ts";
import { findJob, promptOf, type VideoJob } from "../job.ts";
import { awaitCallback } from "../lost-answer.ts";
import { hasAnotherOffer, workingModel } from "../offers.ts";
import type { ReportCall } from "../report-call.ts";
import { limitSettings, modelSettings } from "../settings.ts";
import type { ShowJob } from "../show-job.ts";
import { askProvider } from "./ask-provider.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";
import { readPicture } from "./picture.ts";
import { callOutcome, type ProviderFailure, readProviderFailure } from "./provider-failure.ts";

export interface StartDeps extends WorkDeps {
  readonly reportCall: ReportCall;
  readonly showJob: ShowJob;
}

const retry = { firstMs: 5000, longestMs: 5 * 60_000 };

/** So long a stop waits for the answer to a start, within what it gives to running jobs. */
const lastAnswerMs = 8000;

/**
 * Hands a submitted job to its provider. Creating is not idempotent, so the attempt is written down right before the
 * call: who finds it written down already (the process died in between) looks the job up at the provider, and gives up
 * when it cannot know. Nothing is ever started twice. A stop begins no attempt, and gives one that is under way some time.
 */
export function makeStartJob(deps: StartDeps): Job<{ jobId: string }> {
  return defineJob({
    name: "studio.start-job",
    payload: jobPayload,
    run: async ({ jobId }, { signal }) => {
      const job = await findJob(deps.db, jobId);
      if (job?.state !== "submitting") return;
      const provider = deps.providers.get(job.provider);
      const submitted: Submitted =
        provider === undefined
          ? { event: { type: "failed", failure: "unsupported" } }
          : await submit(deps, { job, provider, signal });
      const { event, outcome } = submitted;
      if (event === undefined && outcome === undefined) return;
      await inTransaction(deps.db, async (tx) => {
        if (provider !== undefined && outcome !== undefined)
          await deps.reportCall(tx, { provider, job: job.id, outcome });
        if (event !== undefined) await record(deps, tx, job, event);
      });
    },
  });
}

interface Attempt {
  readonly job: VideoJob;
  readonly provider: VideoProvider;
  readonly signal: AbortSignal;
}

interface Submitted {
  /** Undefined: nothing is known yet, or somebody else is at it in this very moment. */
  readonly event?: JobEvent | undefined;
  /** What the call brought, if one was made. */
  readonly outcome?: Outcome;
}

async function submit(deps: StartDeps, attempt: Attempt): Promise<Submitted> {
  const { job, provider, signal } = attempt;
  if (job.submittedAt !== undefined) return { event: await lookUp(deps, attempt) };
  const request = await requestFor(deps, job);
  if (!request.ok) return { event: { type: "failed", failure: request.failure } };
  signal.throwIfAborted();
  if (!(await claimAttempt(deps, job))) return {};
  const patience = abortedLater(deps.clock, signal, lastAnswerMs);
  let error: unknown;
  try {
    const start = async (): Promise<{ readonly reference: string }> => await provider.start(request.request, patience);
    const { reference } = await askProvider(deps.metrics, provider, "start", start);
    return { event: { type: "started", reference }, outcome: "answered" };
  } catch (thrown) {
    error = thrown;
  }
  const failed = readProviderFailure(error);
  const event = failed.kind === "unclear" ? await lookUp(deps, attempt) : await afterRefusal(deps, job, failed);
  return { event, outcome: callOutcome(error) };
}

/** Aborts so long after the other. */
function abortedLater(clock: Clock, signal: AbortSignal, ms: number): AbortSignal {
  const later = new AbortController();
  const abort = (): void => {
    clock.schedule(ms, () => {
      later.abort(signal.reason);
    });
  };
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return later.signal;
}

/** @returns false when another run of this job was quicker, be it that it is another attempt's turn by now. */
async function claimAttempt({ db, clock }: StartDeps, { id, setbacks }: VideoJob): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update studio.job set submitted_at = ${clock.now()}
    where id = ${id} and state = 'submitting' and submitted_at is null and setbacks = ${setbacks}`.execute(db);
  return numAffectedRows === 1n;
}

/** What became of an attempt whose answer we do not have; undefined while that may yet be told. Throws what the provider throws: it is asked again later. */
async function lookUp(deps: StartDeps, { job, provider, signal }: Attempt): Promise<JobEvent | undefined> {
  const { findByClientReference } = provider;
  if (findByClientReference === undefined) {
    return await awaitCallback(deps, { job, provider, callbackUrl: callbackUrlOf(deps, job) });
  }
  const find = async (): ReturnType<typeof findByClientReference> => await findByClientReference(job.id, signal);
  const found = await askProvider(deps.metrics, provider, "look_up", find);
  if (found !== undefined) return { type: "started", reference: found.reference };
  // Surely not started: it may be submitted again, at once.
  return await afterRefusal(deps, job, { kind: "later", failure: "unclear", afterMs: 0 });
}

/** What another provider may not mind. */
const particular: ReadonlySet<Failure> = new Set(["no_credit", "unsupported"]);

/** Surely nothing was started. Another offer takes over where there is one; otherwise there is another try, if one is left. */
async function afterRefusal(
  deps: StartDeps,
  job: VideoJob,
  refusal: Exclude<ProviderFailure, { kind: "unclear" }>,
): Promise<JobEvent> {
  const { settings, clock, ids } = deps;
  const { failure } = refusal;
  const { tries } = await settings.read(limitSettings);
  const isLast = refusal.kind === "final" || job.setbacks + 1 >= tries;
  const isOneProviders = refusal.kind === "final" ? particular.has(failure) : failure === "outage" || isLast;
  if (isOneProviders && (await canGoElsewhere(deps, job))) return { type: "replaced" };
  if (isLast) return { type: "failed", failure };
  const waitMs = refusal.afterMs ?? backoffMs(retry, job.setbacks + 1, ids.random());
  return { type: "postponed", until: new Date(clock.now().getTime() + waitMs) };
}

async function canGoElsewhere({ db, settings, clock, cipher, providers }: StartDeps, job: VideoJob): Promise<boolean> {
  const { models } = await settings.read(modelSettings);
  const market = { models, providers, circuits: await readCircuits(db), now: clock.now() };
  return hasAnotherOffer(market, job, promptOf(cipher, job).length);
}

async function record({ advance, followUp }: StartDeps, tx: Tx, job: VideoJob, event: JobEvent): Promise<void> {
  const advanced = await advance(tx, job.id, event);
  if (advanced.ok) return;
  // Ended while the provider was taking it: it need not go on.
  const isOrphan = event.type === "started" && event.reference !== advanced.job?.providerReference;
  if (isOrphan) await followUp.tidy(tx, job.id, event.reference);
}

function callbackUrlOf({ publicUrl, cipher }: Pick<StartDeps, "publicUrl" | "cipher">, job: VideoJob): string {
  return `${publicUrl()}/api/callbacks/${job.provider}/${callbackToken(cipher, job.id)}`;
}

type RequestOutcome =
  | { readonly ok: true; readonly request: VideoRequest }
  | { readonly ok: false; readonly failure: Failure };

async function requestFor(deps: StartDeps, job: VideoJob): Promise<RequestOutcome> {
  const { cipher, settings } = deps;
  const { models } = await settings.read(modelSettings);
  const model = workingModel(models, job);
  // Taken off the list since it was ordered.
  if (model === undefined) return { ok: false, failure: "unsupported" };
  const image = await readPicture(deps, job);
  if (image === "bad") return { ok: false, failure: "bad_input" };
  const { width, height } = job;
  const resolution = model.resolutions.find((offered) => offered.width === width && offered.height === height);
  const request: VideoRequest = {
    model: model.providerModel,
    prompt: promptOf(cipher, job),
    image: image === "none" ? undefined : image,
    durationSeconds: job.durationSeconds,
    width,
    height,
    aspectRatio: resolution?.aspectRatio ?? `${width}:${height}`,
    seed: job.seed,
    ...(model.options && { options: model.options }),
    clientReference: job.id,
    callbackUrl: callbackUrlOf(deps, job),
  };
  return { ok: true, request };
}
