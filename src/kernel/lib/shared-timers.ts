import type { Clock } from "./clock.ts";

interface Waiting {
  readonly dueMs: number;
  readonly task: () => void;
}

/**
 * The same clock, for many timers of few lengths of which nearly all are cancelled: deadlines of calls. Those of one length
 * end in the order in which they were set, so that one timer of the clock serves them all, and setting and cancelling one
 * is adding to a set and deleting from it.
 */
export function withSharedTimers(clock: Clock): Clock {
  const byLength = new Map<number, Set<Waiting>>();

  const arm = (delayMs: number, waiting: Set<Waiting>): void => {
    const [first] = waiting;
    if (first === undefined) byLength.delete(delayMs);
    else
      clock.schedule(first.dueMs - clock.monotonicMs(), () => {
        ring(delayMs, waiting);
      });
  };
  const ring = (delayMs: number, waiting: Set<Waiting>): void => {
    const nowMs = clock.monotonicMs();
    try {
      // What a task cancels is gone from the set before its turn comes.
      for (const each of waiting) {
        if (each.dueMs > nowMs) break;
        waiting.delete(each);
        each.task();
      }
    } finally {
      arm(delayMs, waiting);
    }
  };

  return {
    now: clock.now,
    monotonicMs: clock.monotonicMs,
    schedule: (delayMs, task) => {
      const each = { dueMs: clock.monotonicMs() + delayMs, task };
      const known = byLength.get(delayMs);
      const waiting = known ?? new Set();
      waiting.add(each);
      if (known === undefined) {
        byLength.set(delayMs, waiting);
        arm(delayMs, waiting);
      }
      return {
        cancel: () => {
          waiting.delete(each);
        },
      };
    },
  };
}
