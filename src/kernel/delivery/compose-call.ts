import type { Html } from "../lib/html.ts";
import {
  type Content,
  type Json,
  type JsonObject,
  longestText,
  plainText,
  renderContent,
  type RenderedCall,
  renderEdit,
  shortenHtml,
} from "../telegram/index.ts";
import { type Claimed, isEdit } from "./claimed.ts";
import type { PreparedContent } from "./contents.ts";

/** One Bot API call of a delivery, complete but for its files. */
export interface ComposedCall extends RenderedCall {
  /** Of how many parts this is which, from 0. */
  readonly part: number;
  readonly parts: number;
}

export interface ComposeOptions {
  /** Put before a message that may be there already. */
  readonly repeatMark: Html | undefined;
  /** Beyond the free limits, for Stars. */
  readonly paidBroadcast: boolean;
}

/** The call that comes next. `chat_id` and the like are in the payload. */
export function composeCall(claimed: Claimed, prepared: PreparedContent, options: ComposeOptions): ComposedCall {
  const parts = callsOf(claimed, prepared.content, prepared);
  const part = Math.min(claimed.sentIds.length, parts.length - 1);
  const call = parts[part];
  if (call === undefined) throw new Error(`the content ${prepared.id} has no parts`);
  const marked =
    claimed.perhapsRepeat && part === 0 && options.repeatMark !== undefined && !isEdit(claimed)
      ? withMark(call, options.repeatMark)
      : call;
  const { payload } = claimed.plain ? asPlain(marked) : marked;
  return {
    method: call.method,
    media: call.media,
    payload: { chat_id: claimed.chatId, ...place(claimed, options), ...payload },
    part,
    parts: parts.length,
  };
}

/** The fields before a prepared payload, as JSON that lacks its closing brace. */
export function headJson(claimed: Claimed, options: Pick<ComposeOptions, "paidBroadcast">): string {
  let json = `{"chat_id":${claimed.chatId},`;
  if (claimed.silent) json += '"disable_notification":true,';
  if (options.paidBroadcast) json += '"allow_paid_broadcast":true,';
  if (claimed.threadId !== null) json += `"message_thread_id":${claimed.threadId},`;
  if (claimed.replyTo !== null) {
    json += `"reply_parameters":{"message_id":${claimed.replyTo},"allow_sending_without_reply":true},`;
  }
  return json;
}

function callsOf(claimed: Claimed, content: Content, prepared: PreparedContent): readonly RenderedCall[] {
  if (claimed.editMessageId !== null) return [renderEdit(content, "text")];
  if (claimed.card === undefined) return prepared.parts;
  if (claimed.card.messageId !== null) return [renderEdit(content, claimed.card.shown)];
  // A card is one message: what an edit would have to shorten is shortened from the start.
  return renderContent(
    content.kind === "text" ? { ...content, html: shortenHtml(content.html, longestText) } : content,
  ).slice(0, 1);
}

function place(claimed: Claimed, { paidBroadcast }: ComposeOptions): JsonObject {
  const messageId = claimed.editMessageId ?? claimed.card?.messageId ?? undefined;
  if (messageId !== undefined) return { message_id: messageId };
  return {
    ...(claimed.silent && { disable_notification: true }),
    ...(paidBroadcast && { allow_paid_broadcast: true }),
    ...(claimed.threadId !== null && { message_thread_id: claimed.threadId }),
    ...(claimed.replyTo !== null && {
      reply_parameters: { message_id: claimed.replyTo, allow_sending_without_reply: true },
    }),
  };
}

/** The mark stands in the text or caption; what can hold neither (an invoice) goes without. */
function withMark(call: RenderedCall, mark: Html): RenderedCall {
  const { payload } = call;
  if (typeof payload["text"] === "string")
    return { ...call, payload: { ...payload, text: `${mark.markup}\n${payload["text"]}` } };
  if (call.method === "sendInvoice") return call;
  const caption = (fields: JsonObject): JsonObject => ({
    ...fields,
    caption: typeof fields["caption"] === "string" ? `${mark.markup}\n${fields["caption"]}` : mark.markup,
    parse_mode: "HTML",
  });
  const { media } = payload;
  if (!Array.isArray(media)) return { ...call, payload: caption(payload) };
  const items: readonly Json[] = media;
  return {
    ...call,
    payload: { ...payload, media: items.map((item, index) => (index === 0 ? caption(item as JsonObject) : item)) },
  };
}

/** Without markup: for a text that Telegram could not parse. */
function asPlain(call: RenderedCall): RenderedCall {
  return { ...call, payload: plainFields(call.payload) };
}

function plainFields(fields: JsonObject): JsonObject {
  const { parse_mode: mode, ...rest } = fields;
  const media = rest["media"];
  return {
    ...rest,
    ...(mode !== undefined && typeof rest["text"] === "string" && { text: plainText(rest["text"]) }),
    ...(mode !== undefined && typeof rest["caption"] === "string" && { caption: plainText(rest["caption"]) }),
    ...(Array.isArray(media) && { media: media.map((item: Json) => plainFields(item as JsonObject)) }),
    ...(typeof media === "object" &&
      media !== null &&
      !Array.isArray(media) && { media: plainFields(media as JsonObject) }),
  };
}
