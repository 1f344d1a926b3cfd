import type { Clock } from "../lib/clock.ts";

/** A wait that can be cut short, also before it begins. */
export interface Nudge {
  readonly nudge: () => void;
  /** Resolves after `mostMs`, when nudged, or when `signal` aborts; at once when nudged since the last wait. */
  readonly wait: (mostMs: number, signal: AbortSignal) => Promise<void>;
}

export function createNudge(clock: Clock): Nudge {
  let nudged = false;
  let wake: (() => void) | undefined;
  return {
    nudge: () => {
      nudged = true;
      wake?.();
    },
    wait: async (mostMs, signal) => {
      if (!nudged && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = clock.schedule(mostMs, resolve);
          wake = () => {
            timer.cancel();
            resolve();
          };
          signal.addEventListener("abort", wake, { once: true });
        });
        if (wake !== undefined) signal.removeEventListener("abort", wake);
        wake = undefined;
      }
      nudged = false;
    },
  };
}
