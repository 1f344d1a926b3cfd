import type { ForumTopic } from "@grammyjs/types";

import { deleteMessages, postMessage } from "../../world/messages.ts";
import { addTopic } from "../../world/topics.ts";
import type { ChatRecord, TopicRecord, World } from "../../world/world.ts";
import { badRequest } from "../bot-api-error.ts";
import type { MethodTable } from "../context.ts";
import { findWritableChat } from "../targets.ts";

const longestName = 128;

export const topicMethods = {
  createForumTopic: ({ world }, params): ForumTopic => {
    const chat = findForum(world, params.chat_id);
    requireName(params.name);
    const iconColor = params.icon_color;
    const topic = addTopic(world, chat, { name: params.name, ...(iconColor === undefined ? {} : { iconColor }) });
    return { message_thread_id: topic.threadId, name: topic.name, icon_color: topic.iconColor };
  },

  editForumTopic: ({ world }, params) => {
    const chat = findForum(world, params.chat_id);
    const topic = findTopic(chat, params.message_thread_id);
    const name = params.name ?? "";
    if (name === "" || name === topic.name) throw badRequest("TOPIC_NOT_MODIFIED");
    requireName(name);
    topic.name = name;
    postMessage(world, chat, { threadId: topic.threadId, content: { forum_topic_edited: { name } } });
    world.bus.emit({ to: "viewers", chatId: chat.id });
    return true;
  },

  closeForumTopic: ({ world }, params) => {
    const chat = findForum(world, params.chat_id);
    const topic = findTopic(chat, params.message_thread_id);
    if (topic.isClosed) throw badRequest("TOPIC_NOT_MODIFIED");
    topic.isClosed = true;
    postMessage(world, chat, { threadId: topic.threadId, content: { forum_topic_closed: {} } });
    return true;
  },

  reopenForumTopic: ({ world }, params) => {
    const chat = findForum(world, params.chat_id);
    const topic = findTopic(chat, params.message_thread_id);
    if (!topic.isClosed) throw badRequest("TOPIC_NOT_MODIFIED");
    topic.isClosed = false;
    postMessage(world, chat, { threadId: topic.threadId, content: { forum_topic_reopened: {} } });
    return true;
  },

  deleteForumTopic: ({ world }, params) => {
    const chat = findForum(world, params.chat_id);
    const { threadId } = findTopic(chat, params.message_thread_id);
    const inTopic = [...chat.messages.values()].filter(({ message }) => message.message_thread_id === threadId);
    chat.topics.delete(threadId);
    deleteMessages(
      world,
      chat,
      inTopic.map(({ message }) => message.message_id),
    );
    world.bus.emit({ to: "viewers", chatId: chat.id });
    return true;
  },
} satisfies MethodTable;

function findForum(world: World, chatId: number | string): ChatRecord {
  const chat = findWritableChat(world, chatId);
  if (!chat.isForum) throw badRequest("the chat is not a forum");
  if (chat.botStanding !== "administrator") throw badRequest("not enough rights to create a topic");
  return chat;
}

function findTopic(chat: ChatRecord, threadId: number): TopicRecord {
  const topic = chat.topics.get(threadId);
  if (topic === undefined) throw badRequest("TOPIC_ID_INVALID");
  return topic;
}

function requireName(name: string): void {
  if (name.trim() === "" || name.length > longestName) throw badRequest("TOPIC_TITLE_INVALID");
}
