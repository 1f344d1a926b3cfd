import type { Clock } from "../lib/clock.ts";
import { type Meter, meterIsIdle, meterTake, meterWaitMs, newMeter } from "./meter.ts";
import { chatRate, globalRate, type PaceLimits, type Rate, reserved } from "./pace-limits.ts";

/** A message that could go out. */
export interface Departure {
  readonly chatId: number;
  /** Its index in `lanes`. */
  readonly lane: number;
  /** Edits have a bucket of their own per chat. */
  readonly edit: boolean;
}

export type PaceVerdict =
  | { readonly go: true }
  /** `bot`: nothing of this lane or a lower one may go before. `chat`: only this chat waits. */
  | { readonly go: false; readonly waitMs: number; readonly scope: "bot" | "chat" };

export interface PaceView {
  /** What is allowed now over all chats, after what Telegram has taught us; undefined without a limit. */
  readonly perSecond: number | undefined;
  /** 1 when nothing has been learnt lately; lower after a 429 for the whole bot. */
  readonly factor: number;
  readonly blockedMs: number;
  readonly blockedChats: number;
}

/**
 * When what may leave. Keeps to the configured limits and learns from Telegram's "retry after": for the chat, and for the
 * whole bot when several chats or a call without a chat hear it. In memory and without side effects; one per sender.
 */
export interface Pacer {
  /** Asks without counting. */
  readonly ask: (departure: Departure) => PaceVerdict;
  /** Counts one that leaves now. */
  readonly take: (departure: Departure) => void;
  /** Counts one that left `agoMs` ago: what the sender before this one has sent. In the order of time. */
  readonly seed: (departure: Departure, agoMs: number) => void;
  /** Telegram wants a pause for this chat. @returns "bot" when it now holds for all. */
  readonly flood: (chatId: number, retryAfterMs: number) => "chat" | "bot";
  readonly floodBot: (retryAfterMs: number) => void;
  /** A pause that is known from before; for all chats without one. Teaches nothing new. */
  readonly block: (chatId: number | undefined, forMs: number) => void;
  readonly view: () => PaceView;
}

interface ChatPace {
  readonly rate: Rate | undefined;
  readonly sends: Meter | undefined;
  readonly edits: Meter | undefined;
  blockedUntilMs: number;
}

/** So many different chats within so short a time: the limit that was met is the bot's. */
const floodedChats = 3;
const floodWindowMs = 5000;
/** After a flood the pace halves and takes this long from there back to full. */
const recoveryMs = 60_000;
const leastFactor = 0.1;
/** Chats at rest are forgotten when this many have been looked at. */
const sweepEvery = 4096;

export function createPacer({ limits, clock }: { readonly limits: PaceLimits; readonly clock: Clock }): Pacer {
  const configured = globalRate(limits);
  const all = configured && newMeter(configured);
  const chats = new Map<number, ChatPace>();
  const throughput = secondCounter();
  let floods: { readonly chatId: number; readonly atMs: number; readonly untilMs: number }[] = [];
  let blockedUntilMs = Number.NEGATIVE_INFINITY;
  let slowed: { readonly factor: number; readonly sinceMs: number; readonly learned: Learned | undefined } | undefined;
  let taken = 0;

  const chatOf = (chatId: number): ChatPace => {
    const known = chats.get(chatId);
    if (known !== undefined) return known;
    const rate = chatRate(limits, chatId);
    const made = {
      rate,
      sends: rate && newMeter(rate),
      edits: rate && newMeter(rate),
      blockedUntilMs: Number.NEGATIVE_INFINITY,
    };
    chats.set(chatId, made);
    return made;
  };

  const factorAt = (nowMs: number): number => {
    if (slowed === undefined) return 1;
    const regained = Math.max(nowMs - slowed.sinceMs, 0) / recoveryMs;
    return Math.min(slowed.factor + regained * (1 - slowed.factor), 1);
  };

  /** The limit over all chats now: the configured one, or after a flood without one what had been too much then. */
  const botLimit = (nowMs: number): { readonly rate: Rate; readonly meter: Meter } | undefined => {
    const factor = factorAt(nowMs);
    if (factor === 1) slowed = undefined;
    const rate = configured ?? slowed?.learned?.rate;
    const meter = all ?? slowed?.learned?.meter;
    return rate === undefined || meter === undefined ? undefined : { rate: slower(rate, factor), meter };
  };

  const count = ({ chatId, edit }: Departure, nowMs: number): void => {
    const limit = botLimit(nowMs);
    if (limit !== undefined) meterTake(limit.meter, limit.rate, nowMs);
    const { rate, sends, edits } = chatOf(chatId);
    const meter = edit ? edits : sends;
    if (rate !== undefined && meter !== undefined) meterTake(meter, rate, nowMs);
  };

  const sweep = (nowMs: number): void => {
    for (const [chatId, { rate, sends, edits, blockedUntilMs: blocked }] of chats) {
      const idle = (meter: Meter | undefined): boolean =>
        rate === undefined || meter === undefined || meterIsIdle(meter, rate, nowMs);
      if (blocked <= nowMs && idle(sends) && idle(edits)) chats.delete(chatId);
    }
  };

  const floodBot = (retryAfterMs: number): void => {
    const nowMs = clock.monotonicMs();
    const first = nowMs >= blockedUntilMs;
    blockedUntilMs = Math.max(blockedUntilMs, nowMs + retryAfterMs);
    // What was in flight when the limit was met tells of the same flood again and must not slow down twice.
    const factor = first ? Math.max(factorAt(nowMs) / 2, leastFactor) : (slowed?.factor ?? 1);
    slowed = {
      factor,
      sinceMs: blockedUntilMs,
      learned: slowed?.learned ?? learn(configured, throughput.perSecond(nowMs)),
    };
  };

  return {
    ask: ({ chatId, lane, edit }) => {
      const nowMs = clock.monotonicMs();
      if (blockedUntilMs > nowMs) return { go: false, waitMs: blockedUntilMs - nowMs, scope: "bot" };
      const chat = chatOf(chatId);
      if (chat.blockedUntilMs > nowMs) return { go: false, waitMs: chat.blockedUntilMs - nowMs, scope: "chat" };
      const meter = edit ? chat.edits : chat.sends;
      if (chat.rate !== undefined && meter !== undefined) {
        const waitMs = meterWaitMs(meter, chat.rate, nowMs, reserved(chat.rate.burst, lane));
        if (waitMs > 0) return { go: false, waitMs, scope: "chat" };
      }
      const limit = botLimit(nowMs);
      if (limit === undefined) return { go: true };
      const waitMs = meterWaitMs(limit.meter, limit.rate, nowMs, reserved(limit.rate.burst, lane));
      return waitMs > 0 ? { go: false, waitMs, scope: "bot" } : { go: true };
    },
    take: (departure) => {
      const nowMs = clock.monotonicMs();
      count(departure, nowMs);
      throughput.add(nowMs);
      taken += 1;
      if (taken % sweepEvery === 0) sweep(nowMs);
    },
    seed: (departure, agoMs) => {
      count(departure, clock.monotonicMs() - agoMs);
    },
    flood: (chatId, retryAfterMs) => {
      const nowMs = clock.monotonicMs();
      const chat = chatOf(chatId);
      chat.blockedUntilMs = Math.max(chat.blockedUntilMs, nowMs + retryAfterMs);
      floods = floods.filter(({ atMs }) => atMs > nowMs - floodWindowMs);
      floods.push({ chatId, atMs: nowMs, untilMs: nowMs + retryAfterMs });
      if (new Set(floods.map((flood) => flood.chatId)).size < floodedChats) return "chat";
      floodBot(Math.max(...floods.map(({ untilMs }) => untilMs)) - nowMs);
      return "bot";
    },
    floodBot,
    block: (chatId, forMs) => {
      const untilMs = clock.monotonicMs() + forMs;
      if (chatId === undefined) blockedUntilMs = Math.max(blockedUntilMs, untilMs);
      else chatOf(chatId).blockedUntilMs = Math.max(chatOf(chatId).blockedUntilMs, untilMs);
    },
    view: () => {
      const nowMs = clock.monotonicMs();
      const limit = botLimit(nowMs);
      let blockedChats = 0;
      for (const chat of chats.values()) if (chat.blockedUntilMs > nowMs) blockedChats += 1;
      return {
        perSecond: limit && 1000 / limit.rate.intervalMs,
        factor: factorAt(nowMs),
        blockedMs: Math.max(blockedUntilMs - nowMs, 0),
        blockedChats,
      };
    },
  };
}

interface Learned {
  readonly rate: Rate;
  readonly meter: Meter;
}

/** Without a configured limit the pace that met a flood becomes one, until the pace is back. */
function learn(configured: Rate | undefined, perSecond: number): Learned | undefined {
  if (configured !== undefined) return undefined;
  const rate = globalRate({
    globalPerSecond: Math.max(perSecond, 1),
    chatPerSecond: 0,
    chatBurst: 0,
    groupPerMinute: 0,
  });
  return rate && { rate, meter: newMeter(rate) };
}

function slower({ intervalMs, burst, count }: Rate, factor: number): Rate {
  if (factor === 1) return { intervalMs, burst, count };
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
