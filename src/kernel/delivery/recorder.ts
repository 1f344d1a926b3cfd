import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import { type Claimed, isUsual, type Outcome } from "./claimed.ts";
import { createLandingQueue, createLoop } from "./landing-queue.ts";
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
/** So many in that time are a torrent: then one statement for all of a few more milliseconds saves commits. */
const torrent = 24;
const gatherInTorrentMs = 4;
const enough = 192;
const mostUsual = 512;
const mostSpecial = 32;
const retryMs = 250;

export function createRecorder(deps: RecorderDeps): Recorder {
  const { clock, log } = deps;
  const closed = new AbortController();
  const flights = createFlights();
  const usual = createLandingQueue();
  const special = createLandingQueue();

  const writeUsual = async (batch: readonly Landing[]): Promise<void> => {
    const epoch = batch[0]?.epoch ?? 0;
    const landedFlights = flights.takeEmpty();
    try {
      const count = await deps.recordSent({ epoch, sent: batch.map(sentRecord), landedFlights });
      if (count < batch.length)
        log.warn({ epoch, missing: batch.length - count }, "sent deliveries were no longer there");
    } catch (error) {
      flights.putBack(landedFlights);
      throw error;
    }
    for (const landing of batch) deps.onRecorded(landing, { type: "over" });
  };

  /** Until the database takes it: what is known of the wire is known nowhere else. */
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

  const gather = async (): Promise<void> => {
    if (usual.size() < enough) await pause(clock, gatherMs);
    if (usual.size() >= torrent && usual.size() < enough) await pause(clock, gatherInTorrentMs);
  };

  const usualLoop = createLoop(closed.signal, async () => {
    await gather();
    const batch = usual.take(mostUsual);
    if (batch.length === 0 && !flights.anyEmpty()) return false;
    flights.landed(batch);
    await insist(async () => {
      await writeUsual(batch);
    });
    usual.done(batch);
    return true;
  });

  const writeSpecial = async (batch: readonly Landing[]): Promise<void> => {
    const recorded = await deps.recordSpecial(batch);
    for (const [index, landing] of batch.entries()) deps.onRecorded(landing, recorded[index] ?? { type: "over" });
    flights.landed(batch);
    if (flights.anyEmpty()) usualLoop.wake();
  };

  const specialLoop = createLoop(closed.signal, async () => {
    const batch = special.take(mostSpecial);
    if (batch.length === 0) return false;
    const failed = await togetherOrAlone(writeSpecial, batch, log);
    special.done(batch);
    // One that cannot be written must not keep the others waiting; it is tried again behind them.
    for (const landing of failed) special.add(landing);
    if (failed.length === batch.length) await pause(clock, retryMs, closed.signal);
    return true;
  });

  return {
    add: (landing) => {
      const isOrdinary = isUsualLanding(landing);
      (isOrdinary ? usual : special).add(landing);
      (isOrdinary ? usualLoop : specialLoop).wake();
    },
    expect: flights.expect,
    pending: () => usual.size() + special.size(),
    settled: async (signal) => {
      while (!signal.aborted && (usualLoop.running() || specialLoop.running())) await pause(clock, gatherMs, signal);
    },
    close: () => {
      closed.abort();
    },
  };
}

/** @returns those that could not be written. */
async function togetherOrAlone(
  write: (batch: readonly Landing[]) => Promise<void>,
  batch: readonly Landing[],
  log: Logger,
): Promise<readonly Landing[]> {
  try {
    await write(batch);
    return [];
  } catch (error) {
    if (batch.length === 1) {
      log.error({ err: toError(error), delivery: batch[0]?.claimed.id }, "an outcome could not be recorded yet");
      return batch;
    }
    const failed: Landing[] = [];
    for (const landing of batch) failed.push(...(await togetherOrAlone(write, [landing], log)));
    return failed;
  }
}

/** Which claims still have something on the wire. */
function createFlights(): {
  readonly expect: Recorder["expect"];
  readonly landed: (landings: readonly Landing[]) => void;
  readonly anyEmpty: () => boolean;
  readonly takeEmpty: () => readonly number[];
  readonly putBack: (flightIds: readonly number[]) => void;
} {
  const left = new Map<number, number>();
  let empty: number[] = [];
  return {
    expect: (flightId, deliveries) => {
      left.set(flightId, deliveries);
    },
    landed: (landings) => {
      for (const { claimed } of landings) {
        const still = (left.get(claimed.flightId) ?? 1) - 1;
        left.set(claimed.flightId, still);
        if (still > 0) continue;
        left.delete(claimed.flightId);
        empty.push(claimed.flightId);
      }
    },
    anyEmpty: () => empty.length > 0,
    takeEmpty: () => {
      const taken = empty;
      empty = [];
      return taken;
    },
    putBack: (flightIds) => {
      empty.push(...flightIds);
    },
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
    messageId: outcome.type === "sent" ? (outcome.messageId ?? null) : null,
    claimedAt: claimed.claimedAt,
  };
}
