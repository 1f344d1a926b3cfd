import type { InlineKeyboardMarkup, Message, User } from "@grammyjs/types";

import { chatObject, dayMs, hasBot } from "./chats.ts";
import { botUser, userOf } from "./people.ts";
import { present } from "./present.ts";
import { unixTime } from "./world.ts";
import type { ChatRecord, InvoiceTerms, PersonRecord, StoredMessage, World } from "./world.ts";

/** What a message says: the Bot API fields beyond those every message has. */
export type MessageContent = Omit<Partial<Message>, "message_id" | "date" | "chat" | "from">;

export interface NewMessage {
  readonly content: MessageContent;
  /** Absent: the bot. */
  readonly from?: PersonRecord;
  readonly threadId?: number;
  readonly replyTo?: StoredMessage;
  readonly invoice?: InvoiceTerms;
  /** Service messages reach the bot in spite of privacy mode. */
  readonly isService?: boolean;
}

/** How many messages a chat remembers; older ones are forgotten, as if they had been deleted. */
const rememberedMessages = 5000;

/** Puts a message into the chat, shows it, and tells the bot when it comes from a person and the bot may see it. */
export function postMessage(world: World, chat: ChatRecord, message: NewMessage): StoredMessage {
  const { from, content, threadId, replyTo } = message;
  const built: Message = {
    message_id: takeMessageId(world, chat),
    from: from === undefined ? botUser(world) : userOf(from),
    chat: chatObject(world, chat),
    date: unixTime(world),
    ...(threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true }),
    ...(replyTo === undefined ? {} : { reply_to_message: quoted(replyTo) }),
    ...content,
  };
  const stored: StoredMessage = {
    message: built,
    isByBot: from === undefined,
    ...present({ invoice: message.invoice }),
  };
  chat.messages.set(built.message_id, stored);
  forgetOldest(chat);
  world.bus.emit({ to: "chat", chatId: chat.id, event: { type: "message", chatId: chat.id, message: built } });
  if (from !== undefined && isSeenByBot(world, chat, message)) {
    world.updates.push({
      kind: "message",
      content: built as FromPerson,
      orderKey: orderKey(chat),
      lifetimeMs: dayMs,
    });
  }
  return stored;
}

export interface MessageChanges {
  readonly content: MessageContent;
  /** Fields that the new content replaces: a text that becomes a video loses its `text`. */
  readonly without?: readonly (keyof Message)[];
  /** Absent: the keyboard goes, as Telegram does with every edit. */
  readonly replyMarkup?: InlineKeyboardMarkup;
}

/** Changes a message of the bot in place. */
export function editMessage(world: World, chat: ChatRecord, stored: StoredMessage, changes: MessageChanges): Message {
  const kept: Partial<Message> = { ...stored.message };
  delete kept.reply_markup;
  for (const field of changes.without ?? []) delete kept[field];
  const edited: Message = {
    ...(kept as Message),
    ...changes.content,
    edit_date: unixTime(world),
    ...present({ reply_markup: changes.replyMarkup }),
  };
  stored.message = edited;
  world.bus.emit({ to: "chat", chatId: chat.id, event: { type: "edited", chatId: chat.id, message: edited } });
  return edited;
}

/** A person changes his own text. The bot hears of it where it heard of the message. */
export function editOwnMessage(
  world: World,
  chat: ChatRecord,
  stored: StoredMessage,
  content: MessageContent,
): Message {
  const { entities: _old, ...kept } = stored.message;
  const edited = { ...kept, ...content, edit_date: unixTime(world) } as FromPerson & { edit_date: number };
  stored.message = edited;
  world.bus.emit({ to: "chat", chatId: chat.id, event: { type: "edited", chatId: chat.id, message: edited } });
  const replyTo = chat.messages.get(stored.message.reply_to_message?.message_id ?? 0);
  if (isSeenByBot(world, chat, { content, ...present({ replyTo }) })) {
    world.updates.push({ kind: "edited_message", content: edited, orderKey: orderKey(chat), lifetimeMs: dayMs });
  }
  return edited;
}

/** A message as updates carry it: from somebody, not in a channel. */
type FromPerson = Message & { from: User; chat: Exclude<Message["chat"], { type: "channel" }> };

function orderKey(chat: ChatRecord): string {
  return `messages:${chat.id}`;
}

export function deleteMessages(world: World, chat: ChatRecord, messageIds: readonly number[]): void {
  const gone = messageIds.filter((id) => chat.messages.delete(id));
  if (gone.length === 0) return;
  chat.pinnedIds = chat.pinnedIds.filter((id) => !gone.includes(id));
  world.bus.emit({ to: "chat", chatId: chat.id, event: { type: "deleted", chatId: chat.id, messageIds: gone } });
}

/** The message inside `reply_to_message`, which never nests further. */
export function quoted(stored: StoredMessage): Message & { reply_to_message: undefined } {
  const { reply_to_message: _nested, ...message } = stored.message;
  return message as Message & { reply_to_message: undefined };
}

function takeMessageId(world: World, chat: ChatRecord): number {
  if (chat.type === "supergroup" || chat.type === "channel") {
    const id = chat.nextMessageId;
    chat.nextMessageId += 1;
    return id;
  }
  world.counters.messageId += 1;
  return world.counters.messageId;
}

function forgetOldest(chat: ChatRecord): void {
  if (chat.messages.size <= rememberedMessages) return;
  const [oldest] = chat.messages.keys();
  if (oldest !== undefined) chat.messages.delete(oldest);
}

/**
 * Privacy mode (on unless BotFather was asked): in groups the bot gets commands, messages that name it, replies to its
 * messages, what was sent by its inline mode, and service messages. As an administrator it gets everything.
 */
function isSeenByBot(world: World, chat: ChatRecord, message: NewMessage): boolean {
  if (!hasBot(chat)) return false;
  if (chat.type === "private" || message.isService === true) return true;
  if (world.bot.canReadAllGroupMessages || chat.botStanding === "administrator") return true;
  if (message.replyTo?.isByBot === true || message.content.via_bot !== undefined) return true;
  return namesBot(world, message.content);
}

function namesBot(world: World, content: MessageContent): boolean {
  const text = content.text ?? content.caption ?? "";
  const ours = world.bot.username.toLowerCase();
  return (content.entities ?? content.caption_entities ?? []).some(({ type, offset, length }) => {
    const [said = "", addressee] = text
      .slice(offset, offset + length)
      .toLowerCase()
      .split("@");
    if (type === "mention") return addressee === ours;
    return type === "bot_command" && offset === 0 && said !== "" && (addressee ?? ours) === ours;
  });
}
