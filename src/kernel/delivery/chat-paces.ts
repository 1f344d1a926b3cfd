import { type Meter, meterIsIdle, meterTake, meterWaitMs, newMeter } from "./meter.ts";
import { chatRate, type PaceLimits, type Rate, reserved } from "./pace-limits.ts";

/** What each chat takes. Chats at rest are forgotten. */
export interface ChatPaces {
  readonly waitMs: (
    of: { readonly chatId: number; readonly lane: number; readonly edit: boolean },
    nowMs: number,
  ) => number;
  readonly take: (of: { readonly chatId: number; readonly edit: boolean }, nowMs: number) => void;
  readonly block: (chatId: number, untilMs: number) => void;
  readonly blocked: (nowMs: number) => number;
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

  return {
    waitMs: ({ chatId, lane, edit }, nowMs) => {
      const chat = chats.get(chatId);
      if (chat === undefined) return 0;
      const { rate, blockedUntilMs } = chat;
      const meter = edit ? chat.edits : chat.sends;
      const pacedMs =
        rate === undefined || meter === undefined ? 0 : meterWaitMs(meter, rate, nowMs, reserved(rate.burst, lane));
      return Math.max(pacedMs, blockedUntilMs - nowMs);
    },
    take: ({ chatId, edit }, nowMs) => {
      taken += 1;
      if (taken % sweepEvery === 0) {
        for (const [id, chat] of chats) if (isAtRest(chat, nowMs)) chats.delete(id);
      }
      if (chatRate(limits, chatId) === undefined) return;
      const { rate, sends, edits } = paceOf(chatId);
      const meter = edit ? edits : sends;
      if (rate !== undefined && meter !== undefined) meterTake(meter, rate, nowMs);
    },
    block: (chatId, untilMs) => {
      const chat = paceOf(chatId);
      chat.blockedUntilMs = Math.max(chat.blockedUntilMs, untilMs);
    },
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
