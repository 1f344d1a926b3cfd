import type { JobResult, JobWithMetadata } from "pg-boss";

import type { Clock } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import { type Job, PayloadRefused } from "./job.ts";

export interface RunDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts when the program stops. */
  readonly stopping: AbortSignal;
  readonly onFinished: (job: string, outcome: Outcome, seconds: number) => void;
}

export type Outcome = "completed" | "retried" | "dead";

/** Runs one fetched job to its end or its time limit and says what becomes of it. Never throws. */
export async function runJob(job: Job, fetched: JobWithMetadata<unknown>, deps: RunDeps): Promise<JobResult> {
  const { clock } = deps;
  const startedMs = clock.monotonicMs();
  const log = deps.log.child({ job: job.name, jobId: fetched.id, attempt: fetched.retryCount + 1 });
  const result = await attempt(job, fetched, { ...deps, log });
  const seconds = (clock.monotonicMs() - startedMs) / 1000;
  const outcome = outcomeOf(result, fetched);
  deps.onFinished(job.name, outcome, seconds);
  if (outcome === "completed") log.debug({ seconds }, "job done");
  return result;
}

async function attempt(
  job: Job,
  fetched: JobWithMetadata<unknown>,
  { clock, log, stopping }: RunDeps,
): Promise<JobResult> {
  const { id } = fetched;
  const late = new AbortController();
  const timer = clock.schedule(job.timeoutSeconds * 1000, () => {
    late.abort(new Error(`took longer than ${job.timeoutSeconds} s`));
  });
  const signal = AbortSignal.any([fetched.signal, stopping, late.signal]);
  try {
    await Promise.race([
      job.run(fetched.data, { id, attempt: fetched.retryCount + 1, log, signal }),
      rejectOnAbort(late.signal),
    ]);
    return { id, status: "completed" };
  } catch (thrown) {
    const error = toError(thrown);
    // What is stored can be read by operators: the stack and the causes stay in the log.
    const output = { name: error.name, message: error.message };
    if (error instanceof PayloadRefused) {
      log.error({ fields: error.message }, "job's payload refused: moved to the dead letters");
      return { id, status: "deadletter", output };
    }
    if (isLast(fetched)) log.error({ err: error }, "job failed for good: moved to the dead letters");
    else log.warn({ err: error }, "job failed and will be tried again");
    return { id, status: "failed", output };
  } finally {
    timer.cancel();
  }
}

async function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(toError(signal.reason));
    });
  });
}

function outcomeOf({ status }: JobResult, fetched: JobWithMetadata<unknown>): Outcome {
  if (status === "completed") return "completed";
  return status === "deadletter" || isLast(fetched) ? "dead" : "retried";
}

function isLast({ retryCount, retryLimit }: JobWithMetadata<unknown>): boolean {
  return retryCount >= retryLimit;
}
