import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { useTexts } from "../session/use-session.ts";
import { ChatFooter } from "./chat-footer.tsx";
import { ChatHeader } from "./chat-header.tsx";
import { PinnedBar } from "./pinned-bar.tsx";
import { Timeline } from "./timeline.tsx";
import { TopicTabs } from "./topic-tabs.tsx";
import { usePhotoDrop } from "./use-photo-drop.ts";

interface ChatScreenProps {
  readonly chat: ChatView;
  readonly threadId: number | undefined;
}

export function ChatScreen({ chat, threadId }: ChatScreenProps): JSX.Element {
  const t = useTexts();
  const { isOver, handlers } = usePhotoDrop();
  return (
    <main class="chat wallpaper" aria-label={chat.title} {...handlers}>
      <ChatHeader chat={chat} threadId={threadId} />
      {chat.isForum && <TopicTabs chat={chat} threadId={threadId} />}
      <PinnedBar chat={chat} />
      <Timeline chat={chat} threadId={threadId} />
      <ChatFooter chat={chat} threadId={threadId} />
      {isOver && <p class="drop-zone">{t.chat.dropHere}</p>}
    </main>
  );
}
