import {
  type Meter,
  meterArrive,
  meterIsIdle,
  meterLeave,
  meterPromise,
  meterTakeBack,
  meterWaitMs,
  newMeter,
  type Passage,
} from "./meter.ts";
import { chatRate, type PaceLimits, type Rate, reserved } from "./pace-limits.ts";
import type { Departure } from "./pacer.ts";

/** What each chat takes. Chats at rest are forgotten. */
export interface ChatPaces {
  readonly waitMs: (departure: Departure, nowMs: number) => number;
  readonly promise: (departure: Departure, nowMs: number) => void;
  /** @returns what `arrive` wants; undefined where nothing is counted. */
  readonly leave: (departure: Departure, nowMs: number) => ChatPassage | undefined;
  readonly arrive: (passage: ChatPassage, nowMs: number) => void;
  readonly takeBack: (departure: Departure) => void;
  readonly block: (chatId: number, untilMs: number) => void;
  readonly pauseMs: (chatId: number, nowMs: number) => number;
  readonly blocked: (nowMs: number) => number;
}

export interface ChatPassage {
  readonly meter: Meter;
  readonly passage: Passage;
}

interface ChatPace {
  readonly rate: Rate | undefined;
  readonly sends: Meter | undefined;
  readonly edits: Meter | undefined;
  blockedUntilMs: number;
}

/** So many are taken between two looks for chats at rest. */
const sweepEvery = 4096;

export function createChatPaces(limits: PaceLimits): ChatPaces {
  const chats = new Map<number, ChatPace>();
  let taken = 0;

  const paceOf = (chatId: number): ChatPace => {
    const known = chats.get(chatId);
    if (known !== undefined) return known;
    const rate = chatRate(limits, chatId);
    const made: ChatPace = {
      rate,
      sends: rate && newMeter(rate),
      edits: rate && newMeter(rate),
      blockedUntilMs: Number.NEGATIVE_INFINITY,
    };
    chats.set(chatId, made);
    return made;
  };

  const meterOf = ({ chatId, edit }: Departure): Meter | undefined => {
    const chat = chats.get(chatId);
    return edit ? chat?.edits : chat?.sends;
  };

  return {
    waitMs: ({ chatId, lane, edit, messages }, nowMs) => {
      const chat = chats.get(chatId);
      if (chat === undefined) return 0;
      const { rate, blockedUntilMs } = chat;
      const meter = edit ? chat.edits : chat.sends;
      const pacedMs =
        rate === undefined || meter === undefined
          ? 0
          : meterWaitMs(meter, rate, nowMs, { spare: reserved(rate.burst, lane), wanted: messages });
      return Math.max(pacedMs, blockedUntilMs - nowMs);
    },
    promise: (departure, nowMs) => {
      taken += 1;
      if (taken % sweepEvery === 0) {
        for (const [id, chat] of chats) if (isAtRest(chat, nowMs)) chats.delete(id);
      }
      if (chatRate(limits, departure.chatId) === undefined) return;
      const { rate } = paceOf(departure.chatId);
      const meter = meterOf(departure);
      if (rate !== undefined && meter !== undefined) meterPromise(meter, rate, nowMs, departure.messages);
    },
    leave: (departure, nowMs) => {
      const meter = meterOf(departure);
      return meter && { meter, passage: meterLeave(meter, nowMs, departure.messages) };
    },
    arrive: ({ meter, passage }, nowMs) => {
      meterArrive(meter, passage, nowMs);
    },
    takeBack: (departure) => {
      const meter = meterOf(departure);
      if (meter !== undefined) meterTakeBack(meter, departure.messages);
    },
    block: (chatId, untilMs) => {
      const chat = paceOf(chatId);
      chat.blockedUntilMs = Math.max(chat.blockedUntilMs, untilMs);
    },
    pauseMs: (chatId, nowMs) => Math.max((chats.get(chatId)?.blockedUntilMs ?? 0) - nowMs, 0),
    blocked: (nowMs) => {
      let count = 0;
      for (const { blockedUntilMs } of chats.values()) if (blockedUntilMs > nowMs) count += 1;
      return count;
    },
  };
}

function isAtRest({ rate, sends, edits, blockedUntilMs }: ChatPace, nowMs: number): boolean {
  if (blockedUntilMs > nowMs) return false;
  if (rate === undefined || sends === undefined || edits === undefined) return true;
  return meterIsIdle(sends, rate, nowMs) && meterIsIdle(edits, rate, nowMs);
}
