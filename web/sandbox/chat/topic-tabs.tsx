import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import { countUnread, inTopic } from "../model/chat-list.ts";
import { formatRoute } from "../model/route.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

interface TopicTabsProps {
  readonly chat: ChatView;
  readonly threadId: number | undefined;
}

/** A forum's topics in one row that scrolls; the general one first. */
export function TopicTabs({ chat, threadId }: TopicTabsProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const topics = [{ threadId: undefined, name: t.chat.general }, ...chat.topics];
  return (
    <nav class="topics" aria-label={t.chat.topics}>
      {topics.map((topic) => (
        <TopicTab
          key={topic.threadId ?? 0}
          chat={chat}
          threadId={topic.threadId}
          name={topic.name}
          isOpen={topic.threadId === threadId}
        />
      ))}
      <button
        type="button"
        class="icon-button"
        aria-label={t.chat.newTopic}
        onClick={() => {
          session.sheet.value = { kind: "new-topic", chatId: chat.id };
        }}
      >
        <Icon name="plus" size={18} />
      </button>
    </nav>
  );
}

interface TopicTabProps extends TopicTabsProps {
  readonly name: string;
  readonly isOpen: boolean;
}

function TopicTab({ chat, threadId, name, isOpen }: TopicTabProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const meId = useSlice((state) => state.me.id);
  const messages = useSlice((state) => state.messages[chat.id]) ?? [];
  const unread = countUnread(inTopic(messages, chat, threadId), meId, session.read.of(meId)(chat.id, threadId));
  const route = { personId: meId, chatId: chat.id, ...(threadId === undefined ? {} : { threadId }) };
  return (
    <a class="topic" href={formatRoute(route)} aria-current={isOpen ? "page" : undefined}>
      {name}
      {unread > 0 && !isOpen && (
        <span class="badge" role="img" aria-label={t.list.unread(unread)}>
          {unread}
        </span>
      )}
    </a>
  );
}
