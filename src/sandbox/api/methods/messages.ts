import { isDeepStrictEqual } from "node:util";

import type { Message } from "@grammyjs/types";

import { answerCallback } from "../../world/callbacks.ts";
import { deleteMessages, editMessage, postMessage } from "../../world/messages.ts";
import type { MessageContent } from "../../world/messages.ts";
import { present } from "../../world/present.ts";
import type { ChatRecord, StoredMessage } from "../../world/world.ts";
import { badRequest } from "../bot-api-error.ts";
import type { ApiContext, MethodTable, Params } from "../context.ts";
import { applyKeyboard, inlineKeyboard } from "../reply-markup.ts";
import { checkThread, findMessage, findWritableChat } from "../targets.ts";
import { readText } from "../texts.ts";

/** What every method that sends has in common. */
export type SendOptions = Pick<
  Params<"sendMessage">,
  | "chat_id"
  | "message_thread_id"
  | "reply_parameters"
  | "reply_to_message_id"
  | "reply_markup"
  | "protect_content"
  | "message_effect_id"
>;

const longestText = 4096;

/** Posts a message of the bot after the checks that all sends share. `content` is made last: it may throw too. */
export function send(
  { world }: ApiContext,
  options: SendOptions,
  makeContent: (chat: ChatRecord) => { readonly content: MessageContent; readonly invoice?: StoredMessage["invoice"] },
): Message {
  const chat = findWritableChat(world, options.chat_id);
  const threadId = checkThread(chat, options.message_thread_id);
  const replyTo = repliedMessage(chat, options);
  const { content, invoice } = makeContent(chat);
  const keyboard = inlineKeyboard(options.reply_markup);
  const { message } = postMessage(world, chat, {
    content: {
      ...content,
      ...present({ reply_markup: keyboard ?? content.reply_markup, effect_id: options.message_effect_id }),
      ...(options.protect_content ? { has_protected_content: true as const } : {}),
    },
    ...present({ threadId, replyTo, invoice }),
  });
  applyKeyboard(world, chat, message.message_id, options.reply_markup);
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

function textContent(
  params: Pick<Params<"sendMessage">, "text" | "parse_mode" | "entities" | "link_preview_options">,
): MessageContent {
  const { text, entities } = readText({ text: params.text, parseMode: params.parse_mode, entities: params.entities });
  if (text === "") throw badRequest("message text is empty");
  if (text.length > longestText) throw badRequest("message is too long");
  return {
    text,
    ...(entities.length > 0 ? { entities } : {}),
    ...present({ link_preview_options: params.link_preview_options }),
  };
}

export const messageMethods = {
  sendMessage: (context, params) => send(context, params, () => ({ content: textContent(params) })),

  editMessageText: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id ?? "");
    const stored = findMessage(chat, params.message_id ?? 0, "message to edit not found");
    const content = textContent({ ...params, text: params.text ?? "" });
    const replyMarkup = inlineKeyboard(params.reply_markup);
    requireChange(stored, content, replyMarkup);
    return editMessage(world, chat, stored, { content, without: ["entities"], ...present({ replyMarkup }) });
  },

  deleteMessage: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    findMessage(chat, params.message_id, "message to delete not found");
    deleteMessages(world, chat, [params.message_id]);
    return true;
  },

  answerCallbackQuery: ({ world }, params) => {
    if ((params.text?.length ?? 0) > 200) throw badRequest("MESSAGE_TOO_LONG");
    const isKnown = answerCallback(world, params.callback_query_id, {
      showAlert: params.show_alert ?? false,
      ...present({ text: params.text, url: params.url }),
    });
    if (!isKnown) throw badRequest("query is too old and response timeout expired or query ID is invalid");
    return true;
  },

  sendChatAction: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    const threadId = checkThread(chat, params.message_thread_id);
    world.bus.emit({
      to: "chat",
      chatId: chat.id,
      event: { type: "action", chatId: chat.id, action: params.action, ...present({ threadId }) },
    });
    return true;
  },
} satisfies MethodTable;

/** Telegram refuses edits that change nothing. */
function requireChange(stored: StoredMessage, content: MessageContent, replyMarkup: Message["reply_markup"]): void {
  const { message } = stored;
  const isSame =
    message.text === content.text &&
    isDeepStrictEqual(message.entities ?? [], content.entities ?? []) &&
    isDeepStrictEqual(message.reply_markup, replyMarkup);
  if (!isSame) return;
  throw badRequest(
    "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
  );
}
