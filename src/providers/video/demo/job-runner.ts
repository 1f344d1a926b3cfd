import type { Cipher } from "#kernel/lib/cipher.ts";
import type { Ids } from "#kernel/lib/ids.ts";

import type { FailureReason, VideoStatus } from "../port.ts";
import { sendCallback } from "./callback.ts";
import type { JobStore, OpenRecord } from "./job-store.ts";
import { type Fate, readMagicWords } from "./magic-words.ts";
import { type RenderDeps, renderJob, type Rendering } from "./render-job.ts";

export interface RunnerDeps extends RenderDeps {
  readonly store: JobStore;
  /** Seals the requests on disk and signs the callbacks. */
  readonly cipher: Cipher;
  readonly ids: Ids;
  /** Every job takes at least so long, as with a service that renders for minutes. */
  readonly paceMs?: number;
  /** What becomes of jobs whose prompt does not say (`magic-words.ts`). */
  readonly fate?: Fate;
}

/** The jobs this process draws. Each ends by its outcome being stored, and then told to the callback URL. */
export interface JobRunner {
  /** Once per reference: a job that is already at work stays so. */
  readonly launch: (reference: string, record: OpenRecord) => void;
  /** Undefined: not at work here. */
  readonly status: (reference: string) => VideoStatus | undefined;
  /** Leaves the record open; what becomes of it is the caller's business. */
  readonly stop: (reference: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Job {
  readonly stop: AbortController;
  readonly rendering: Rendering;
  /** Never rejects. */
  readonly done: Promise<void>;
}

const slowMs = 20_000;
/** A job that is to fail is seen running first. */
const failAfterMs = 1500;

/** Told by the status, after some time. */
const failures: Partial<Record<Fate, FailureReason>> = {
  fail: { kind: "provider_error", providerCode: "demo_fail" },
  filtered: { kind: "moderation", providerCode: "demo_filtered" },
  lost: { kind: "lost" },
};

export function createJobRunner(deps: RunnerDeps): JobRunner {
  const { store, clock, log, paceMs: leastMs = 0, fate: usualFate = "succeed" } = deps;
  /** In the order of their starts, until the outcome is stored. */
  const jobs = new Map<string, Job>();
  /** Until the callback was tried as well. */
  const unfinished = new Map<string, Promise<void>>();
  const closing = new AbortController();

  const storeOutcome = async (reference: string, record: OpenRecord, rendering: Rendering): Promise<void> => {
    try {
      const rendered = await rendering.result;
      if (rendered.ok) await store.saveFilm(reference, rendered.mp4);
      await store.save(reference, {
        clientReference: record.clientReference,
        changedAtMs: clock.now().getTime(),
        ...(rendered.ok ? { state: "succeeded", fetched: false } : { state: "failed", reason: rendered.reason }),
      });
    } finally {
      jobs.delete(reference);
    }
  };

  const launch = (reference: string, record: OpenRecord): void => {
    closing.signal.throwIfAborted();
    if (jobs.has(reference)) return;
    const { request } = record;
    const { caption, fate = usualFate, slow, silent } = readMagicWords(request.prompt);
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, closing.signal]);
    const failure = failures[fate];
    const paceMs = Math.max(leastMs, slow ? slowMs : 0, failure === undefined ? 0 : failAfterMs);
    const rendering = renderJob(deps, request, { caption, paceMs, failure }, signal);

    const work = async (): Promise<void> => {
      try {
        await storeOutcome(reference, record, rendering);
        if (request.callbackUrl === undefined || silent) return;
        const told = await sendCallback(deps, request.callbackUrl, reference, signal);
        if (!told) log.warn({ reference }, "demo callback was not answered");
      } catch (error) {
        if (!signal.aborted) log.error({ err: error, reference }, "demo job broke");
      } finally {
        unfinished.delete(reference);
      }
    };
    const done = work();
    jobs.set(reference, { stop, rendering, done });
    unfinished.set(reference, done);
  };

  return {
    launch,
    status: (reference) => {
      const rendering = jobs.get(reference)?.rendering;
      if (rendering === undefined || rendering.hasTurn()) return rendering?.status();
      return { state: "queued", position: [...jobs.keys()].indexOf(reference) };
    },
    stop: async (reference) => {
      const job = jobs.get(reference);
      job?.stop.abort(new Error("the demo job was stopped"));
      await job?.done;
    },
    close: async () => {
      closing.abort(new Error("the demo provider was closed"));
      await Promise.all(unfinished.values());
    },
  };
}
