import type { InlineKeyboardButton } from "grammy/types";

import type { Html } from "../lib/html.ts";
import { callbackData, parseCallbackData } from "./callback-data.ts";
import type { AlbumContent, Button, Content, InvoiceContent, Keyboard, MediaContent, MediaRef } from "./content.ts";
import { longestCaption, longestText, shortenHtml, splitHtml } from "./split-html.ts";

export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** A Bot API call that lacks only where it goes (`chat_id`, `message_thread_id`, …) and the files of its `media`. */
export interface RenderedCall {
  readonly method: SendMethod | EditMethod;
  readonly payload: JsonObject;
  readonly media: readonly MediaSlot[];
}

export type SendMethod =
  | "sendMessage"
  | "sendPhoto"
  | "sendVideo"
  | "sendAnimation"
  | "sendDocument"
  | "sendMediaGroup"
  | "sendInvoice";
export type EditMethod = "editMessageText" | "editMessageCaption" | "editMessageMedia";

/** A place in a payload where a stored file belongs. */
export interface MediaSlot {
  readonly path: readonly (string | number)[];
  readonly mediaId: string;
  /** A thumbnail is only ever uploaded, with its file; Telegram keeps it, so it is left out when the file goes by `file_id`. */
  readonly role: "file" | "thumbnail";
}

export interface RenderOptions {
  /** Characters to leave free in the first text, for a mark that is put before it later. */
  readonly reserve?: number;
}

/**
 * The calls that send the content, in order: more than one when a text or caption is too long for one message (the
 * keyboard is then on the last). Recipients of a broadcast share them.
 * @throws RangeError for content that Telegram can never accept, which is a mistake of the caller.
 */
export function renderContent(content: Content, { reserve = 0 }: RenderOptions = {}): readonly RenderedCall[] {
  if (content.kind === "text") return texts(splitHtml(content.html, longestText, longestText - reserve), content);
  if (content.kind === "album") return renderAlbum(content, reserve);
  if (content.kind === "invoice") return [renderInvoice(content)];
  return renderMedia(content, reserve);
}

/**
 * The call that makes a sent message show the content instead. One message stays one message: what is too long ends in
 * an ellipsis. A text message can become one with media, not the other way round, so a text for a message with media
 * becomes its caption.
 * @param shown what the message shows now.
 */
export function renderEdit(content: Content, shown: "text" | "media"): RenderedCall {
  if (content.kind === "album" || content.kind === "invoice")
    throw new RangeError(`no message becomes an ${content.kind}`);
  if (content.keyboard !== undefined && "forceReply" in content.keyboard) {
    throw new RangeError("an edited message cannot ask for a reply");
  }
  const markup = replyMarkup(content.keyboard);
  if (content.kind !== "text") {
    const caption = content.caption === undefined ? undefined : shortenHtml(content.caption, longestCaption);
    const { item, media } = inputMedia({ ...content, caption }, ["media"]);
    return { method: "editMessageMedia", payload: { media: item, ...markup }, media };
  }
  if (shown === "media") {
    const caption = shortenHtml(content.html, longestCaption).markup;
    return { method: "editMessageCaption", payload: { caption, parse_mode: "HTML", ...markup }, media: [] };
  }
  const text = shortenHtml(content.html, longestText);
  return { method: "editMessageText", payload: { ...textFields(text, content.preview), ...markup }, media: [] };
}

/** The payload with its files in place. `resolve` gives a `file_id` or `attach://<name>`, undefined leaves the field out. */
export function fillMedia(call: RenderedCall, resolve: (slot: MediaSlot) => string | undefined): JsonObject {
  let filled = call.payload;
  for (const slot of call.media) filled = withValue(filled, slot.path, resolve(slot)) as JsonObject;
  return filled;
}

function withValue(target: Json, path: readonly (string | number)[], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(target))
    return target.map((item: Json, index) => (index === key ? withValue(item, rest, value) : item));
  const object = (target ?? {}) as JsonObject;
  return { ...object, [key]: withValue(object[key], rest, value) };
}

interface TextOptions {
  readonly keyboard?: Keyboard | undefined;
  readonly preview?: boolean | undefined;
}

function texts(parts: readonly Html[], { keyboard, preview }: TextOptions): readonly RenderedCall[] {
  return parts.map((part, index) => {
    const markup = index === parts.length - 1 ? replyMarkup(keyboard) : {};
    return { method: "sendMessage", payload: { ...textFields(part, preview), ...markup }, media: [] };
  });
}

function textFields(text: Html, preview = false): JsonObject {
  return { text: text.markup, parse_mode: "HTML", ...(!preview && { link_preview_options: { is_disabled: true } }) };
}

const sendMethods = {
  photo: "sendPhoto",
  video: "sendVideo",
  animation: "sendAnimation",
  document: "sendDocument",
} as const;

function renderMedia(content: MediaContent, reserve: number): readonly RenderedCall[] {
  const [caption, ...rest] = captionParts(content.caption, reserve);
  const file = mediaField(content.media, [content.kind], "file");
  const thumbnail = content.thumbnail && mediaField(content.thumbnail, ["thumbnail"], "thumbnail");
  const payload = {
    [content.kind]: file.value,
    ...(thumbnail && { thumbnail: thumbnail.value }),
    ...captionFields(caption),
    ...shapeFields(content),
    ...(rest.length === 0 && replyMarkup(content.keyboard)),
  };
  const media = [...file.slots, ...(thumbnail?.slots ?? [])];
  return [{ method: sendMethods[content.kind], payload, media }, ...texts(rest, { keyboard: content.keyboard })];
}

function renderAlbum({ items }: AlbumContent, reserve: number): readonly RenderedCall[] {
  if (items.length < 2 || items.length > 10) throw new RangeError(`an album of ${items.length}: 2 to 10`);
  const kinds = new Set(items.map(({ kind }) => kind));
  if (kinds.has("animation")) throw new RangeError("an animation cannot be in an album");
  if (kinds.has("document") && kinds.size > 1) throw new RangeError("documents cannot be in an album with others");
  const captions = items.map(({ caption }, index) => captionParts(caption, index === 0 ? reserve : 0));
  const rendered = items.map((item, index) => inputMedia({ ...item, caption: captions[index]?.[0] }, ["media", index]));
  return [
    {
      method: "sendMediaGroup",
      payload: { media: rendered.map(({ item }) => item) },
      media: rendered.flatMap(({ media }) => media),
    },
    ...texts(
      captions.flatMap(([, ...rest]) => rest),
      {},
    ),
  ];
}

function inputMedia(
  content: Pick<MediaContent, "kind" | "media" | "shape" | "thumbnail"> & { readonly caption?: Html | undefined },
  path: readonly (string | number)[],
): { readonly item: JsonObject; readonly media: readonly MediaSlot[] } {
  const file = mediaField(content.media, [...path, "media"], "file");
  const thumbnail = content.thumbnail && mediaField(content.thumbnail, [...path, "thumbnail"], "thumbnail");
  return {
    item: {
      type: content.kind,
      media: file.value,
      ...(thumbnail && { thumbnail: thumbnail.value }),
      ...captionFields(content.caption),
      ...shapeFields(content),
    },
    media: [...file.slots, ...(thumbnail?.slots ?? [])],
  };
}

function mediaField(
  ref: MediaRef,
  path: readonly (string | number)[],
  role: MediaSlot["role"],
): { readonly value: string | undefined; readonly slots: readonly MediaSlot[] } {
  if ("mediaId" in ref) return { value: undefined, slots: [{ path, mediaId: ref.mediaId, role }] };
  // Telegram takes a thumbnail only as an upload.
  return { value: role === "file" ? ref.fileId : undefined, slots: [] };
}

function captionParts(caption: Html | undefined, reserve: number): readonly Html[] {
  return caption === undefined || caption.markup === ""
    ? []
    : splitHtml(caption, longestText, longestCaption - reserve);
}

function captionFields(caption: Html | undefined): JsonObject {
  return caption === undefined ? {} : { caption: caption.markup, parse_mode: "HTML" };
}

function shapeFields({ kind, shape }: Pick<MediaContent, "kind" | "shape">): JsonObject {
  if (kind !== "video" && kind !== "animation") return {};
  return {
    ...(kind === "video" && { supports_streaming: true }),
    ...(shape && {
      width: Math.round(shape.width),
      height: Math.round(shape.height),
      duration: Math.round(shape.durationSeconds),
    }),
  };
}

function renderInvoice(content: InvoiceContent): RenderedCall {
  const { title, description, payload, stars, startParameter } = content;
  if (title.length === 0 || title.length > 32) throw new RangeError(`an invoice's title of ${title.length}: 1 to 32`);
  if (description.length === 0 || description.length > 255) {
    throw new RangeError(`an invoice's description of ${description.length}: 1 to 255`);
  }
  const bytes = Buffer.byteLength(payload);
  if (bytes === 0 || bytes > 128) throw new RangeError(`an invoice's payload of ${bytes} bytes: 1 to 128`);
  if (!Number.isSafeInteger(stars) || stars < 1) throw new RangeError(`an invoice over ${stars} Stars`);
  if (startParameter === "") throw new RangeError("an invoice without a start parameter");
  return {
    method: "sendInvoice",
    payload: {
      title,
      description,
      payload,
      provider_token: "",
      currency: "XTR",
      prices: [{ label: title, amount: stars }],
      start_parameter: startParameter,
    },
    media: [],
  };
}

function replyMarkup(keyboard: Keyboard | undefined): JsonObject {
  if (keyboard === undefined) return {};
  if ("inline" in keyboard) {
    const rows = keyboard.inline.filter((row) => row.length > 0);
    return rows.length === 0 ? {} : { reply_markup: { inline_keyboard: rows.map((row) => row.map(inlineButton)) } };
  }
  const { placeholder } = keyboard.forceReply;
  return {
    reply_markup: {
      force_reply: true,
      selective: true,
      ...(placeholder !== undefined && {
        input_field_placeholder: placeholder.length > 64 ? `${placeholder.slice(0, 63)}…` : placeholder,
      }),
    },
  };
}

function inlineButton(button: Button): JsonObject & InlineKeyboardButton {
  const look = { text: button.text, ...(button.style && { style: button.style }) };
  if ("url" in button) return { ...look, url: button.url };
  if ("copy" in button) return { ...look, copy_text: { text: button.copy } };
  const { prefix, args } = parseCallbackData(button.callback);
  // Made again so that data which is too long fails here, in the caller's transaction, and not at Telegram.
  return { ...look, callback_data: callbackData(prefix, ...args) };
}
