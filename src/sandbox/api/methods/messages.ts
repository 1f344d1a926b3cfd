import type { Message, MessageId } from "@grammyjs/types";

import { answerCallback } from "../../world/callbacks.ts";
import { deleteMessages } from "../../world/messages.ts";
import type { MessageContent } from "../../world/messages.ts";
import { present } from "../../world/present.ts";
import { unixTime } from "../../world/world.ts";
import type { ChatRecord, StoredMessage, World } from "../../world/world.ts";
import { badRequest } from "../bot-api-error.ts";
import type { ApiContext, MethodTable } from "../context.ts";
import { send, textContent } from "../send.ts";
import type { SendOptions } from "../send.ts";
import { checkThread, findChat, findMessage, findWritableChat } from "../targets.ts";
import { readCaption } from "../texts.ts";

const deletableSeconds = 48 * 60 * 60;
const longestCallbackText = 200;
const mostAtOnce = 100;

export const messageMethods = {
  sendMessage: (context, params) => send(context, params, () => ({ content: textContent(params) })),

  copyMessage: (context, params): MessageId => {
    const source = findMessage(
      findChat(context.world, params.from_chat_id),
      params.message_id,
      "message to copy not found",
    );
    const caption = params.caption === undefined ? undefined : readCaption(params);
    const { message_id: messageId } = send(context, params, () => ({ content: copied(source, caption) }));
    return { message_id: messageId };
  },

  copyMessages: (context, params): MessageId[] => {
    const sources = findMany(findChat(context.world, params.from_chat_id), params.message_ids, "copy");
    const caption = params.remove_caption ? {} : undefined;
    return sources.map((source) => pickId(send(context, params, () => ({ content: copied(source, caption) }))));
  },

  forwardMessage: (context, params) => {
    const source = findMessage(
      findChat(context.world, params.from_chat_id),
      params.message_id,
      "message to forward not found",
    );
    return forward(context, params, source);
  },

  forwardMessages: (context, params): MessageId[] => {
    const sources = findMany(findChat(context.world, params.from_chat_id), params.message_ids, "forward");
    return sources.map((source) => pickId(forward(context, params, source)));
  },

  deleteMessage: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    const stored = findMessage(chat, params.message_id, "message to delete not found");
    requireDeletable(world, chat, stored);
    deleteMessages(world, chat, [params.message_id]);
    return true;
  },

  deleteMessages: ({ world }, params) => {
    requireCount(params.message_ids);
    const chat = findWritableChat(world, params.chat_id);
    const found = params.message_ids.filter((id) => chat.messages.has(id));
    for (const id of found) requireDeletable(world, chat, findMessage(chat, id, "message to delete not found"));
    deleteMessages(world, chat, found);
    return true;
  },

  answerCallbackQuery: ({ world }, params) => {
    if ((params.text?.length ?? 0) > longestCallbackText) throw badRequest("MESSAGE_TOO_LONG");
    const isKnown = answerCallback(world, params.callback_query_id, {
      showAlert: params.show_alert ?? false,
      ...present({ text: params.text, url: params.url }),
    });
    if (!isKnown) throw badRequest("query is too old and response timeout expired or query ID is invalid");
    return true;
  },

  sendChatAction: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    showAction(world, chat, params.action, checkThread(chat, params.message_thread_id));
    return true;
  },

  /** Taken and shown as typing: a draft is a preview that is gone after 30 s. */
  sendMessageDraft: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    if (chat.type !== "private") throw badRequest("method is available only for private chats");
    if ((params.text ?? "") !== "") textContent({ ...params, text: params.text ?? "" });
    showAction(world, chat, "typing", undefined);
    return true;
  },
} satisfies MethodTable;

function showAction(world: World, chat: ChatRecord, action: string, threadId: number | undefined): void {
  const event = { type: "action" as const, chatId: chat.id, action, ...present({ threadId }) };
  world.bus.emit({ to: "chat", chatId: chat.id, event });
}

/** Fields that say something; the rest of a message is about how and when it came. */
const contentFields = [
  "text",
  "entities",
  "link_preview_options",
  "photo",
  "video",
  "animation",
  "document",
  "caption",
  "caption_entities",
  "show_caption_above_media",
  "has_media_spoiler",
] as const;

function contentOf({ message }: StoredMessage): MessageContent {
  return Object.fromEntries(contentFields.filter((field) => field in message).map((field) => [field, message[field]]));
}

function copied(source: StoredMessage, caption: MessageContent | undefined): MessageContent {
  const content = contentOf(source);
  if (Object.keys(content).length === 0 || source.message.has_protected_content)
    throw badRequest("message can't be copied");
  if (caption === undefined || content.text !== undefined) return content;
  const { caption: _caption, caption_entities: _entities, ...media } = content;
  return { ...media, ...caption };
}

function forward(context: ApiContext, options: SendOptions, source: StoredMessage): Message {
  const content = contentOf(source);
  const { from, date, has_protected_content: isProtected } = source.message;
  if (Object.keys(content).length === 0 || isProtected || from === undefined)
    throw badRequest("message can't be forwarded");
  const origin = source.message.forward_origin ?? { type: "user" as const, sender_user: from, date };
  return send(context, options, () => ({ content: { ...content, forward_origin: origin } }));
}

function pickId({ message_id: messageId }: Message): MessageId {
  return { message_id: messageId };
}

/** Those that exist; the others are skipped, as long as there is one. */
function findMany(chat: ChatRecord, messageIds: readonly number[], purpose: string): readonly StoredMessage[] {
  requireCount(messageIds);
  const found = messageIds.flatMap((id) => chat.messages.get(id) ?? []);
  if (found.length === 0) throw badRequest(`message to ${purpose} not found`);
  return found;
}

function requireCount(messageIds: readonly number[]): void {
  if (messageIds.length === 0) throw badRequest("message identifiers are not specified");
  if (messageIds.length > mostAtOnce) throw badRequest("too many message identifiers specified");
}

/** For 48 hours; in groups other people's messages only by an administrator. */
function requireDeletable(world: World, chat: ChatRecord, { message, isByBot }: StoredMessage): void {
  const isOld = unixTime(world) - message.date > deletableSeconds;
  if (isOld) throw badRequest("message can't be deleted for everyone");
  if (!isByBot && chat.type !== "private" && chat.botStanding !== "administrator")
    throw badRequest("message can't be deleted");
}
