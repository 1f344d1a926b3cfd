import type {
  BotCommand,
  BotCommandScope,
  ChatPermissions,
  ForceReply,
  MenuButton,
  Message,
  ReplyKeyboardMarkup,
} from "@grammyjs/types";

import type { Clock } from "#kernel/lib/clock.ts";
import type { Ids } from "#kernel/lib/ids.ts";

import type { UpdateQueue } from "../updates/update-queue.ts";
import { makeBus } from "./bus.ts";
import type { Bus } from "./bus.ts";
import { makeFileStore } from "./file-store.ts";
import type { FileStore } from "./file-store.ts";
import { makeInlineDesk } from "./inline.ts";
import type { InlineDesk } from "./inline.ts";
import { makeStarsBank } from "./stars-bank.ts";
import type { StarsBank } from "./stars-bank.ts";

/** The bot as BotFather knows it, and what it has told Telegram about itself. It outlives a reset of the world. */
export interface BotProfile {
  readonly id: number;
  readonly username: string;
  firstName: string;
  /** Privacy mode off: the bot sees every message of its groups. */
  canReadAllGroupMessages: boolean;
  /** What `/setinline` at BotFather decides. */
  supportsInlineQueries: boolean;
  /** Texts by language code; the empty code is the default. */
  readonly names: Map<string, string>;
  readonly descriptions: Map<string, string>;
  readonly shortDescriptions: Map<string, string>;
  readonly commandLists: Map<string, CommandList>;
  /** By private chat; 0 is the default. */
  readonly menuButtons: Map<number, MenuButton>;
}

export interface CommandList {
  readonly scope: BotCommandScope;
  readonly languageCode: string;
  readonly commands: readonly BotCommand[];
}

export interface PersonRecord {
  readonly id: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly languageCode: string;
  readonly about: string;
  readonly isPremium: boolean;
  stars: number;
  /** Pressed Start: the bot may write. */
  hasStarted: boolean;
  hasBlockedBot: boolean;
  isDeactivated: boolean;
}

export interface TopicRecord {
  readonly threadId: number;
  name: string;
  readonly iconColor: number;
  isClosed: boolean;
}

/** How the bot or a person stands in a group. */
export type Standing = "creator" | "administrator" | "member" | "left" | "kicked";

export interface StoredMessage {
  message: Message;
  readonly isByBot: boolean;
  /** The invoice's terms, which only Telegram knows. */
  readonly invoice?: InvoiceTerms;
}

/** What a payment for this invoice costs and tells the bot. */
export interface InvoiceTerms {
  readonly title: string;
  readonly description: string;
  readonly payload: string;
  readonly currency: string;
  readonly amount: number;
  readonly startParameter: string;
  /** Seconds; for subscriptions. */
  readonly subscriptionPeriod?: number;
}

/** The keyboard under the text field, which belongs to a person in a chat, not to a message. */
export interface ShownKeyboard {
  readonly messageId: number;
  readonly markup: ReplyKeyboardMarkup | ForceReply;
}

export interface ChatRecord {
  readonly id: number;
  readonly type: "private" | "group" | "supergroup" | "channel";
  title: string;
  readonly username?: string;
  isForum: boolean;
  description: string;
  permissions: ChatPermissions;
  readonly members: Map<number, Standing>;
  botStanding: Standing;
  migratedTo?: number;
  readonly topics: Map<number, TopicRecord>;
  readonly messages: Map<number, StoredMessage>;
  /** Newest last. */
  pinnedIds: number[];
  /** For supergroups, which count their own messages. */
  nextMessageId: number;
  readonly instance: string;
  readonly keyboards: Map<number, ShownKeyboard>;
}

/** Everything there is: people, chats, files, money. Functions beside this file change it; nothing else does. */
export interface World {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bot: BotProfile;
  readonly people: Map<number, PersonRecord>;
  readonly chats: Map<number, ChatRecord>;
  readonly files: FileStore;
  readonly bank: StarsBank;
  readonly callbacks: Map<string, OpenCallback>;
  readonly inline: InlineDesk;
  readonly updates: UpdateQueue;
  readonly bus: Bus;
  readonly counters: Counters;
}

export interface OpenCallback {
  readonly personId: number;
  readonly expiresAt: number;
}

export interface Counters {
  /** Messages of private chats and basic groups share one count per bot, as in Telegram. */
  messageId: number;
  personId: number;
  chatId: number;
}

export interface WorldOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly botId: number;
  readonly updates: UpdateQueue;
}

export const botUsername = "telecast_sandbox_bot";

/** An empty world: only the bot. */
export function makeWorld({ clock, ids, botId, updates }: WorldOptions): World {
  return {
    clock,
    ids,
    bot: {
      id: botId,
      username: botUsername,
      firstName: "Telecast",
      canReadAllGroupMessages: false,
      supportsInlineQueries: true,
      names: new Map(),
      descriptions: new Map(),
      shortDescriptions: new Map(),
      commandLists: new Map(),
      menuButtons: new Map(),
    },
    people: new Map(),
    chats: new Map(),
    files: makeFileStore(ids),
    bank: makeStarsBank(),
    callbacks: new Map(),
    inline: makeInlineDesk(),
    updates,
    bus: makeBus(),
    counters: { messageId: firstMessageId(clock), personId: 5_000_000_000, chatId: 4_000_000_000 },
  };
}

/**
 * Grows with time, so that after a restart, which forgets everything, the bot's old cards do not point at new messages:
 * one per ten seconds since 2026 stays far below 2^31.
 */
function firstMessageId(clock: Clock): number {
  const secondsSince2026 = clock.now().getTime() / 1000 - Date.UTC(2026, 0, 1) / 1000;
  return Math.max(1, Math.floor(secondsSince2026 / 10));
}

/** Unix time, as the Bot API writes dates. */
export function unixTime(world: { readonly clock: Clock }): number {
  return Math.floor(world.clock.now().getTime() / 1000);
}
