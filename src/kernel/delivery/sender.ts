import type { Clock, Timer } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { Backlog } from "./backlog.ts";
import type { Claimed } from "./claimed.ts";
import type { Contents, PreparedContent } from "./contents.ts";
import type { Attempt, Deliver } from "./deliver.ts";
import type { Candidate, Choice } from "./horizon.ts";
import type { Pacer } from "./pacer.ts";
import type { Landing, Recorded, Recorder } from "./recorder.ts";
import type { Uploads } from "./uploads.ts";
import type { WireGauge } from "./wire-gauge.ts";

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
  readonly gauge: WireGauge;
  readonly recorder: Recorder;
  readonly deliver: Deliver;
  /** At most so many claimed deliveries whose end is not written down. */
  readonly mostUnrecorded: number;
  /** By the monotonic clock, never the database: whether this process is the one that sends, at this moment. */
  readonly maySend: () => boolean;
  /** Whether Telegram is away. */
  readonly paused: () => boolean;
  readonly onAttempt: (claimed: Claimed, attempt: Attempt) => void;
  /** Some have left the backlog: there may be room for more. */
  readonly onClaimed: () => void;
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

/** From this lane on a part of the wire stays free for the lanes above: slow uploads of a broadcast never hold up a reply. */
const firstLowLane = 3;
const keptFreeShare = 8;
/** While much is on the wire, so long is waited for more room, to claim many at once. */
const gatherMs = 3;
const uploadWaitMs = 50;
const unloadedWaitMs = 20;
const retryMs = 500;

export function createSender(deps: SenderDeps): Sender {
  const { clock, log, queue, backlog, contents, uploads, gauge, recorder } = deps;
  const inFlight = new Map<number, Claimed>();
  const chosen = new Map<number, Candidate>();
  let onWire = 0;
  let claiming = false;
  let lostClaim = false;
  let lastClaimMs = Number.NEGATIVE_INFINITY;
  let draining = false;
  let timer: Timer | undefined;
  let drained: (() => void) | undefined;
  const unsent: number[] = [];

  const wakeIn = (delayMs: number): void => {
    timer?.cancel();
    timer = clock.schedule(delayMs, pump);
  };

  /** How many more may be put on the wire: all lanes, and the low ones. */
  const room = (): { readonly all: number; readonly low: number } => {
    const allowed = gauge.allowed();
    const all = Math.min(allowed - onWire, deps.mostUnrecorded - inFlight.size);
    return { all, low: all - Math.floor(allowed / keptFreeShare) };
  };

  const choice = (candidate: Candidate, unloaded: Candidate[], stopped: (waitMs: number) => void): Choice => {
    if (inFlight.has(candidate.id)) return { take: false, chatWaitMs: retryMs };
    const prepared = contents.get(candidate.contentId);
    if (prepared === undefined && !candidate.textOnly) {
      unloaded.push(candidate);
      return { take: false, chatWaitMs: unloadedWaitMs };
    }
    if (prepared !== undefined && !uploads.mayGo(prepared)) return { take: false, chatWaitMs: uploadWaitMs };
    const verdict = deps.pacer().ask(candidate);
    if (!verdict.go && verdict.scope === "chat") return { take: false, chatWaitMs: verdict.waitMs };
    if (!verdict.go) {
      stopped(verdict.waitMs);
      return "stop";
    }
    deps.pacer().take(candidate);
    if (prepared !== undefined) uploads.reserve(prepared);
    return { take: true };
  };

  /** The next ones in order, as far as there is room and pace; and when to look again. */
  const choose = (free: {
    readonly all: number;
    readonly low: number;
  }): { readonly taken: Candidate[]; readonly waitMs: number } => {
    const taken: Candidate[] = [];
    const unloaded: Candidate[] = [];
    let waitMs = Number.POSITIVE_INFINITY;
    let stopped = false;
    for (const [index, horizon] of backlog.lanes.entries()) {
      const most = (index < firstLowLane ? free.all : free.low) - taken.length;
      if (stopped || most <= 0) break;
      const stop = (forMs: number): void => {
        stopped = true;
        waitMs = Math.min(waitMs, forMs);
      };
      taken.push(...horizon.choose(most, (candidate) => choice(candidate, unloaded, stop)));
      waitMs = Math.min(waitMs, (horizon.nextAtMs() ?? Number.POSITIVE_INFINITY) - clock.monotonicMs());
    }
    if (unloaded.length > 0) void load(unloaded);
    return { taken, waitMs };
  };

  const load = async (candidates: readonly Candidate[]): Promise<void> => {
    try {
      await contents.load(candidates);
      await uploads.learn(candidates.flatMap(({ contentId }) => contents.get(contentId) ?? []));
      pump();
    } catch (error) {
      log.warn({ err: toError(error).message }, "contents could not be read");
    }
  };

  function pump(): void {
    if (draining || claiming || deps.paused() || !deps.maySend()) return;
    const free = room();
    if (free.all <= 0) return;
    const sinceMs = clock.monotonicMs() - lastClaimMs;
    if (free.all < gauge.allowed() / 4 && sinceMs < gatherMs) {
      wakeIn(gatherMs - sinceMs);
      return;
    }
    const { taken, waitMs } = choose(free);
    if (taken.length > 0) void claim(taken);
    else if (waitMs < Number.POSITIVE_INFINITY) wakeIn(Math.max(waitMs, 1));
  }

  const claim = async (candidates: readonly Candidate[]): Promise<void> => {
    claiming = true;
    lastClaimMs = clock.monotonicMs();
    for (const candidate of candidates) chosen.set(candidate.id, candidate);
    try {
      if (lostClaim) await takeBack();
      const [claimed] = await Promise.all([queue.claim(candidates.map(({ id }) => id)), contents.load(candidates)]);
      await launchAll(candidates, claimed);
    } catch (error) {
      log.warn({ err: toError(error).message }, "deliveries could not be claimed");
      lostClaim = true;
      for (const candidate of candidates)
        if (!inFlight.has(candidate.id)) leave(candidate, { type: "again", delayMs: retryMs });
    }
    claiming = false;
    deps.onClaimed();
    pump();
  };

  /** A claim may have been written though its answer never came. */
  const takeBack = async (): Promise<void> => {
    await queue.unclaimExcept([...new Set([...inFlight.values()].map(({ flightId }) => flightId))]);
    lostClaim = false;
  };

  const launchAll = async (candidates: readonly Candidate[], claimed: readonly Claimed[]): Promise<void> => {
    // A newer content may have come since it was chosen.
    const unknown = claimed.filter(({ contentId }) => contents.get(contentId) === undefined);
    if (unknown.length > 0) await contents.load(unknown);
    if (claimed[0] !== undefined) recorder.expect(claimed[0].flightId, claimed.length);
    for (const each of claimed) inFlight.set(each.id, each);
    for (const candidate of candidates) if (!inFlight.has(candidate.id)) leave(candidate, { type: "over" });
    if (claimed.length < candidates.length) deps.onMissing();
    for (const each of claimed) void launch(each);
  };

  const launch = async (claimed: Claimed): Promise<void> => {
    const prepared = contents.get(claimed.contentId);
    onWire += 1;
    const attempt = await attemptOf(claimed, prepared);
    onWire -= 1;
    if (prepared !== undefined) uploads.release(prepared);
    if (attempt !== undefined) {
      gauge.answered(onWire + 1);
      deps.onAttempt(claimed, attempt);
      recorder.add({ claimed, epoch: deps.epoch, outcome: attempt.outcome });
    }
    if (onWire === 0) drained?.();
    pump();
  };

  /** Undefined when it was too late to send. */
  const attemptOf = async (claimed: Claimed, prepared: PreparedContent | undefined): Promise<Attempt | undefined> => {
    // The last look before the bytes leave. A process that was stopped between the claim and here sends nothing: by its
    // own clock its time is over before another one's can have begun.
    if (!deps.maySend()) {
      unsent.push(claimed.id);
      return undefined;
    }
    try {
      if (prepared === undefined) throw new Error(`the content ${claimed.contentId} is gone`);
      return await deps.deliver(claimed, prepared);
    } catch (error) {
      log.error({ err: toError(error), delivery: claimed.id }, "a delivery could not be made into a call");
      return { outcome: { type: "ended", state: "failed", error: "could not be made into a call" } };
    }
  };

  const leave = (candidate: Candidate, recorded: Recorded): void => {
    chosen.delete(candidate.id);
    const horizon = backlog.lanes[candidate.lane];
    if (recorded.type === "over") horizon?.finish(candidate);
    else horizon?.putBack(candidate, recorded.delayMs);
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
    onWire: () => onWire,
    drain: async (signal) => {
      draining = true;
      timer?.cancel();
      if (onWire > 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          drained = resolve;
          signal.addEventListener("abort", () => {
            resolve();
          });
        });
      }
      if (unsent.length > 0) await queue.unclaim(unsent);
    },
  };
}
