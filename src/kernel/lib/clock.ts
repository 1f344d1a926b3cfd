/** A timer that was set and can be taken back. */
export interface Timer {
  readonly cancel: () => void;
}

/** The only source of time for everything below `main.ts`; tests pass a clock they move by hand. */
export interface Clock {
  /** Wall-clock time: what people and the database mean by "now". May jump. */
  readonly now: () => Date;
  /** Milliseconds that only ever grow, for durations, pacing and leases. */
  readonly monotonicMs: () => number;
  /** Runs `task` once after `delayMs`. The timer does not keep the process alive. */
  readonly schedule: (delayMs: number, task: () => void) => Timer;
}

/** `setTimeout` turns longer delays into 1 ms; callers that wait longer are woken early and look again. */
const longestDelayMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  schedule: (delayMs, task) => {
    const handle = setTimeout(task, Math.min(Math.max(delayMs, 0), longestDelayMs)).unref();
    return {
      cancel: () => {
        clearTimeout(handle);
      },
    };
  },
};

/** Resolves after `delayMs` by `clock`, or at once when `signal` aborts. */
export async function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.schedule(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
