import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { localDay } from "../../shared/format.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import { Bubble } from "../message/bubble.tsx";
import { ServiceLine } from "../message/service-line.tsx";
import { countUnread, inTopic } from "../model/chat-list.ts";
import { layTimeline } from "../model/timeline.ts";
import type { TimelineItem } from "../model/timeline.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import { DayLine } from "./day-line.tsx";
import { Intro } from "./intro.tsx";
import { useMessageWindow } from "./use-message-window.ts";
import { useStickToBottom } from "./use-stick-to-bottom.ts";

interface TimelineProps {
  readonly chat: ChatView;
  readonly threadId: number | undefined;
}

/** The conversation. Everything in view counts as read. */
export function Timeline({ chat, threadId }: TimelineProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const meId = useSlice((state) => state.me.id);
  const all = useSlice((state) => state.messages[chat.id]);
  const messages = useMemo(() => inTopic(all ?? [], chat, threadId), [all, chat.isForum]);
  const [unreadAfter] = useState(() => session.read.of(meId)(chat.id, threadId));
  const stick = useStickToBottom(() => stick.content.current?.querySelector(".unread-line"));
  const { shown, hasEarlier, showEarlier } = useMessageWindow(messages, stick);
  const lastId = messages.at(-1)?.message_id ?? 0;
  useFollow(messages.at(-1)?.from?.id === meId, lastId, stick.jumpDown);
  useSignalEffect(() => {
    if (stick.isAtBottom.value) session.read.mark({ meId, chatId: chat.id, threadId }, lastIn(session, chat, threadId));
  });
  const seenUpTo = messages.findLast((message) => message.from?.is_bot === true)?.message_id ?? 0;
  const items = layTimeline(shown, { meId, unreadAfter, dayOf: localDay });
  return (
    <div class="timeline-frame">
      <div class="timeline" ref={stick.scroller} tabIndex={-1}>
        <div class="timeline-content" ref={stick.content} role="log" aria-label={t.chat.messages}>
          {hasEarlier && (
            <button type="button" class="pill-button" onClick={showEarlier}>
              {t.chat.earlier}
            </button>
          )}
          {messages.length === 0 && <Intro chat={chat} />}
          {items.map((item) => (
            <Row key={item.key} item={item} chat={chat} seenUpTo={seenUpTo} />
          ))}
        </div>
      </div>
      {!stick.isAtBottom.value && (
        <JumpDown
          count={countUnread(messages, meId, session.read.of(meId)(chat.id, threadId))}
          onPress={() => {
            stick.jumpDown("smooth");
          }}
        />
      )}
    </div>
  );
}

/** One's own new message always comes into view, wherever one was reading. */
function useFollow(isOwn: boolean, lastId: number, jumpDown: () => void): void {
  const before = useRef(lastId);
  useLayoutEffect(() => {
    if (isOwn && lastId > before.current) jumpDown();
    before.current = lastId;
  }, [lastId]);
}

function lastIn(session: ReturnType<typeof useSession>, chat: ChatView, threadId: number | undefined): number {
  const all = session.world.value?.messages[chat.id] ?? [];
  return inTopic(all, chat, threadId).at(-1)?.message_id ?? 0;
}

interface RowProps {
  readonly item: TimelineItem;
  readonly chat: ChatView;
  readonly seenUpTo: number;
}

function Row({ item, chat, seenUpTo }: RowProps): JSX.Element {
  const t = useTexts();
  switch (item.kind) {
    case "day":
      return <DayLine at={item.at} />;
    case "unread":
      return <p class="unread-line">{t.chat.unread}</p>;
    case "service":
      return <ServiceLine message={item.message} />;
    case "bubble":
      return <Bubble item={item} chat={chat} isSeen={item.messages[0].message_id < seenUpTo} />;
  }
}

function JumpDown({ count, onPress }: { readonly count: number; readonly onPress: () => void }): JSX.Element {
  const { chat } = useTexts();
  return (
    <button
      type="button"
      class="jump-down"
      aria-label={count > 0 ? chat.jumpDownNew(count) : chat.jumpDown}
      onClick={onPress}
    >
      {count > 0 && <span class="badge">{count}</span>}
      <Icon name="down" />
    </button>
  );
}
