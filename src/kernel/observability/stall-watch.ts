import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { HealthResult } from "./health.ts";
import type { Logger } from "./log.ts";

/** What a look at some work found. */
export type WorkSeen =
  | { readonly waits: false; readonly detail: string }
  /**
   * @param mark changes whenever something is done: a count of what was tried, or what is first in line.
   * @param detail what waits, for people.
   */
  | { readonly waits: true; readonly mark: string | number; readonly detail: string };

export interface StallWatchDeps {
  readonly clock: Pick<Clock, "monotonicMs" | "schedule" | "now">;
  readonly log: Logger;
  /** What is watched, for the log: `the sender`. */
  readonly name: string;
  /** Independent of what is watched: it must not wait for it. */
  readonly look: () => Promise<WorkSeen>;
  /** So long may work wait without anything being done. */
  readonly limitMs: number;
  /** How often it looks; a tenth of the limit unless said otherwise. */
  readonly everyMs?: number;
}

/**
 * Tells whether work stands still: something waits, and for too long nothing is done. By the monotonic clock and from
 * outside, so that neither a stepped clock nor a worker that hangs can hide it.
 */
export interface StallWatch {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** What waits; that it stands still; that it goes on again. */
  readonly check: () => HealthResult;
}

/** For so long after it is over a stall is mentioned. */
const rememberedMs = 15 * 60_000;

export function createStallWatch(deps: StallWatchDeps): StallWatch {
  const { clock, log, name, look, limitMs, everyMs = limitMs / 10 } = deps;
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let seen: WorkSeen | undefined;
  let lookedAtMs = clock.monotonicMs();
  /** Since when the mark has been the same while something waited. */
  let sinceMs = clock.monotonicMs();
  let stalledSinceMs: number | undefined;
  let last: { readonly endedAtMs: number; readonly lastedMs: number } | undefined;

  const take = (now: WorkSeen): void => {
    const nowMs = clock.monotonicMs();
    lookedAtMs = nowMs;
    const isSame = now.waits && seen?.waits === true && seen.mark === now.mark;
    if (!isSame) {
      if (stalledSinceMs !== undefined) {
        last = { endedAtMs: nowMs, lastedMs: nowMs - stalledSinceMs };
        log.info({ lastedMs: Math.round(last.lastedMs) }, `${name} works again`);
      }
      sinceMs = nowMs;
      stalledSinceMs = undefined;
    } else if (stalledSinceMs === undefined && nowMs - sinceMs >= limitMs) {
      stalledSinceMs = sinceMs;
      log.error({ detail: now.detail, stillMs: Math.round(nowMs - sinceMs) }, `${name} stands still`);
    }
    seen = now;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        take(await look());
      } catch (error) {
        log.debug({ err: toError(error).message }, `${name} could not be looked at`);
      }
      await pause(clock, everyMs, stopping.signal);
    }
  };

  return {
    start: () => {
      lookedAtMs = clock.monotonicMs();
      loop = run();
    },
    stop: async () => {
      stopping.abort();
      await loop;
    },
    check: () => {
      const nowMs = clock.monotonicMs();
      if (nowMs - lookedAtMs > Math.max(limitMs, 3 * everyMs)) {
        return { ok: false, detail: `nobody could look for ${seconds(nowMs - lookedAtMs)} s whether anything waits` };
      }
      if (seen === undefined) return { ok: true, detail: "has just begun" };
      if (stalledSinceMs !== undefined) {
        return { ok: false, detail: `stands still for ${seconds(nowMs - stalledSinceMs)} s: ${seen.detail}` };
      }
      return { ok: true, detail: last === undefined ? seen.detail : withRecovery(seen.detail, last, nowMs) };
    },
  };
}

function withRecovery(
  detail: string,
  last: { readonly endedAtMs: number; readonly lastedMs: number },
  nowMs: number,
): string {
  const agoMs = nowMs - last.endedAtMs;
  if (agoMs > rememberedMs) return detail;
  return `${detail}; works again since ${seconds(agoMs)} s, after standing still for ${seconds(last.lastedMs)} s`;
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
