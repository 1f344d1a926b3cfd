import type { Clock } from "./clock.ts";

/** A clock that stands still until it is told to move; the sandbox's virtual time and every timing test use it. */
export interface ManualClock extends Clock {
  /** Moves time forward, running what falls due in order. Lets pending promises settle between timers. */
  readonly advance: (ms: number) => Promise<void>;
  /** How many timers wait; a test asserts 0 to prove that nothing leaked. */
  readonly pendingTimers: () => number;
}

interface Waiting {
  readonly at: number;
  readonly task: () => void;
}

export function manualClock(start: Date): ManualClock {
  let elapsed = 0;
  const waiting = new Set<Waiting>();
  const settle = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  };
  return {
    now: () => new Date(start.getTime() + elapsed),
    monotonicMs: () => elapsed,
    schedule: (delayMs, task) => {
      const entry = { at: elapsed + Math.max(delayMs, 0), task };
      waiting.add(entry);
      return {
        cancel: () => {
          waiting.delete(entry);
        },
      };
    },
    advance: async (ms) => {
      const until = elapsed + ms;
      await settle();
      for (let due = nextDue(waiting, until); due !== undefined; due = nextDue(waiting, until)) {
        waiting.delete(due);
        elapsed = Math.max(elapsed, due.at);
        due.task();
        await settle();
      }
      elapsed = until;
    },
    pendingTimers: () => waiting.size,
  };
}

function nextDue(waiting: ReadonlySet<Waiting>, until: number): Waiting | undefined {
  let first: Waiting | undefined;
  for (const entry of waiting) {
    if (entry.at <= until && (first === undefined || entry.at < first.at)) first = entry;
  }
  return first;
}
