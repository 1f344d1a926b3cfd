import { createBusiestSecond } from "./busiest-second.ts";
import {
  type Meter,
  meterArrive,
  meterLeave,
  meterPromise,
  meterTakeBack,
  meterWaitMs,
  newMeter,
  type Passage,
} from "./meter.ts";
import { globalRate, type PaceLimits, type Rate, reserved } from "./pace-limits.ts";
import { createRecentLeast } from "./recent-least.ts";
import { shareAt, type Slowdown, slowDown } from "./slowdown.ts";

/**
 * What the bot may send over all chats: the configured limit, lowered for a while when Telegram says that it was too
 * much. Without a configured limit, what was too much becomes one until the pace is back.
 */
export interface BotPace {
  readonly waitMs: (of: { readonly lane: number; readonly messages: number }, nowMs: number) => number;
  readonly promise: (messages: number, nowMs: number) => void;
  /** @param claimMs how long ago it was promised. @returns what `arrive` wants; undefined without a limit. */
  readonly leave: (messages: number, nowMs: number, claimMs: number) => BotPassage | undefined;
  readonly arrive: (passage: BotPassage, nowMs: number) => void;
  /** It was taken: what counts when there will have been too much. */
  readonly accepted: (messages: number, nowMs: number) => void;
  readonly takeBack: (messages: number) => void;
  /** Some that another sender has sent then. */
  readonly seed: (messages: number, atMs: number) => void;
  readonly block: (untilMs: number) => void;
  /** Telegram wants a pause until then. */
  readonly flood: (untilMs: number, nowMs: number) => void;
  readonly view: (nowMs: number) => {
    readonly perSecond: number | undefined;
    readonly factor: number;
    readonly blockedMs: number;
    readonly tokens: number | undefined;
  };
}

export interface BotPassage {
  readonly meter: Meter;
  readonly passage: Passage;
}

interface Limit {
  readonly rate: Rate;
  readonly meter: Meter;
}

export function createBotPace(limits: PaceLimits): BotPace {
  const configured = limitOf(globalRate(limits));
  const accepted = createBusiestSecond();
  const fastest = createFastest();
  let learned: Limit | undefined;
  let blockedUntilMs = Number.NEGATIVE_INFINITY;
  let slowdown: Slowdown | undefined;

  const factorAt = (nowMs: number): number => {
    if (slowdown === undefined) return 1;
    const factor = shareAt(slowdown, nowMs);
    if (factor < 1) return factor;
    slowdown = undefined;
    learned = undefined;
    return 1;
  };
  const limitAt = (nowMs: number): Limit | undefined => {
    const factor = factorAt(nowMs);
    const limit = configured ?? learned;
    if (limit === undefined || factor === 1) return limit;
    return { rate: slower(limit.rate, factor), meter: limit.meter };
  };

  return {
    waitMs: ({ lane, messages }, nowMs) => {
      if (blockedUntilMs > nowMs) return blockedUntilMs - nowMs;
      const limit = limitAt(nowMs);
      if (limit === undefined) return 0;
      const spare = reserved(limit.rate.burst, lane);
      return meterWaitMs(limit.meter, limit.rate, nowMs, { spare, wanted: messages });
    },
    promise: (messages, nowMs) => {
      const limit = limitAt(nowMs);
      if (limit !== undefined) meterPromise(limit.meter, limit.rate, nowMs, messages);
    },
    leave: (messages, nowMs, claimMs) => {
      const meter = (configured ?? learned)?.meter;
      if (meter === undefined) return undefined;
      fastest.claimed(claimMs, nowMs);
      return { meter, passage: meterLeave(meter, nowMs, messages) };
    },
    arrive: ({ meter, passage }, nowMs) => {
      meterArrive(meter, passage, fastest.answered(passage.leftMs, nowMs));
    },
    accepted: accepted.add,
    takeBack: (messages) => {
      const meter = (configured ?? learned)?.meter;
      if (meter !== undefined) meterTakeBack(meter, messages);
    },
    seed: (messages, atMs) => {
      if (configured === undefined) return;
      const { meter, rate } = configured;
      meterPromise(meter, rate, atMs, messages);
      meterArrive(meter, meterLeave(meter, atMs, messages), atMs);
    },
    block: (untilMs) => {
      blockedUntilMs = Math.max(blockedUntilMs, untilMs);
    },
    flood: (untilMs, nowMs) => {
      // What was on the wire when the limit was met tells of the same flood again and must not slow down twice.
      const isNew = nowMs >= blockedUntilMs;
      blockedUntilMs = Math.max(blockedUntilMs, untilMs);
      if (!isNew) {
        slowdown &&= { ...slowdown, sinceMs: blockedUntilMs };
        return;
      }
      const perSecond = Math.max(accepted.messages(nowMs), 1);
      if (configured === undefined) learned ??= limitOf(learnedRate(perSecond));
      const most = 1000 / ((configured ?? learned)?.rate.intervalMs ?? 1000);
      slowdown = slowDown(perSecond / most, { share: factorAt(nowMs), slowdown }, blockedUntilMs);
    },
    view: (nowMs) => {
      const limit = limitAt(nowMs);
      return {
        perSecond: limit && 1000 / limit.rate.intervalMs,
        factor: factorAt(nowMs),
        blockedMs: Math.max(blockedUntilMs - nowMs, 0),
        tokens: limit && tokensOf(limit, nowMs),
      };
    },
  };
}

/**
 * Telegram counts arrivals. A message that left at `l` and was answered at `a` arrived between the two, not later than
 * `a` less the way back; the next one, chosen now, arrives not earlier than after its claim and the way there. The least
 * that a claim and both ways took lately is therefore taken off each arrival: what is left is how much longer than the
 * fastest it may have been under way.
 */
function createFastest(): {
  readonly claimed: (claimMs: number, nowMs: number) => void;
  readonly answered: (leftMs: number, nowMs: number) => number;
} {
  const claims = createRecentLeast();
  const trips = createRecentLeast();
  return {
    claimed: claims.add,
    answered: (leftMs, nowMs) => {
      trips.add(nowMs - leftMs, nowMs);
      return nowMs - trips.value(nowMs) - claims.value(nowMs);
    },
  };
}

/** How many could leave at once. */
function tokensOf({ rate: { burst, intervalMs }, meter }: Limit, nowMs: number): number {
  const saved = burst - (meter.dueAtMs - nowMs) / intervalMs - meter.promised;
  return Math.min(Math.max(Math.floor(saved), 0), Math.floor(burst));
}

function limitOf(rate: Rate | undefined): Limit | undefined {
  return rate && { rate, meter: newMeter(rate) };
}

function learnedRate(perSecond: number): Rate | undefined {
  return globalRate({ globalPerSecond: Math.max(perSecond, 1), chatPerSecond: 0, chatBurst: 0, groupPerMinute: 0 });
}

function slower({ intervalMs, burst, count, windowMs }: Rate, factor: number): Rate {
  return {
    intervalMs: intervalMs / factor,
    burst: Math.max(burst * factor, 1),
    count: Math.max(Math.floor(count * factor), 1),
    windowMs,
  };
}
