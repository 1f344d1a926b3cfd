import type { RawBuilder } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import type { Content } from "../telegram/index.ts";
import type { Batches } from "./batches.ts";

/** Who goes first. A lower lane never delays a higher one by more than what is already on the wire. */
export const lanes = ["payment", "reply", "alert", "signal", "report", "bulk"] as const;
export type Lane = (typeof lanes)[number];

export const deliveryStates = [
  "queued",
  "sending",
  "sent",
  "held",
  "expired",
  "suppressed",
  "failed",
  "unknown",
] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** What a person wants of a topic in a chat outside his quiet hours is on or off; inside them one of these. */
export type QuietMode = "deliver" | "silent" | "hold" | "drop";

/** A kind of notification a person can mute. Features declare theirs; the kernel has `reply`, `payment`, `announcement`, `system_error`, `refund`, `test`. */
export interface NotificationType {
  /** `<owner>.<noun-event>`, such as `studio.video_ready`; the kernel's own have no prefix. */
  readonly topic: string;
  readonly lane: Lane;
  /** Text key of the name in settings. */
  readonly label: string;
  /** False: always delivered (replies, payments). */
  readonly optOut: boolean;
  readonly duringQuietHours: QuietMode;
  /** Only operators and admins hear of it, and so only they are asked whether they want to. */
  readonly forOperators?: boolean;
}

export interface Message {
  readonly chatId: number;
  readonly topic: string;
  readonly content: Content;
  /** The topic's lane unless a critical one lifts it. */
  readonly lane?: Lane;
  /** A second message with the same key is not made, for as long as the first is remembered (30 days at least). */
  readonly dedupeKey?: string;
  readonly notBefore?: Date;
  readonly expiresAt?: Date;
  readonly silent?: boolean;
  /** The topic of a forum. */
  readonly threadId?: number;
  readonly replyToMessageId?: number;
  /** Passes quiet hours and preferences. */
  readonly critical?: boolean;
  /** Told the outcome in the transaction that records it. */
  readonly settle?: { readonly handler: string; readonly reference: string };
}

/** What a settlement handler is told, exactly once per delivery, when it has reached an end. */
export interface Settlement {
  readonly deliveryId: number;
  readonly reference: string;
  readonly state: Exclude<DeliveryState, "queued" | "sending" | "held">;
  readonly chatId: number;
  readonly messageId: number | undefined;
  /** Of the media that was sent. */
  readonly telegramFileId: string | undefined;
  readonly error: string | undefined;
}

/** Runs in the recording transaction: what it changes commits with the record, so it must be quick and only touch the database. */
export interface SettlementHandler {
  readonly name: string;
  readonly run: (tx: Tx, settlement: Settlement) => Promise<void>;
}

/** One live message per thing and chat, edited in place as the thing changes. */
export interface Card {
  /** What it shows: `studio.job:0192…`. */
  readonly key: string;
  readonly chatId: number;
  readonly topic: string;
  readonly content: Content;
  readonly lane?: Lane;
  readonly threadId?: number;
  readonly silent?: boolean;
  /** The message it answers, when the card is first sent. Sent without it if that message is gone. */
  readonly replyToMessageId?: number;
  /** As a new message at the bottom of the chat, with a sound; the one before stays there without its buttons. */
  readonly anew?: boolean;
  /** A message of the bot that becomes the card when it has none yet, such as one whose button was pressed. */
  readonly takesOver?: number | undefined;
  /** What the card said before is erased here, as it may hold what must not be kept. */
  readonly forgetful?: boolean;
}

/** The message of a button that was pressed, to be edited. */
export interface Edit {
  readonly chatId: number;
  readonly messageId: number;
  readonly topic: string;
  readonly content: Content;
}

export interface Delivery {
  /** @returns the delivery's id, or undefined when the dedupe key had been used. */
  readonly enqueue: (tx: Tx, message: Message) => Promise<number | undefined>;
  /**
   * Queues one message for many chats in one statement, applying preferences, suspension and quiet hours in SQL.
   * @param recipients a query with the columns `chat_id bigint` and, optionally used for the dedupe key per chat, nothing else.
   * @returns the batch and for how many chats it was queued: not those it was refused for (muted, suspended) and not duplicates.
   */
  readonly fanOut: (
    tx: Tx,
    recipients: RawBuilder<unknown>,
    message: Omit<Message, "chatId" | "settle" | "replyToMessageId">,
  ) => Promise<{ readonly batchId: number; readonly count: number }>;
  /** The deliveries of one `fanOut`, in order of their ids. */
  readonly batch: (
    db: Db,
    batchId: number,
    limit: number,
  ) => Promise<readonly { readonly id: number; readonly chatId: number }[]>;
  readonly batches: Batches;
  /** Makes the card or changes it: the newest content wins, unsent older ones are dropped. */
  readonly putCard: (tx: Tx, card: Card) => Promise<void>;
  readonly edit: (tx: Tx, edit: Edit) => Promise<void>;
  readonly find: (db: Db, id: number) => Promise<DeliveryRecord | undefined>;
  readonly list: (
    db: Db,
    filter: DeliveryFilter,
  ) => Promise<{ readonly deliveries: readonly DeliveryRecord[]; readonly nextCursor: string | undefined }>;
  /** By an operator: sends a delivery again that is `failed` or `unknown`. */
  readonly retry: (tx: Tx, id: number) => Promise<RetryResult>;
  readonly preferences: Preferences;
}

export type RetryResult =
  | { readonly ok: true }
  /** `superseded`: a newer state of the card is on its way, or what was said is no longer kept. */
  | { readonly ok: false; readonly reason: "not_found" | "not_retryable" | "superseded" };

export interface DeliveryRecord {
  readonly id: number;
  readonly chatId: number;
  readonly topic: string;
  readonly lane: Lane;
  readonly state: DeliveryState;
  readonly dedupeKey: string | undefined;
  readonly attempts: number;
  readonly messageId: number | undefined;
  readonly error: string | undefined;
  readonly createdAt: Date;
  readonly notBefore: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly timeline: readonly TimelineEntry[];
}

export interface TimelineEntry {
  readonly at: Date;
  /** `queued`, `held`, `sending`, `retried`, `sent`, … */
  readonly event: string;
  /** One sentence a person can read. */
  readonly detail: string;
}

export interface DeliveryFilter {
  readonly chatId?: number;
  readonly topic?: string;
  readonly state?: DeliveryState;
  readonly cursor?: string;
  readonly limit: number;
}

export interface Preferences {
  readonly topics: (db: Db, chatId: number) => Promise<readonly TopicPreference[]>;
  readonly setTopic: (
    tx: Tx,
    chatId: number,
    change: { readonly topic: string; readonly enabled?: boolean; readonly quietMode?: QuietMode },
  ) => Promise<void>;
  readonly quietHours: (db: Db, chatId: number) => Promise<QuietHours | undefined>;
  /** `undefined` turns them off. In the person's (or chat's) own time zone. */
  readonly setQuietHours: (tx: Tx, chatId: number, hours: QuietHours | undefined) => Promise<void>;
}

export interface TopicPreference {
  readonly topic: string;
  readonly label: string;
  readonly forOperators: boolean;
  readonly enabled: boolean;
  readonly quietMode: QuietMode;
}

/** Minutes after midnight; `from` > `to` spans midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
}
