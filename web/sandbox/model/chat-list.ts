import type { Message } from "@grammyjs/types";

import type { ChatView } from "../../../src/sandbox/protocol.ts";

export interface ChatEntry {
  readonly chat: ChatView;
  readonly last: Message | undefined;
  readonly unread: number;
}

/** The last message id the person has seen in a chat, or in one topic of it; 0 when none. */
export type ReadUpTo = (chatId: number, threadId: number | undefined) => number;

export interface ListView {
  readonly chats: readonly ChatView[];
  readonly messages: Readonly<Record<string, readonly Message[]>>;
  readonly meId: number;
  readonly readUpTo: ReadUpTo;
}

/** The chat list, the latest conversation first; chats without a message last, in the order they were given. */
export function listChats({ chats, messages, meId, readUpTo }: ListView): readonly ChatEntry[] {
  return chats
    .map((chat) => {
      const all = messages[chat.id] ?? [];
      const unread = topicsOf(chat)
        .map((threadId) => countUnread(inTopic(all, chat, threadId), meId, readUpTo(chat.id, threadId)))
        .reduce((sum, count) => sum + count, 0);
      return { chat, last: all.at(-1), unread };
    })
    .toSorted((a, b) => (b.last?.date ?? 0) - (a.last?.date ?? 0));
}

/** The threads of a chat: the general one, which has no id, then a forum's topics. */
export function topicsOf(chat: ChatView): readonly (number | undefined)[] {
  return chat.isForum ? [undefined, ...chat.topics.map((topic) => topic.threadId)] : [undefined];
}

/** How many messages of others stand above the mark. */
export function countUnread(messages: readonly Message[], meId: number, readUpTo: number): number {
  let count = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message === undefined || message.message_id <= readUpTo) break;
    if (message.from?.id !== meId) count += 1;
  }
  return count;
}

/** The messages of one topic; the general one has those without a thread. Chats without topics show everything. */
export function inTopic(
  messages: readonly Message[],
  chat: Pick<ChatView, "isForum">,
  threadId: number | undefined,
): readonly Message[] {
  return chat.isForum ? messages.filter((message) => message.message_thread_id === threadId) : messages;
}

/** People, and the bot while it is in the group. */
export function memberCount(chat: Pick<ChatView, "memberIds" | "started">): number {
  return chat.memberIds.length + (chat.started ? 1 : 0);
}
