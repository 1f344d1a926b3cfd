import type { Tx } from "../db/index.ts";
import type { Content } from "./content.ts";

/** What the router needs of the delivery engine, which stands above this module. */
export interface Outgoing {
  readonly enqueue: (tx: Tx, message: OutgoingMessage) => Promise<unknown>;
  readonly edit: (tx: Tx, edit: OutgoingEdit) => Promise<void>;
}

export interface OutgoingMessage {
  readonly chatId: number;
  readonly topic: string;
  readonly content: Content;
  readonly silent?: boolean;
  readonly dedupeKey?: string;
  readonly threadId?: number;
  readonly replyToMessageId?: number;
}

export interface OutgoingEdit {
  readonly chatId: number;
  readonly messageId: number;
  readonly topic: string;
  readonly content: Content;
}

/** Answers to people: their own lane, never muted. */
export const replyTopic = "reply";
