import { copyFile, rm, stat } from "node:fs/promises";

import type { FetchOutcome, FetchTarget, VideoProvider, VideoStatus } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { verifyCallback } from "./callback.ts";
import { createJobRunner, type RunnerDeps } from "./job-runner.ts";
import { createJobStore, isMissing, type JobRecord, type OpenRecord } from "./job-store.ts";
import { type Fate, readMagicWords } from "./magic-words.ts";

/**
 * A video service without a key, a network or a bill: it draws real films of the prompt on this machine, one at a time,
 * and behaves like a remote service otherwise (queue, progress, signed callbacks, results that expire).
 *
 * Jobs survive a restart: when somebody asks for the status of one that had not ended, it is drawn again, and becomes
 * the same film.
 */
export interface DemoProvider extends Required<Omit<VideoProvider, "balance" | "rescue">> {
  /** Removes what nobody fetched within a day and what was fetched ten minutes ago; returns how many files or jobs. */
  readonly sweep: () => Promise<number>;
  /** Stops drawing; open jobs stay, and go on when somebody asks again. The drawing process is the caller's. */
  readonly close: () => Promise<void>;
}

export interface DemoDeps extends Omit<RunnerDeps, "store"> {
  /** For jobs and films; made when first needed. */
  readonly directory: string;
}

const turnAways = 2;
const retryAfterMs = 2000;
const keepMs = 24 * 3_600_000;
/** A crash between fetching and recording is repaired by fetching again. */
const keepFetchedMs = 10 * 60_000;
const sweepEveryMs = 10 * 60_000;
const referencePattern = /^demo_[\w-]{22}$/;

export function createDemoProvider(deps: DemoDeps): DemoProvider {
  const { clock, ids, fate: usualFate = "succeed" } = deps;
  const store = createJobStore(deps.directory, deps.cipher);
  const runner = createJobRunner({ ...deps, store });
  const turnedAway = new Map<string, number>();
  let sweepAfterMs = 0;

  const read = async (reference: string): Promise<JobRecord | undefined> =>
    referencePattern.test(reference) ? await store.read(reference) : undefined;

  const sweep = async (): Promise<number> => {
    sweepAfterMs = clock.monotonicMs() + sweepEveryMs;
    return await store.removeOld(clock.now(), (record) =>
      record.state === "succeeded" && record.fetched ? keepFetchedMs : keepMs,
    );
  };

  return {
    id: "demo",
    playsFaults: true,

    start: async (request, signal) => {
      signal?.throwIfAborted();
      const fate = readMagicWords(request.prompt).fate ?? usualFate;
      refuse(fate);
      if (fate === "busy") turnAway(turnedAway, request.clientReference);
      if (clock.monotonicMs() >= sweepAfterMs) await sweep();
      const reference = `demo_${ids.token(16)}`;
      const { clientReference } = request;
      const record: OpenRecord = { clientReference, changedAtMs: clock.now().getTime(), state: "open", request };
      await store.save(reference, record);
      runner.launch(reference, record);
      if (fate === "unclear") throw new ProviderUnclear();
      return { reference };
    },

    status: async (reference, signal) => {
      signal?.throwIfAborted();
      const live = runner.status(reference);
      if (live !== undefined) return live;
      const record = await read(reference);
      if (record?.state !== "open") return endedStatus(record);
      // It was open when the process that drew it ended.
      runner.launch(reference, record);
      return runner.status(reference) ?? { state: "queued" };
    },

    fetchResult: async (reference, to, signal) => {
      signal?.throwIfAborted();
      const record = await read(reference);
      if (record?.state === "open") return { ok: false, reason: "not_ready" };
      if (record?.state !== "succeeded") return { ok: false, reason: "lost" };
      const outcome = await copyFilm(store.filmPath(reference), to);
      if (outcome.ok) await store.save(reference, { ...record, fetched: true, changedAtMs: clock.now().getTime() });
      return outcome;
    },

    findByClientReference: async (clientReference, signal) => {
      for (const reference of await store.references()) {
        signal?.throwIfAborted();
        if ((await store.read(reference))?.clientReference === clientReference) return { reference };
      }
      return undefined;
    },

    cancel: async (reference, signal) => {
      signal?.throwIfAborted();
      await runner.stop(reference);
      const record = await read(reference);
      if (record?.state !== "open") return "too_late";
      await store.save(reference, {
        clientReference: record.clientReference,
        changedAtMs: clock.now().getTime(),
        state: "failed",
        reason: { kind: "cancelled" },
      });
      return "cancelled";
    },

    forget: async (reference, signal) => {
      signal?.throwIfAborted();
      if (!referencePattern.test(reference)) return;
      await runner.stop(reference);
      await store.remove(reference);
    },

    verifyCallback: async (headers, rawBody) => await Promise.resolve(verifyCallback(deps, headers, rawBody)),
    sweep,
    close: runner.close,
  };
}

function endedStatus(record: Exclude<JobRecord, OpenRecord> | undefined): VideoStatus {
  if (record === undefined) return { state: "failed", reason: { kind: "lost" } };
  if (record.state === "failed") return { state: "failed", reason: record.reason };
  return { state: "succeeded", result: { expiresAt: new Date(record.changedAtMs + keepMs), costUsdMicros: 0n } };
}

function refuse(fate: Fate): void {
  if (fate === "refused_moderation") throw new ProviderRefused("moderation", "demo_moderation");
  if (fate === "refused_input") throw new ProviderRefused("bad_input", "demo_badinput");
  if (fate === "refused_credit") throw new ProviderRefused("no_credit", "demo_nocredit");
  if (fate === "outage") throw new ProviderUnavailable("outage");
}

/** A job is taken at the third try. */
function turnAway(turnedAway: Map<string, number>, clientReference: string): void {
  const times = turnedAway.get(clientReference) ?? 0;
  if (times === turnAways) {
    turnedAway.delete(clientReference);
    return;
  }
  turnedAway.set(clientReference, times + 1);
  throw new ProviderUnavailable("rate_limited", retryAfterMs);
}

async function copyFilm(film: string, { path, maxBytes }: FetchTarget): Promise<FetchOutcome> {
  try {
    const { size } = await stat(film);
    if (size > maxBytes) return { ok: false, reason: "too_large" };
    await copyFile(film, path);
    return { ok: true, bytes: size };
  } catch (error) {
    await rm(path, { force: true });
    if (isMissing(error)) return { ok: false, reason: "lost" };
    throw error;
  }
}
