import type { Landing } from "./recorder.ts";

/** What waits to be written. */
export interface LandingQueue {
  readonly add: (landing: Landing) => void;
  /** The next of one epoch: after a change of leases there may be two for a moment. They count until they are `done`. */
  readonly take: (most: number) => readonly Landing[];
  readonly done: (batch: readonly Landing[]) => void;
  readonly size: () => number;
}

export function createLandingQueue(): LandingQueue {
  let waiting: Landing[] = [];
  let taken = 0;
  return {
    add: (landing) => {
      waiting.push(landing);
    },
    take: (most) => {
      const epoch = waiting[0]?.epoch;
      const other = waiting.findIndex((landing) => landing.epoch !== epoch);
      const batch = waiting.slice(0, other < 0 ? most : Math.min(other, most));
      waiting = waiting.slice(batch.length);
      taken += batch.length;
      return batch;
    },
    done: (batch) => {
      taken -= batch.length;
    },
    size: () => waiting.length + taken,
  };
}

/** Runs `turn` again and again until it has nothing left to do, one at a time; `wake` starts it unless it runs. */
export function createLoop(
  signal: AbortSignal,
  turn: () => Promise<boolean>,
): { readonly wake: () => void; readonly running: () => boolean } {
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    for (let more = true; more && !signal.aborted;) more = await turn();
    running = false;
  };
  return {
    wake: () => {
      if (!running) void run();
    },
    running: () => running,
  };
}
