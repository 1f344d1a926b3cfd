import type { JSX } from "preact";

import { Avatar } from "../../shared/ui/avatar.tsx";
import { TypingText } from "../chat/typing-text.tsx";
import type { ChatEntry } from "../model/chat-list.ts";
import { contentKind } from "../model/content.ts";
import { previewText } from "../model/preview.ts";
import { formatRoute } from "../model/route.ts";
import { serviceText } from "../model/service-text.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

export function ChatRow({ entry }: { readonly entry: ChatEntry }): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const me = useSlice((state) => state.me);
  const { chat, last, unread } = entry;
  const isOpen = session.route.value.chatId === chat.id;
  return (
    <a
      class="chat-row"
      href={formatRoute({ personId: me.id, chatId: chat.id })}
      aria-current={isOpen ? "page" : undefined}
    >
      <Avatar id={chat.id} name={chat.title} isBot={chat.type === "private"} />
      <span class="chat-row-text">
        <span class="chat-row-top">
          <span class="chat-row-title">{chat.title}</span>
          {last !== undefined && (
            <time class="chat-row-time">{session.formats.value.listTime(last.date, new Date())}</time>
          )}
        </span>
        <span class="chat-row-bottom">
          <RowPreview entry={entry} />
          {unread > 0 && (
            <span class="badge" aria-label={t.list.unread(unread)} role="img">
              {unread}
            </span>
          )}
        </span>
      </span>
    </a>
  );
}

function RowPreview({ entry: { chat, last } }: { readonly entry: ChatEntry }): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const me = useSlice((state) => state.me);
  const bot = useSlice((state) => state.bot);
  const typing = session.typing.current.value[chat.id];
  const draft = session.drafts.of({ meId: me.id, chatId: chat.id, threadId: undefined }).text.trim();
  const isOpen = session.route.value.chatId === chat.id;
  if (typing !== undefined) return <TypingText action={typing.action} />;
  if (draft !== "" && !isOpen) {
    return (
      <span class="chat-row-preview">
        <span class="draft-mark">{t.list.draft}</span> {draft}
      </span>
    );
  }
  if (chat.blocked) return <span class="chat-row-preview muted">{t.list.blocked}</span>;
  if (last === undefined)
    return <span class="chat-row-preview muted">{chat.started ? t.list.quiet : t.list.notStarted}</span>;
  if (contentKind(last) === "service") {
    const view = { texts: t, meId: me.id, botName: bot.firstName, number: session.formats.value.number };
    return <span class="chat-row-preview muted">{serviceText(last, view)}</span>;
  }
  return (
    <span class="chat-row-preview">
      <RowSender fromId={last.from?.id} name={last.from?.first_name ?? ""} isPrivate={chat.type === "private"} />
      {previewText(last, t)}
    </span>
  );
}

interface RowSenderProps {
  readonly fromId: number | undefined;
  readonly name: string;
  readonly isPrivate: boolean;
}

function RowSender({ fromId, name, isPrivate }: RowSenderProps): JSX.Element | null {
  const t = useTexts();
  const meId = useSlice((state) => state.me.id);
  if (fromId === meId) return <span class="chat-row-sender">{t.people.you}: </span>;
  return isPrivate ? null : <span class="chat-row-sender">{name}: </span>;
}
