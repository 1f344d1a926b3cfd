import type { Clock, Timer } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { Backlog } from "./backlog.ts";
import { departureOf, makeChooseNext } from "./choose-next.ts";
import { createClaimAhead } from "./claim-ahead.ts";
import type { Claimed } from "./claimed.ts";
import type { Contents } from "./contents.ts";
import type { Attempt, Deliver } from "./deliver.ts";
import type { Candidate } from "./horizon.ts";
import type { Departure, Pacer } from "./pacer.ts";
import type { Landing, Recorded, Recorder } from "./recorder.ts";
import type { Uploads } from "./uploads.ts";
import { createWire } from "./wire.ts";

/** What the sender does to the database, each one statement. */
export interface SenderQueue {
  readonly claim: (ids: readonly number[]) => Promise<readonly Claimed[]>;
  /** Takes back claims of this epoch other than these: one whose answer was lost may have been written. */
  readonly unclaimExcept: (flightIds: readonly number[]) => Promise<void>;
  /** Takes back single deliveries that were claimed and surely not sent. */
  readonly unclaim: (ids: readonly number[]) => Promise<void>;
}

export interface SenderDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly epoch: number;
  readonly queue: SenderQueue;
  readonly backlog: Backlog;
  readonly contents: Contents;
  readonly uploads: Uploads;
  readonly pacer: () => Pacer;
  readonly recorder: Recorder;
  readonly deliver: Deliver;
  /** At most so many on the wire at once, and four times as many whose end is not written down. */
  readonly concurrency: number;
  readonly maySend: () => boolean;
  /** Whether Telegram is away. */
  readonly paused: () => boolean;
  /** Nothing has come back for too long: resolves to whether Telegram is there all the same. */
  readonly isThere: () => Promise<boolean>;
  readonly onAttempt: (claimed: Claimed, attempt: Attempt) => void;
  /** Some have left the backlog: there may be room for more. */
  readonly onRoom: () => void;
  /** A chosen delivery was gone or changed: somebody should look why. */
  readonly onMissing: () => void;
}

export interface Sender {
  /** Something has changed: sends what may go. Cheap, and never more than one at a time. */
  readonly pump: () => void;
  readonly recorded: (landing: Landing, recorded: Recorded) => void;
  /** Claimed and not yet written down. */
  readonly inFlight: () => ReadonlyMap<number, Claimed>;
  readonly onWire: () => number;
  /** Starts nothing more; resolves when nothing is on the wire, or `signal` aborts. */
  readonly drain: (signal: AbortSignal) => Promise<void>;
}

const keptFreeShare = 8;
/** While much is on the wire, so long is waited for more room, to claim many at once. */
const gatherMs = 4;
const retryMs = 500;
const askAgainMs = 500;

export function createSender(deps: SenderDeps): Sender {
  const { clock, log, backlog, concurrency } = deps;
  const inFlight = new Map<number, Claimed>();
  const chosen = new Map<number, Candidate>();
  const ahead = createClaimAhead(concurrency, clock.monotonicMs);
  const departure = (candidate: Candidate): Departure => departureOf(candidate, deps.contents.get(candidate.contentId));
  const wire = createWire({
    ...deps,
    onLeave: ({ id }) => {
      const candidate = chosen.get(id);
      if (candidate !== undefined) deps.pacer().leave(departure(candidate));
    },
    onAttempt: (claimed, attempt) => {
      ahead.answered();
      deps.onAttempt(claimed, attempt);
      deps.recorder.add({ claimed, epoch: deps.epoch, outcome: attempt.outcome });
      pump();
    },
  });
  const chooseNext = makeChooseNext({ ...deps, isInFlight: (id) => inFlight.has(id) });
  const claim = makeClaim(deps, inFlight);
  let busy = false;
  let draining = false;
  let lastClaimMs = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;

  const pumpIn = (delayMs: number): void => {
    timer?.cancel();
    timer = clock.schedule(delayMs, pump);
  };

  const leave = (candidate: Candidate, recorded: Recorded): void => {
    chosen.delete(candidate.id);
    const horizon = backlog.lanes[candidate.lane];
    if (recorded.type === "again") horizon?.putBack(candidate, recorded.delayMs);
    else horizon?.finish(candidate);
    if (horizon?.hasGaps() === true) deps.onRoom();
  };

  const send = async (candidates: readonly Candidate[]): Promise<void> => {
    lastClaimMs = clock.monotonicMs();
    for (const candidate of candidates) chosen.set(candidate.id, candidate);
    const claimed = await claim(candidates);
    ahead.claimed(clock.monotonicMs() - lastClaimMs);
    const missing: Recorded = claimed === undefined ? { type: "again", delayMs: retryMs } : { type: "over" };
    for (const candidate of candidates) {
      if (inFlight.has(candidate.id)) continue;
      deps.pacer().takeBack(departure(candidate));
      leave(candidate, missing);
    }
    if (claimed !== undefined && claimed.length < candidates.length) deps.onMissing();
    wire.launch(claimed ?? []);
    deps.onRoom();
  };

  const read = async (candidates: readonly Candidate[]): Promise<void> => {
    try {
      await deps.contents.load(candidates);
      await deps.uploads.learn(candidates.flatMap(({ contentId }) => deps.contents.get(contentId) ?? []));
    } catch (error) {
      log.warn({ err: toError(error).message }, "contents could not be read");
    }
  };

  const askWhetherThere = async (): Promise<void> => {
    if (await deps.isThere()) wire.silenceBroken();
    else pumpIn(askAgainMs);
  };

  /** One step at a time; the next one sees what this one has changed. */
  const step = async (task: Promise<void>): Promise<void> => {
    busy = true;
    await task;
    busy = false;
    pump();
  };

  function pump(): void {
    if (busy || draining || deps.paused() || !deps.maySend()) return;
    const all = Math.min(concurrency + ahead.most() - wire.size(), 4 * concurrency - inFlight.size);
    if (all <= 0) return;
    const sinceMs = clock.monotonicMs() - lastClaimMs;
    if (all < concurrency / 4 && sinceMs < gatherMs) pumpIn(gatherMs - sinceMs);
    else if (wire.isSilent()) void step(askWhetherThere());
    else choose(all);
  }

  const choose = (all: number): void => {
    const { taken, unread, waitMs } = chooseNext({ all, low: all - Math.floor(concurrency / keptFreeShare) });
    if (unread.length > 0) void read(unread).then(pump);
    if (taken.length > 0) void step(send(taken));
    else if (waitMs < Number.POSITIVE_INFINITY) pumpIn(Math.max(waitMs, 1));
  };

  return {
    pump,
    recorded: ({ claimed }, recorded) => {
      inFlight.delete(claimed.id);
      const candidate = chosen.get(claimed.id);
      if (candidate !== undefined) leave(candidate, recorded);
      pump();
    },
    inFlight: () => inFlight,
    onWire: wire.size,
    drain: async (signal) => {
      draining = true;
      timer?.cancel();
      await wire.drain(signal);
      if (wire.unsent().length > 0) await deps.queue.unclaim(wire.unsent());
    },
  };
}

/** @returns what was claimed and is ready to go, noted in `inFlight`; undefined when the database did not answer. */
function makeClaim(
  { queue, contents, recorder, log }: SenderDeps,
  inFlight: Map<number, Claimed>,
): (candidates: readonly Candidate[]) => Promise<readonly Claimed[] | undefined> {
  let lost = false;
  const takeBackLost = async (): Promise<void> => {
    await queue.unclaimExcept([...new Set([...inFlight.values()].map(({ flightId }) => flightId))]);
    lost = false;
  };
  return async (candidates) => {
    try {
      if (lost) await takeBackLost();
      const [claimed] = await Promise.all([queue.claim(candidates.map(({ id }) => id)), contents.load(candidates)]);
      // A newer content may have come since it was chosen.
      await contents.load(claimed);
      if (claimed[0] !== undefined) recorder.expect(claimed[0].flightId, claimed.length);
      for (const each of claimed) inFlight.set(each.id, each);
      return claimed;
    } catch (error) {
      // It may have been written though the answer never came.
      lost = true;
      log.warn({ err: toError(error).message }, "deliveries could not be claimed");
      return undefined;
    }
  };
}
