import type { Message } from "@grammyjs/types";

import { isOnlyEmoji } from "./entities.ts";

/** What a message mainly is. `service` is a line in the middle of the chat; `other` has only a one-line description. */
export type ContentKind =
  | "text"
  | "photo"
  | "video"
  | "animation"
  | "document"
  | "audio"
  | "voice"
  | "sticker"
  | "invoice"
  | "other"
  | "service";

/** Order matters: an animation also carries `document`, a venue also carries `location`. */
const kinds = ["text", "animation", "photo", "video", "audio", "voice", "sticker", "invoice", "document"] as const;

const otherKinds = [
  "rich_message",
  "paid_media",
  "live_photo",
  "video_note",
  "story",
  "contact",
  "dice",
  "game",
  "poll",
  "venue",
  "location",
  "checklist",
] as const satisfies readonly (keyof Message)[];

export type OtherKind = (typeof otherKinds)[number];

export function contentKind(message: Message): ContentKind {
  for (const kind of kinds) if (message[kind] !== undefined) return kind;
  return otherKind(message) === undefined ? "service" : "other";
}

export function otherKind(message: Message): OtherKind | undefined {
  return otherKinds.find((kind) => message[kind] !== undefined);
}

/** The text a person reads: the message's own, or the caption under its media. */
export function textOf(message: Message): string {
  return message.text ?? message.caption ?? "";
}

/** The message of an album whose caption speaks for all of it: the first that has one. */
export function captioned(messages: readonly [Message, ...Message[]]): Message {
  return messages.find((message) => textOf(message) !== "") ?? messages[0];
}

/** The file shown for a photo: the largest of its sizes. */
export function largestPhoto(message: Message): NonNullable<Message["photo"]>[number] | undefined {
  return message.photo?.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
}

/** Path of a file's bytes; ids come from the bot's side, so they are escaped. */
export function fileUrl(fileId: string): string {
  return `/sandbox/api/files/${encodeURIComponent(fileId)}`;
}

/** Drawn without a bubble around it: stickers and a few large emoji. */
export function isBare(message: Message): boolean {
  return message.sticker !== undefined || (message.text !== undefined && isOnlyEmoji(message.text));
}

/** Nothing but a picture or video: its time is drawn over it. */
export function isPictureOnly(message: Message): boolean {
  const kind = contentKind(message);
  return (kind === "photo" || kind === "video" || kind === "animation") && textOf(message) === "";
}
