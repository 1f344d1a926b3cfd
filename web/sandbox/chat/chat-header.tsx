import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Avatar } from "../../shared/ui/avatar.tsx";
import { Icon } from "../../shared/ui/icon.tsx";
import { memberCount } from "../model/chat-list.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import { ChatMenu } from "./chat-menu.tsx";
import { TypingText } from "./typing-text.tsx";

interface ChatHeaderProps {
  readonly chat: ChatView;
  readonly threadId: number | undefined;
}

export function ChatHeader({ chat, threadId }: ChatHeaderProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const meId = useSlice((state) => state.me.id);
  return (
    <header class="chat-head">
      <button
        type="button"
        class="icon-button chat-back"
        aria-label={t.common.back}
        onClick={() => {
          session.goTo({ personId: meId });
        }}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        class="chat-title"
        onClick={() => {
          session.sheet.value = { kind: "chat-info", chatId: chat.id };
        }}
      >
        <Avatar id={chat.id} name={chat.title} size="small" isBot={chat.type === "private"} />
        <span class="chat-title-text">
          <h2>{chat.title}</h2>
          <Subtitle chat={chat} threadId={threadId} />
        </span>
      </button>
      <PanelToggle />
      <ChatMenu chat={chat} />
    </header>
  );
}

function Subtitle({ chat, threadId }: ChatHeaderProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  if (session.link.value === "lost") return <span role="status">{t.connection.connecting}</span>;
  const typing = session.typing.current.value[chat.id];
  if (typing !== undefined && (!chat.isForum || typing.threadId === threadId)) {
    return <TypingText action={typing.action} />;
  }
  return (
    <span class="chat-subtitle">{chat.type === "private" ? t.people.bot : t.chat.members(memberCount(chat))}</span>
  );
}

function PanelToggle(): JSX.Element {
  const { panelOpen } = useSession();
  const { panel, faults } = useTexts();
  const active = useSlice((state) => state.faults.length);
  return (
    <button
      type="button"
      class="panel-toggle"
      aria-label={panelOpen.value ? panel.close : panel.open}
      aria-pressed={panelOpen.value}
      title={active > 0 ? faults.running(active) : panel.title}
      data-broken={active > 0}
      onClick={() => {
        panelOpen.value = !panelOpen.value;
      }}
    >
      <Icon name={active > 0 ? "bolt" : "code"} size={20} />
      <span class="panel-toggle-text">{panel.title}</span>
    </button>
  );
}
