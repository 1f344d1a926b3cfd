import type { Message } from "@grammyjs/types";

import type { MessageContent } from "../world/messages.ts";
import { postMessage } from "../world/messages.ts";
import { present } from "../world/present.ts";
import type { ChatRecord, InvoiceTerms, StoredMessage } from "../world/world.ts";
import { badRequest } from "./bot-api-error.ts";
import type { ApiContext, Params } from "./context.ts";
import { applyKeyboard, inlineKeyboard } from "./reply-markup.ts";
import { checkThread, findWritableChat } from "./targets.ts";
import { readText } from "./texts.ts";

/** What every method that sends has in common. */
export type SendOptions = Pick<
  Params<"sendMessage">,
  "chat_id" | "message_thread_id" | "protect_content" | "message_effect_id"
> &
  Pick<Params<"sendMessage">, "reply_parameters" | "reply_to_message_id" | "reply_markup">;

export interface Outgoing {
  readonly content: MessageContent;
  readonly invoice?: InvoiceTerms;
}

const longestText = 4096;

/** Posts a message of the bot after the checks that all sends share. `makeOutgoing` is called last; it may refuse too. */
export function send(
  { world }: ApiContext,
  options: SendOptions,
  makeOutgoing: (chat: ChatRecord) => Outgoing,
): Message {
  const chat = findWritableChat(world, options.chat_id);
  const threadId = checkThread(chat, options.message_thread_id);
  const replyTo = repliedMessage(chat, options);
  const keyboard = inlineKeyboard(options.reply_markup, chat.type);
  const { content, invoice } = makeOutgoing(chat);
  const { message } = postMessage(world, chat, {
    content: {
      ...content,
      ...present({ reply_markup: keyboard ?? content.reply_markup, effect_id: options.message_effect_id }),
      ...(options.protect_content ? { has_protected_content: true as const } : {}),
    },
    ...present({ threadId, replyTo, invoice }),
  });
  applyKeyboard(world, chat, message, options.reply_markup);
  return message;
}

function repliedMessage(chat: ChatRecord, options: SendOptions): StoredMessage | undefined {
  const messageId = options.reply_parameters?.message_id ?? options.reply_to_message_id;
  if (messageId === undefined) return undefined;
  const stored = chat.messages.get(messageId);
  if (stored === undefined && options.reply_parameters?.allow_sending_without_reply !== true) {
    throw badRequest("message to be replied not found");
  }
  return stored;
}

type TextParams = Pick<Params<"sendMessage">, "text" | "parse_mode" | "entities" | "link_preview_options">;

/** A text message's fields. */
export function textContent(params: TextParams): MessageContent {
  const { text, entities } = readText({ text: params.text, parseMode: params.parse_mode, entities: params.entities });
  if (text === "") throw badRequest("message text is empty");
  if (text.length > longestText) throw badRequest("message is too long");
  const preview = params.link_preview_options;
  return { text, ...(entities.length > 0 ? { entities } : {}), ...present({ link_preview_options: preview }) };
}
