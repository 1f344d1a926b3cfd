import type { Chat, Message, Update, User } from "grammy/types";

import type { TelegramChat, TelegramPerson } from "../accounts/index.ts";
import type { ChatPlace } from "./route.ts";

/** What Telegram is asked for; it keeps everything else to itself. Edited messages are not new prompts, so not among them. */
export const allowedUpdates = [
  "message",
  "callback_query",
  "pre_checkout_query",
  "my_chat_member",
  "subscription",
  "inline_query",
] as const satisfies readonly Exclude<keyof Update, "update_id">[];

export type UpdateKind = (typeof allowedUpdates)[number] | "other";

/** Whoever sent these waits: they are answered outside the queue of the chat. */
export const answeredAtOnce: readonly UpdateKind[] = ["pre_checkout_query", "inline_query"];

/** What is known of an update before anything is looked up. */
export interface UpdateFacts {
  readonly updateId: number;
  readonly kind: UpdateKind;
  /** Updates with the same one are handled in the order in which they came. */
  readonly queueId: number;
  /** Who caused it; undefined for bots and for posts in a chat's own name. */
  readonly person: User | undefined;
  readonly chat: Chat | undefined;
  readonly place: ChatPlace | undefined;
  /** The message that came, or the one whose button was pressed. */
  readonly messageId: number | undefined;
}

/** Of things that are no chat's business, such as a payment: the person's private chat has his id. */
function privateChat(person: User): Chat {
  return { id: person.id, type: "private", first_name: person.first_name };
}

export function factsOf(update: Update): UpdateFacts {
  const { message, callback_query: press, my_chat_member: member } = update;
  if (message !== undefined) {
    // In the name of a chat: an anonymous admin, a linked channel. `from` is then a stand-in.
    const person = message.sender_chat === undefined ? message.from : undefined;
    return facts(update, "message", { person, chat: message.chat, message });
  }
  if (press !== undefined) {
    const pressed = press.message;
    const chat = pressed?.chat ?? privateChat(press.from);
    const message = pressed !== undefined && "from" in pressed ? pressed : undefined;
    return facts(update, "callback_query", { person: press.from, chat, message, messageId: pressed?.message_id });
  }
  if (member !== undefined) return facts(update, "my_chat_member", { person: member.from, chat: member.chat });
  const [kind, person] = ofPerson(update);
  return facts(update, kind, { person, chat: person && privateChat(person) });
}

function ofPerson(update: Update): readonly [UpdateKind, User | undefined] {
  if (update.pre_checkout_query !== undefined) return ["pre_checkout_query", update.pre_checkout_query.from];
  if (update.inline_query !== undefined) return ["inline_query", update.inline_query.from];
  if (update.subscription !== undefined) return ["subscription", update.subscription.user];
  return ["other", undefined];
}

function facts(
  update: Update,
  kind: UpdateKind,
  of: {
    readonly person: User | undefined;
    readonly chat: Chat | undefined;
    readonly message?: Message | undefined;
    readonly messageId?: number | undefined;
  },
): UpdateFacts {
  const { chat, message } = of;
  return {
    updateId: update.update_id,
    kind,
    queueId: chat?.id ?? 0,
    person: of.person?.is_bot === true ? undefined : of.person,
    chat,
    place: chat && {
      id: chat.id,
      type: chat.type,
      // Outside forums it only says which message was answered, and sending with it fails.
      threadId: message?.is_topic_message === true ? message.message_thread_id : undefined,
    },
    messageId: message?.message_id ?? of.messageId,
  };
}

export function personOf(user: User): TelegramPerson {
  return { id: user.id, firstName: user.first_name, username: user.username, languageTag: user.language_code };
}

export function chatOf(chat: Chat): TelegramChat {
  return { id: chat.id, type: chat.type, title: chat.title ?? chat.first_name ?? "" };
}
