import type { Clock, Timer } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { Backlog } from "./backlog.ts";
import { makeChooseNext, type Room } from "./choose-next.ts";
import { createClaimAhead } from "./claim-ahead.ts";
import type { Claimed } from "./claimed.ts";
import type { Contents } from "./contents.ts";
import type { Attempt, Deliver } from "./deliver.ts";
import type { Candidate } from "./horizon.ts";
import type { Pacer } from "./pacer.ts";
import type { Landing, Recorded, Recorder } from "./recorder.ts";
import { createTrips, type Trips } from "./trips.ts";
import type { Uploads } from "./uploads.ts";
import { createWire, type Laden, type WireDeps } from "./wire.ts";

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
  readonly concurrency: () => number;
  readonly maySend: () => boolean;
  /** Whether Telegram is away. */
  readonly paused: () => boolean;
  /** Nothing has come back for too long: resolves to whether Telegram is there all the same. */
  readonly isThere: () => Promise<boolean>;
  readonly onAttempt: (claimed: Claimed, attempt: Attempt, tookMs: number) => void;
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
  /** Chosen, claimed or on the wire: to be left alone by whoever else changes the queue. */
  readonly busy: () => readonly number[];
  readonly onWire: () => number;
  /** Starts nothing more; resolves when nothing is on the wire, or `signal` aborts. */
  readonly drain: (signal: AbortSignal) => Promise<void>;
}

const keptFreeShare = 8;
/** While enough is on the wire, so long is waited for more room, to claim many at once: each claim is a commit. */
const gatherMs = 4;
const busyShare = 0.4;
/** Claimed and not yet written down at most, in wires full. */
const mostUnrecorded = 8;
/** Claimed ahead at most, in wires full. */
const farthestAhead = 4;
const retryMs = 500;
const missedMs = 150;
const askAgainMs = 500;

export function createSender(deps: SenderDeps): Sender {
  const { clock, recorder } = deps;
  const trips = createTrips(deps);
  const claimAhead = createClaimAhead(clock.monotonicMs);
  const wire = createWire({
    ...deps,
    ...whatLeaves(deps, trips, pump),
    onAttempt: (claimed, attempt, tookMs) => {
      claimAhead.answered();
      trips.arrived(claimed, attempt.alarm === undefined);
      deps.onAttempt(claimed, attempt, tookMs);
      recorder.add({ claimed, epoch: deps.epoch, outcome: attempt.outcome });
      pump();
    },
  });
  const reader = createContentReader(deps, pump);
  const chooseNext = makeChooseNext({ ...deps, ...reader, isInFlight: (id) => trips.inFlight.has(id) });
  const claim = makeClaim(deps, trips);
  let busy = false;
  let draining = false;
  let lastClaimMs = Number.NEGATIVE_INFINITY;
  let timer: Timer | undefined;

  const pumpIn = (delayMs: number): void => {
    timer?.cancel();
    timer = clock.schedule(delayMs, pump);
  };

  const send = async (candidates: readonly Candidate[]): Promise<void> => {
    lastClaimMs = clock.monotonicMs();
    const laden = await claim(candidates);
    claimAhead.claimed(clock.monotonicMs() - lastClaimMs);
    wire.launch(laden);
    deps.onRoom();
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
    if (draining || deps.paused() || !deps.maySend()) return;
    wire.resume();
    if (busy) return;
    const concurrency = deps.concurrency();
    const ahead = Math.min(claimAhead.most(), farthestAhead * concurrency);
    const all = Math.min(concurrency + ahead - wire.size(), mostUnrecorded * concurrency - trips.inFlight.size);
    if (all <= 0) return;
    const sinceMs = clock.monotonicMs() - lastClaimMs;
    const worthAClaim = wire.size() > concurrency * busyShare ? concurrency : concurrency / 4;
    if (all < worthAClaim && sinceMs < gatherMs) pumpIn(gatherMs - sinceMs);
    else if (wire.isSilent()) void step(askWhetherThere());
    else choose({ all, low: all - Math.floor(concurrency / keptFreeShare) });
  }

  const choose = (room: Room): void => {
    const { taken, unread, waitMs } = chooseNext(room);
    if (unread.length > 0) void reader.read(unread);
    if (taken.length > 0) void step(send(taken));
    else if (waitMs < Number.POSITIVE_INFINITY) pumpIn(Math.max(waitMs, 1));
  };

  return {
    pump,
    recorded: ({ claimed }, recorded) => {
      trips.ended(claimed, recorded);
      pump();
    },
    inFlight: () => trips.inFlight,
    busy: trips.underWay,
    onWire: wire.size,
    drain: async (signal) => {
      draining = true;
      timer?.cancel();
      await wire.drain(signal);
      await putBack(deps, wire.unsent());
    },
  };
}

async function putBack({ queue, log }: SenderDeps, unsent: readonly number[]): Promise<void> {
  if (unsent.length === 0) return;
  await queue.unclaim(unsent).catch((error: unknown) => {
    log.warn({ err: toError(error).message }, "unsent deliveries could not be put back");
  });
}

/** What the wire asks and tells at the moment of leaving. */
function whatLeaves(
  { pacer, recorder, epoch }: SenderDeps,
  trips: Trips,
  pump: () => void,
): Pick<WireDeps, "onLeave" | "onSlow" | "pauseMs" | "onHeldBack"> {
  return {
    onSlow: (claimed) => {
      trips.slow(claimed);
      pump();
    },
    onLeave: trips.leaves,
    pauseMs: ({ chatId }) => pacer().pauseMs(chatId),
    onHeldBack: (claimed, waitMs) => {
      trips.heldBack(claimed);
      recorder.add({ claimed, epoch, outcome: heldBack(waitMs) });
    },
  };
}

/** Telegram has asked for a pause since it was chosen. No attempt was made, so none is counted. */
function heldBack(waitMs: number): Landing["outcome"] {
  const detail = `not sent yet: Telegram asked to wait, ${Math.ceil(waitMs / 1000)} s are left`;
  return { type: "again", delayMs: waitMs, counts: false, event: "paced", detail };
}

/** Reads the contents that have to be known before anybody can choose. */
function createContentReader(
  { contents, uploads, log }: SenderDeps,
  onRead: () => void,
): { readonly isReading: () => boolean; readonly read: (candidates: readonly Candidate[]) => Promise<void> } {
  let reading = false;
  return {
    isReading: () => reading,
    read: async (candidates) => {
      reading = true;
      try {
        await contents.load(candidates);
        await uploads.learn(candidates.flatMap(({ contentId }) => contents.get(contentId) ?? []));
      } catch (error) {
        log.warn({ err: toError(error).message }, "contents could not be read");
      }
      reading = false;
      onRead();
    },
  };
}

/** @returns a function that claims and gives back what may leave now. */
function makeClaim(deps: SenderDeps, trips: Trips): (candidates: readonly Candidate[]) => Promise<readonly Laden[]> {
  const { queue, contents, uploads, recorder, log } = deps;
  const missedOnce = new Set<number>();
  let lost = false;

  const takeBackLost = async (): Promise<void> => {
    await queue.unclaimExcept([...new Set([...trips.inFlight.values()].map(({ flightId }) => flightId))]);
    lost = false;
  };
  /**
   * Gone by other hands; or only to be judged again because quiet hours have begun, which the sweep does at once. Until it
   * has, what stands behind it in its chat must not pass it.
   */
  const afterMiss = (id: number): Recorded => {
    if (missedOnce.delete(id)) return { type: "over" };
    missedOnce.add(id);
    return { type: "again", delayMs: missedMs };
  };
  const claim = async (candidates: readonly Candidate[]): Promise<readonly Laden[] | undefined> => {
    try {
      if (lost) await takeBackLost();
      const [claimed] = await Promise.all([queue.claim(candidates.map(({ id }) => id)), contents.load(candidates)]);
      // A newer content may have come since it was chosen, with files that nobody has asked for yet.
      const loaded = await contents.load(claimed);
      await uploads.learn([...loaded.values()]);
      contents.handedOver(claimed.map(({ contentId }) => contentId));
      const byId = new Map(claimed.map((one) => [one.id, one]));
      // As they were chosen: a reply claimed together with a broadcast leaves before it.
      return candidates.flatMap(({ id }) => {
        const one = byId.get(id);
        return one === undefined ? [] : [{ claimed: one, content: loaded.get(one.contentId) }];
      });
    } catch (error) {
      // It may have been written though the answer never came.
      lost = true;
      log.warn({ err: toError(error).message }, "deliveries could not be claimed");
      return undefined;
    }
  };

  return async (candidates) => {
    trips.begin(candidates);
    const laden = await claim(candidates);
    const claimed = laden?.map((one) => one.claimed) ?? [];
    if (claimed[0] !== undefined) recorder.expect(claimed[0].flightId, claimed.length);
    trips.claimed(claimed);
    for (const candidate of candidates) {
      if (trips.inFlight.has(candidate.id)) missedOnce.delete(candidate.id);
      else trips.missed(candidate, laden === undefined ? { type: "again", delayMs: retryMs } : afterMiss(candidate.id));
    }
    if (laden !== undefined && claimed.length < candidates.length) deps.onMissing();
    return laden ?? [];
  };
}
