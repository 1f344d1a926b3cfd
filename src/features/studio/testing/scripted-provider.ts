import { writeFile } from "node:fs/promises";

import type { FailureReason, VideoProvider, VideoRequest } from "#providers/video/port.ts";
import {
  ProviderRefused,
  ProviderUnavailable,
  ProviderUnclear,
  type RefusalKind,
} from "#providers/video/provider-error.ts";

/** What becomes of one call of `start`. */
export type StartStep =
  | "taken"
  /** Taken, but the answer gets lost. */
  | "unclear"
  | "busy"
  | "outage"
  | { readonly refused: RefusalKind }
  /** Our process dies just before, or just after, the provider has taken it. */
  | "dies_before"
  | "dies_after";

export type FetchStep =
  | "fetched"
  | "not_ready"
  | "lost"
  | "too_large"
  | "outage"
  /** Our process dies with half a file. */
  | "dies";

/** A remote service as far as the port shows one: it keeps its jobs whatever happens to us, and does what it is told. */
export interface ScriptedProvider extends VideoProvider {
  /** What it took on, by reference. */
  readonly works: ReadonlyMap<string, Work>;
  /** The calls of `start` to come; `taken` when none is left. */
  readonly starts: StartStep[];
  readonly fetches: FetchStep[];
  /** How the works to come go on. */
  plan: Plan;
}

export interface Plan {
  /** How often it is looked at before it is ready. */
  readonly looks: number;
  readonly failure?: FailureReason;
  readonly isOut?: boolean;
  /** How large the film is made, by padding that players skip. */
  readonly bytes?: number;
  /** What it says that it has charged. */
  readonly costUsdMicros?: bigint;
}

export interface Work {
  readonly request: VideoRequest;
  readonly plan: Plan;
  looks: number;
  cancelled: boolean;
  forgotten: boolean;
}

/** Thrown where a process is to die. */
export class Death extends Error {
  override readonly name = "Death";
}

export function scriptedProvider({
  id = "scripted",
  film,
  looksUp = true,
}: {
  readonly id?: string;
  readonly film: Uint8Array;
  /** Whether it finds jobs by our own reference. */
  readonly looksUp?: boolean;
}): ScriptedProvider {
  const works = new Map<string, Work>();
  const starts: StartStep[] = [];
  const fetches: FetchStep[] = [];

  const take = (request: VideoRequest, plan: Plan): { readonly reference: string } => {
    const reference = `${id}-${works.size + 1}`;
    works.set(reference, { request, plan, looks: 0, cancelled: false, forgotten: false });
    return { reference };
  };

  const provider: ScriptedProvider = {
    id,
    works,
    starts,
    fetches,
    plan: { looks: 2 },
    start: async (request) => {
      const step = starts.shift() ?? "taken";
      if (typeof step === "object") throw new ProviderRefused(step.refused);
      if (step === "dies_before") throw new Death("before the call");
      if (step === "busy") throw new ProviderUnavailable("rate_limited", 2000);
      if (step === "outage") throw new ProviderUnavailable("outage");
      const taken = take(request, provider.plan);
      if (step === "dies_after") throw new Death("after the call");
      if (step === "unclear") throw new ProviderUnclear();
      return await Promise.resolve(taken);
    },
    status: async (reference) => {
      const work = works.get(reference);
      if (work === undefined || work.forgotten) return { state: "failed", reason: { kind: "lost" } };
      if (work.plan.isOut === true) throw new ProviderUnavailable("outage");
      if (work.cancelled) return { state: "failed", reason: { kind: "cancelled" } };
      work.looks += 1;
      if (work.looks < work.plan.looks) return { state: "running", progress: work.looks / work.plan.looks };
      if (work.plan.failure !== undefined) return { state: "failed", reason: work.plan.failure };
      const { costUsdMicros } = work.plan;
      const result = costUsdMicros === undefined ? {} : { costUsdMicros };
      return await Promise.resolve({ state: "succeeded", result });
    },
    fetchResult: async (reference, { path, maxBytes }) => {
      const step = works.get(reference)?.forgotten === false ? (fetches.shift() ?? "fetched") : "lost";
      if (step === "outage") throw new ProviderUnavailable("outage");
      if (step === "dies") {
        await writeFile(path, film.subarray(0, film.byteLength / 2));
        throw new Death("while it was fetched");
      }
      if (step !== "fetched") return { ok: false, reason: step };
      const bytes = Math.max(film.byteLength, works.get(reference)?.plan.bytes ?? 0);
      if (bytes > maxBytes) return { ok: false, reason: "too_large" };
      await writeFile(path, inflated(film, bytes));
      return { ok: true, bytes };
    },
    cancel: async (reference) => {
      const work = works.get(reference);
      if (work === undefined || work.looks >= work.plan.looks) return "too_late";
      work.cancelled = true;
      return await Promise.resolve("cancelled");
    },
    forget: async (reference) => {
      const work = works.get(reference);
      if (work !== undefined) work.forgotten = true;
      await Promise.resolve();
    },
    ...(looksUp && {
      findByClientReference: async (clientReference: string) => {
        const found = [...works].find(([, { request }]) => request.clientReference === clientReference);
        return await Promise.resolve(found && { reference: found[0] });
      },
    }),
  };
  return provider;
}

/** With a box of nothing at the end (`free`, ISO/IEC 14496-12, 8.1.2), which belongs to the file. */
function inflated(film: Uint8Array, bytes: number): Uint8Array {
  if (bytes < film.byteLength + 8) return film;
  const file = Buffer.alloc(bytes);
  file.set(film);
  file.writeUInt32BE(bytes - film.byteLength, film.byteLength);
  file.write("free", film.byteLength + 4, "latin1");
  return file;
}
