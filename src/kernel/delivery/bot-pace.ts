import { type Meter, meterLeave, meterPromise, meterTakeBack, meterWaitMs, newMeter } from "./meter.ts";
import { globalRate, type PaceLimits, type Rate, reserved } from "./pace-limits.ts";

/**
 * What the bot may send over all chats: the configured limit, lowered for a while when Telegram says that it was too
 * much. Half at once, back to full in steps over a minute (additive increase, multiplicative decrease). Without a
 * configured limit, what was too much becomes one until the pace is back.
 */
export interface BotPace {
  readonly waitMs: (of: { readonly lane: number; readonly messages: number }, nowMs: number) => number;
  readonly promise: (messages: number, nowMs: number) => void;
  readonly leave: (messages: number, nowMs: number) => void;
  readonly takeBack: (messages: number) => void;
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

interface Limit {
  readonly rate: Rate;
  readonly meter: Meter;
}

interface Slowdown {
  readonly factor: number;
  readonly sinceMs: number;
}

const recoveryMs = 60_000;
const leastFactor = 0.1;

export function createBotPace(limits: PaceLimits): BotPace {
  const configured = limitOf(globalRate(limits));
  const throughput = secondCounter();
  let learned: Limit | undefined;
  let blockedUntilMs = Number.NEGATIVE_INFINITY;
  let slowdown: Slowdown | undefined;

  const factorAt = (nowMs: number): number => {
    if (slowdown === undefined) return 1;
    const regained = Math.max(nowMs - slowdown.sinceMs, 0) / recoveryMs;
    const factor = Math.min(slowdown.factor + regained * (1 - slowdown.factor), 1);
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
    leave: (messages, nowMs) => {
      throughput.add(nowMs);
      const meter = (configured ?? learned)?.meter;
      if (meter !== undefined) meterLeave(meter, nowMs, messages);
    },
    takeBack: (messages) => {
      const meter = (configured ?? learned)?.meter;
      if (meter !== undefined) meterTakeBack(meter, messages);
    },
    block: (untilMs) => {
      blockedUntilMs = Math.max(blockedUntilMs, untilMs);
    },
    flood: (untilMs, nowMs) => {
      // What was on the wire when the limit was met tells of the same flood again and must not slow down twice.
      const isNew = nowMs >= blockedUntilMs;
      const factor = isNew ? Math.max(factorAt(nowMs) / 2, leastFactor) : (slowdown?.factor ?? 0.5);
      blockedUntilMs = Math.max(blockedUntilMs, untilMs);
      slowdown = { factor, sinceMs: blockedUntilMs };
      if (configured === undefined) learned ??= limitOf(learnedRate(throughput.perSecond(nowMs)));
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

function slower({ intervalMs, burst, count }: Rate, factor: number): Rate {
  return {
    intervalMs: intervalMs / factor,
    burst: Math.max(burst * factor, 1),
    count: count === 0 ? 0 : Math.max(Math.floor(count * factor), 1),
  };
}

/** How many left in the last whole second. */
function secondCounter(): { readonly add: (nowMs: number) => void; readonly perSecond: (nowMs: number) => number } {
  let second = 0;
  let current = 0;
  let last = 0;
  const turn = (nowMs: number): void => {
    const now = Math.floor(nowMs / 1000);
    if (now === second) return;
    last = now === second + 1 ? current : 0;
    current = 0;
    second = now;
  };
  return {
    add: (nowMs) => {
      turn(nowMs);
      current += 1;
    },
    perSecond: (nowMs) => {
      turn(nowMs);
      return Math.max(last, current);
    },
  };
}
