import type { Message } from "@grammyjs/types";

import { contentKind } from "./content.ts";

/** One row of the chat as it is drawn. Keys stay the same while messages are edited or added below. */
export type TimelineItem =
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "unread"; readonly key: string }
  | { readonly kind: "service"; readonly key: string; readonly message: Message }
  | {
      readonly kind: "bubble";
      readonly key: string;
      /** One message, or the pictures of one album. */
      readonly messages: readonly [Message, ...Message[]];
      readonly own: boolean;
      /** First of its sender's run: shows the name in groups. */
      readonly first: boolean;
      /** Last of its sender's run: has the tail, and the avatar in groups. */
      readonly last: boolean;
    };

type Bubble = Extract<TimelineItem, { kind: "bubble" }>;

export interface TimelineView {
  readonly meId: number;
  /** Messages above this id were there when the chat was opened but had not been read; 0 or absent draws no line. */
  readonly unreadAfter?: number | undefined;
  /** The calendar day of a Unix time (seconds) where the reader is; equal strings are the same day. */
  readonly dayOf: (unixSeconds: number) => string;
}

/** A longer silence starts a new run even if the sender is the same. */
const runGapSeconds = 600;

/** Arranges messages, oldest first, into days, runs of one sender, and albums. */
export function layTimeline(messages: readonly Message[], view: TimelineView): readonly TimelineItem[] {
  const items: TimelineItem[] = [];
  let day: string | undefined;
  let marked = view.unreadAfter === undefined || view.unreadAfter === 0;
  for (const message of messages) {
    const today = view.dayOf(message.date);
    if (today !== day) items.push({ kind: "day", key: `d${today}`, at: message.date });
    day = today;
    if (!marked && message.message_id > (view.unreadAfter ?? 0)) {
      marked = true;
      items.push({ kind: "unread", key: "unread" });
    }
    place(items, message, view.meId);
  }
  return items;
}

function place(items: TimelineItem[], message: Message, meId: number): void {
  const key = `m${message.message_id}`;
  if (contentKind(message) === "service") {
    items.push({ kind: "service", key, message });
    return;
  }
  const before = items.at(-1);
  const own = message.from?.id === meId;
  if (before?.kind !== "bubble" || !sameRun(before, message)) {
    items.push({ kind: "bubble", key, messages: [message], own, first: true, last: true });
  } else if (sameAlbum(before, message)) {
    items[items.length - 1] = { ...before, messages: [...before.messages, message] };
  } else {
    items[items.length - 1] = { ...before, last: false };
    items.push({ kind: "bubble", key, messages: [message], own, first: false, last: true });
  }
}

function sameRun(bubble: Bubble, message: Message): boolean {
  const previous = bubble.messages.at(-1) ?? bubble.messages[0];
  return previous.from?.id === message.from?.id && message.date - previous.date <= runGapSeconds;
}

function sameAlbum(bubble: Bubble, message: Message): boolean {
  return message.media_group_id !== undefined && bubble.messages[0].media_group_id === message.media_group_id;
}
