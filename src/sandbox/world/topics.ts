import { postMessage } from "./messages.ts";
import type { ChatRecord, PersonRecord, TopicRecord, World } from "./world.ts";

export interface NewTopic {
  readonly name: string;
  readonly iconColor?: TopicRecord["iconColor"];
  /** Absent: the bot makes it. */
  readonly by?: PersonRecord;
}

/** Telegram's own blue. */
const defaultIconColor = 0x6fb9f0;

/** Makes a forum topic; its id is that of the service message which opens it. */
export function addTopic(
  world: World,
  chat: ChatRecord,
  { name, iconColor = defaultIconColor, by }: NewTopic,
): TopicRecord {
  const threadId = chat.nextMessageId;
  const topic: TopicRecord = { threadId, name, iconColor, isClosed: false };
  chat.topics.set(threadId, topic);
  postMessage(world, chat, {
    ...(by === undefined ? {} : { from: by }),
    threadId,
    isService: true,
    content: { forum_topic_created: { name, icon_color: iconColor } },
  });
  world.bus.emit({ to: "viewers", chatId: chat.id });
  return topic;
}
