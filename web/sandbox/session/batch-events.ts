import { batch } from "@preact/signals";

/** One frame: nobody sees the difference, and a broadcast of thousands of calls draws the panel once per frame. */
const waitMs = 16;

/** Applies what comes within a frame in one go, in order. */
export function batchEvents<T>(apply: (event: T) => void): (event: T) => void {
  let waiting: T[] = [];
  return (event) => {
    waiting.push(event);
    if (waiting.length > 1) return;
    setTimeout(() => {
      const events = waiting;
      waiting = [];
      batch(() => {
        for (const one of events) apply(one);
      });
    }, waitMs);
  };
}
