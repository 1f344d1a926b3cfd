import { isDeepStrictEqual } from "node:util";

import type { Message } from "@grammyjs/types";

import { editMessage } from "../../world/messages.ts";
import type { MessageContent } from "../../world/messages.ts";
import { present } from "../../world/present.ts";
import type { ChatRecord, StoredMessage, World } from "../../world/world.ts";
import { badRequest } from "../bot-api-error.ts";
import type { MethodTable, Params } from "../context.ts";
import { inputMediaContent } from "../media-content.ts";
import { inlineKeyboard } from "../reply-markup.ts";
import { textContent } from "../send.ts";
import { findMessage, findWritableChat } from "../targets.ts";
import { readCaption } from "../texts.ts";

/** What an edit replaces altogether. */
const textFields = ["text", "entities", "link_preview_options"] as const;
const captionFields = ["caption", "caption_entities", "show_caption_above_media"] as const;
const mediaFields = ["photo", "video", "animation", "document", "has_media_spoiler"] as const;

export const editMethods = {
  editMessageText: ({ world }, params) => {
    const target = findEditable(world, params);
    if (params.text === undefined) throw badRequest("message text is empty");
    const content = textContent({ ...params, text: params.text });
    if (target.stored.message.text === undefined) throw badRequest("there is no text in the message to edit");
    return applyEdit(world, target, { content, without: textFields, markup: params.reply_markup });
  },

  editMessageCaption: ({ world }, params) => {
    const target = findEditable(world, params);
    if (!hasMedia(target.stored)) throw badRequest("there is no caption in the message to edit");
    return applyEdit(world, target, {
      content: readCaption(params),
      without: captionFields,
      markup: params.reply_markup,
    });
  },

  editMessageMedia: async ({ world }, params) => {
    const target = findEditable(world, params);
    const { message } = target.stored;
    if (message.text === undefined && !hasMedia(target.stored)) throw badRequest("message can't be edited");
    const content = await inputMediaContent(world, params.media);
    if (message.media_group_id !== undefined && !fitsAlbum(message, content)) {
      throw badRequest("can't use the media of the specified type in the album");
    }
    const without = [...textFields, ...captionFields, ...mediaFields];
    return applyEdit(world, target, { content, without, markup: params.reply_markup });
  },

  editMessageReplyMarkup: ({ world }, params) =>
    applyEdit(world, findEditable(world, params), { content: {}, without: [], markup: params.reply_markup }),
} satisfies MethodTable;

interface Target {
  readonly chat: ChatRecord;
  readonly stored: StoredMessage;
}

type Address = Pick<Params<"editMessageText">, "chat_id" | "message_id" | "inline_message_id">;

/** The bot's own message; the sandbox has no inline messages. */
function findEditable(
  world: World,
  { chat_id: chatId, message_id: messageId, inline_message_id: inlineId }: Address,
): Target {
  if (chatId === undefined && messageId === undefined) {
    throw badRequest(inlineId === undefined ? "message identifier is not specified" : "MESSAGE_ID_INVALID");
  }
  if (chatId === undefined) throw badRequest("chat_id is empty");
  const chat = findWritableChat(world, chatId);
  if (messageId === undefined || messageId <= 0) throw badRequest("message identifier is not specified");
  const stored = findMessage(chat, messageId, "message to edit not found");
  if (!stored.isByBot) throw badRequest("message can't be edited");
  return { chat, stored };
}

interface Edit {
  readonly content: MessageContent;
  readonly without: readonly (keyof Message)[];
  readonly markup: Params<"editMessageText">["reply_markup"];
}

/** Telegram refuses edits that change nothing. */
function applyEdit(world: World, { chat, stored }: Target, { content, without, markup }: Edit): Message {
  const replyMarkup = inlineKeyboard(markup, chat.type);
  const { message } = stored;
  const isSame =
    without.every((field) => isDeepStrictEqual(message[field], (content as Partial<Message>)[field])) &&
    isDeepStrictEqual(message.reply_markup, replyMarkup);
  if (isSame) {
    throw badRequest(
      "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
    );
  }
  return editMessage(world, chat, stored, { content, without, ...present({ replyMarkup }) });
}

function hasMedia({ message }: StoredMessage): boolean {
  return mediaFields.some((field) => message[field] !== undefined);
}

function fitsAlbum(message: Message, content: MessageContent): boolean {
  const isDocument = (fields: MessageContent): boolean => fields.document !== undefined;
  return isDocument(message) === isDocument(content) && content.animation === undefined;
}
