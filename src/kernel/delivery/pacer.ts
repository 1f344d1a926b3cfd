import type { Clock } from "../lib/clock.ts";
import { type BotPassage, createBotPace } from "./bot-pace.ts";
import { type ChatPassage, createChatPaces } from "./chat-paces.ts";
import type { PaceLimits } from "./pace-limits.ts";

/** A message that could go out. */
export interface Departure {
  readonly chatId: number;
  /** Its index in `lanes`. */
  readonly lane: number;
  /** Edits have a bucket of their own per chat. */
  readonly edit: boolean;
  /** An album counts as many. */
  readonly messages: number;
}

/** What has left and was not answered yet. */
export interface OnItsWay {
  readonly messages: number;
  readonly bot: BotPassage | undefined;
  readonly chat: ChatPassage | undefined;
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
  /** How many could leave at once now, of all lanes; undefined without a limit. */
  readonly tokens: number | undefined;
  readonly blockedChats: number;
}

/**
 * When what may leave. Keeps to the configured limits and learns from Telegram's "retry after": for the chat, and for the
 * whole bot when several chats or a call without a chat hear it. In memory and without side effects; one per sender.
 */
export interface Pacer {
  /** Asks without counting. */
  readonly ask: (departure: Departure) => PaceVerdict;
  /** Keeps the place of one that is about to leave; `leave` or `takeBack` follows. */
  readonly promise: (departure: Departure) => void;
  /** It leaves now, so long after it was promised. `arrive` follows. */
  readonly leave: (departure: Departure, claimMs: number) => OnItsWay;
  /** It was answered, or given up; `isAccepted` unless Telegram refused it. */
  readonly arrive: (onItsWay: OnItsWay, isAccepted: boolean) => void;
  /** It did not leave. */
  readonly takeBack: (departure: Departure) => void;
  /** Counts one that left `agoMs` ago: what the sender before this one has sent. In the order of time. */
  readonly seed: (departure: Departure, agoMs: number) => void;
  /** Telegram wants a pause for this chat. @returns "bot" when it now holds for all. */
  readonly flood: (chatId: number, retryAfterMs: number) => "chat" | "bot";
  readonly floodBot: (retryAfterMs: number) => void;
  /** A pause that is known from before; for all chats without one. Teaches nothing new. */
  readonly block: (chatId: number | undefined, forMs: number) => void;
  /** How long nothing may go to the chat because Telegram said so; 0 when it may. */
  readonly pauseMs: (chatId: number) => number;
  readonly view: () => PaceView;
}

/** So many different chats within so short a time: the limit that was met is the bot's. */
const floodedChats = 3;
const floodWindowMs = 5000;

const go: PaceVerdict = { go: true };

export function createPacer({ limits, clock }: { readonly limits: PaceLimits; readonly clock: Clock }): Pacer {
  const bot = createBotPace(limits);
  const chats = createChatPaces(limits);
  let floods: { readonly chatId: number; readonly atMs: number; readonly untilMs: number }[] = [];

  return {
    ask: (departure) => {
      const nowMs = clock.monotonicMs();
      const chatWaitMs = chats.waitMs(departure, nowMs);
      if (chatWaitMs > 0) return { go: false, waitMs: chatWaitMs, scope: "chat" };
      const waitMs = bot.waitMs(departure, nowMs);
      return waitMs > 0 ? { go: false, waitMs, scope: "bot" } : go;
    },
    promise: (departure) => {
      const nowMs = clock.monotonicMs();
      bot.promise(departure.messages, nowMs);
      chats.promise(departure, nowMs);
    },
    leave: (departure, claimMs) => {
      const nowMs = clock.monotonicMs();
      const { messages } = departure;
      return { messages, bot: bot.leave(messages, nowMs, claimMs), chat: chats.leave(departure, nowMs) };
    },
    arrive: ({ messages, bot: passage, chat }, isAccepted) => {
      const nowMs = clock.monotonicMs();
      if (isAccepted) bot.accepted(messages, nowMs);
      if (passage !== undefined) bot.arrive(passage, nowMs);
      if (chat !== undefined) chats.arrive(chat, nowMs);
    },
    takeBack: (departure) => {
      bot.takeBack(departure.messages);
      chats.takeBack(departure);
    },
    seed: (departure, agoMs) => {
      const atMs = clock.monotonicMs() - agoMs;
      bot.seed(departure.messages, atMs);
      chats.promise(departure, atMs);
      const passage = chats.leave(departure, atMs);
      if (passage !== undefined) chats.arrive(passage, atMs);
    },
    flood: (chatId, retryAfterMs) => {
      const nowMs = clock.monotonicMs();
      chats.block(chatId, nowMs + retryAfterMs);
      floods = floods.filter(({ atMs }) => atMs > nowMs - floodWindowMs);
      floods.push({ chatId, atMs: nowMs, untilMs: nowMs + retryAfterMs });
      if (new Set(floods.map((flood) => flood.chatId)).size < floodedChats) return "chat";
      bot.flood(Math.max(...floods.map(({ untilMs }) => untilMs)), nowMs);
      return "bot";
    },
    floodBot: (retryAfterMs) => {
      const nowMs = clock.monotonicMs();
      bot.flood(nowMs + retryAfterMs, nowMs);
    },
    block: (chatId, forMs) => {
      const untilMs = clock.monotonicMs() + forMs;
      if (chatId === undefined) bot.block(untilMs);
      else chats.block(chatId, untilMs);
    },
    pauseMs: (chatId) => {
      const nowMs = clock.monotonicMs();
      return Math.max(bot.view(nowMs).blockedMs, chats.pauseMs(chatId, nowMs));
    },
    view: () => {
      const nowMs = clock.monotonicMs();
      return { ...bot.view(nowMs), blockedChats: chats.blocked(nowMs) };
    },
  };
}
