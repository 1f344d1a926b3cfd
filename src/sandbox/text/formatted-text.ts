import type { MessageEntity } from "@grammyjs/types";

/** A text and its entities; offsets and lengths count UTF-16 units, as JavaScript strings do. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

/** Markup that cannot be read; the message is Telegram's, without its `can't parse entities: `. */
export class MarkupError extends Error {
  override readonly name = "MarkupError";
}

/** Telegram tells places in a text by UTF-8 bytes. */
export function byteOffset(text: string, at: number): number {
  return Buffer.byteLength(text.slice(0, at));
}

/** What a link in a markup becomes: a mention of a user, a link, or nothing when no client could open it. */
export function linkEntity(url: string, offset: number, length: number): MessageEntity | undefined {
  const userId = /^tg:\/\/user\?id=(\d{1,16})$/.exec(url)?.[1];
  if (userId !== undefined) {
    return { type: "text_mention", offset, length, user: { id: Number(userId), is_bot: false, first_name: "" } };
  }
  const checked = checkedLink(url);
  return checked === undefined ? undefined : { type: "text_link", offset, length, url: checked };
}

function checkedLink(given: string): string | undefined {
  const text = /^[a-z][a-z0-9+.-]*:/i.test(given) && !/^[^/]*:\d/.test(given) ? given : `http://${given}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!["http:", "https:", "tg:", "tonsite:", "mailto:", "tel:"].includes(url.protocol)) return undefined;
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  if (isWeb && !url.hostname.includes(".") && url.hostname !== "localhost" && !url.hostname.startsWith("["))
    return undefined;
  return url.href;
}

/** A time that each person sees in his own zone, as `tg-time` and `tg://time` write it. @throws MarkupError */
export function timeEntity(unix: string, format: string, span: { offset: number; length: number }): MessageEntity {
  if (!/^\d{1,10}$/.test(unix)) throw new MarkupError("Invalid date-time value specified");
  if (!/^(?:r|w?[dD]?[tT]?)$/.test(format)) throw new MarkupError("Invalid date-time format specified");
  return { type: "date_time", ...span, unix_time: Number(unix), date_time_format: format as "r" };
}
