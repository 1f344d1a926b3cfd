import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import { type Claimed, isUsual, type Outcome } from "./claimed.ts";
import type { SentRecord } from "./sql/record-sent.ts";

/** One attempt that has ended. */
export interface Landing {
  readonly claimed: Claimed;
  readonly epoch: number;
  readonly outcome: Outcome;
}

/** What the delivery did in the end, for whoever keeps the queue in memory. */
export type Recorded = { readonly type: "over" } | { readonly type: "again"; readonly delayMs: number };

export interface RecorderDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** The usual ones: one statement. @returns how many were still there to be recorded. */
  readonly recordSent: (of: {
    readonly epoch: number;
    readonly sent: readonly SentRecord[];
    readonly landedFlights: readonly number[];
  }) => Promise<number>;
  /** Everything else, one after the other in one transaction. */
  readonly recordSpecial: (landings: readonly Landing[]) => Promise<readonly Recorded[]>;
  readonly onRecorded: (landing: Landing, recorded: Recorded) => void;
}

/**
 * Writes down what has become of attempts, in batches of a few milliseconds. It lives as long as the program, not as
 * long as a lease: what it could not write while the database was away, it writes as soon as it can, under the epoch of
 * the attempt, and if another sender has judged meanwhile, nothing comes of it.
 */
export interface Recorder {
  readonly add: (landing: Landing) => void;
  /** A claim of so many deliveries has taken off. */
  readonly expect: (flightId: number, deliveries: number) => void;
  /** How many wait to be written. */
  readonly pending: () => number;
  /** Resolves when nothing waits any more, or `signal` aborts. */
  readonly settled: (signal: AbortSignal) => Promise<void>;
  /** Gives up what could not be written: the next sender finds it on the wire and takes it for ambiguous. */
  readonly close: () => void;
}

/** Long enough that answers which arrive together are written together, short beside a round trip to Telegram. */
const gatherMs = 2;
const mostUsual = 512;
const mostSpecial = 32;
const retryMs = 250;

export function createRecorder(deps: RecorderDeps): Recorder {
  const { clock, log } = deps;
  const closed = new AbortController();
  const flights = new Map<number, number>();
  let landedFlights: number[] = [];
  const usual = createQueue();
  const special = createQueue();

  const landed = (landings: readonly Landing[]): void => {
    for (const { claimed } of landings) {
      const left = (flights.get(claimed.flightId) ?? 1) - 1;
      if (left > 0) {
        flights.set(claimed.flightId, left);
      } else {
        flights.delete(claimed.flightId);
        landedFlights.push(claimed.flightId);
      }
    }
  };

  const writeUsual = async (batch: readonly Landing[]): Promise<void> => {
    const epoch = batch[0]?.epoch ?? 0;
    const ended = landedFlights;
    landedFlights = [];
    try {
      const count = await deps.recordSent({ epoch, sent: batch.map(sentRecord), landedFlights: ended });
      if (count < batch.length)
        log.warn({ epoch, missing: batch.length - count }, "sent deliveries were no longer there");
    } catch (error) {
      landedFlights.push(...ended);
      throw error;
    }
    for (const landing of batch) deps.onRecorded(landing, { type: "over" });
  };

  const writeSpecial = async (batch: readonly Landing[]): Promise<void> => {
    const recorded = await deps.recordSpecial(batch);
    for (const [index, landing] of batch.entries()) deps.onRecorded(landing, recorded[index] ?? { type: "over" });
    landed(batch);
    if (landedFlights.length > 0) usualLoop.wake();
  };

  const usualLoop = createLoop(closed.signal, async () => {
    if (usual.size() < mostUsual / 4) await pause(clock, gatherMs);
    const batch = usual.take(mostUsual);
    if (batch.length === 0 && landedFlights.length === 0) return false;
    landed(batch);
    // Until the database takes it: what is known of the wire is known nowhere else.
    await insist(async () => {
      await writeUsual(batch);
    });
    usual.done(batch);
    return true;
  });

  const specialLoop = createLoop(closed.signal, async () => {
    const batch = special.take(mostSpecial);
    if (batch.length === 0) return false;
    const failed = await tryTogetherThenAlone(batch);
    special.done(batch);
    // One that cannot be written must not keep the others waiting; it is tried again behind them.
    for (const landing of failed) special.add(landing);
    if (failed.length === batch.length) await pause(clock, retryMs, closed.signal);
    return true;
  });

  const tryTogetherThenAlone = async (batch: readonly Landing[]): Promise<readonly Landing[]> => {
    try {
      await writeSpecial(batch);
      return [];
    } catch (error) {
      if (batch.length === 1) {
        log.error({ err: toError(error), delivery: batch[0]?.claimed.id }, "an outcome could not be recorded yet");
        return batch;
      }
      const failed: Landing[] = [];
      for (const landing of batch) failed.push(...(await tryTogetherThenAlone([landing])));
      return failed;
    }
  };

  const insist = async (task: () => Promise<void>): Promise<void> => {
    for (let failures = 0; !closed.signal.aborted; failures += 1) {
      try {
        await task();
        return;
      } catch (error) {
        if (failures % 20 === 0) log.warn({ err: toError(error).message }, "deliveries could not be recorded yet");
        await pause(clock, retryMs, closed.signal);
      }
    }
  };

  return {
    add: (landing) => {
      const isOrdinary = isUsualLanding(landing);
      (isOrdinary ? usual : special).add(landing);
      (isOrdinary ? usualLoop : specialLoop).wake();
    },
    expect: (flightId, deliveries) => {
      flights.set(flightId, deliveries);
    },
    pending: () => usual.size() + special.size(),
    settled: async (signal) => {
      while (!signal.aborted && (usualLoop.running() || specialLoop.running())) await pause(clock, gatherMs, signal);
    },
    close: () => {
      closed.abort();
    },
  };
}

interface LandingQueue {
  readonly add: (landing: Landing) => void;
  /** The next of one epoch: after a change of leases there may be two for a moment. They count until they are `done`. */
  readonly take: (most: number) => readonly Landing[];
  readonly done: (batch: readonly Landing[]) => void;
  readonly size: () => number;
}

function createQueue(): LandingQueue {
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
function createLoop(
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

function isUsualLanding({ claimed, outcome }: Landing): boolean {
  return (
    outcome.type === "sent" &&
    !outcome.more &&
    outcome.files.length === 0 &&
    !claimed.settles &&
    !claimed.isDigest &&
    claimed.sentIds.length === 0 &&
    isUsual(claimed)
  );
}

function sentRecord({ claimed, outcome }: Landing): SentRecord {
  return {
    id: claimed.id,
    contentId: claimed.contentId,
    messageId: outcome.type === "sent" ? outcome.messageId : 0,
    claimedAt: claimed.claimedAt,
  };
}
