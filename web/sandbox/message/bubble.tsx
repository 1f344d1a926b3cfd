import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Avatar } from "../../shared/ui/avatar.tsx";
import { captioned, contentKind, isBare } from "../model/content.ts";
import { originName, senderName } from "../model/names.ts";
import type { TimelineItem } from "../model/timeline.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import { InlineKeyboard } from "./inline-keyboard.tsx";
import { MessageActions, useDraftChange } from "./message-actions.tsx";
import { MessageBody } from "./message-body.tsx";
import { MessageMeta } from "./message-meta.tsx";
import { ReplyQuote } from "./reply-quote.tsx";
import { useSwipeToReply } from "./use-swipe-to-reply.ts";

interface BubbleProps {
  readonly item: Extract<TimelineItem, { kind: "bubble" }>;
  readonly chat: ChatView;
  /** The bot has written since: it must have seen this. */
  readonly isSeen: boolean;
}

/** One message, or one album, with its buttons below. */
export function Bubble({ item, chat, isSeen }: BubbleProps): JSX.Element {
  const { formats } = useSession();
  const t = useTexts();
  const message = item.messages[0];
  const changeDraft = useDraftChange(chat);
  const reply = (): void => {
    changeDraft({ replyTo: message, editing: undefined });
  };
  const row = useRef<HTMLElement>(null);
  const swipe = useSwipeToReply(row, reply);
  const name = item.own ? t.people.you : senderName(message);
  const isGroup = chat.type !== "private";
  return (
    <article
      ref={row}
      class="row"
      data-own={item.own}
      data-last={item.last}
      data-message-id={message.message_id}
      aria-label={t.message.from(name, formats.value.time(message.date))}
      {...swipe}
    >
      {isGroup && !item.own && <SenderAvatar message={message} isShown={item.last} />}
      <div class="column" data-wide={message.reply_markup !== undefined || contentKind(message) === "invoice"}>
        <div class="bubble" data-tail={item.last} data-bare={isBare(message)}>
          {isGroup && !item.own && item.first && (
            <span class="sender" data-hue={Math.abs(message.from?.id ?? 0) % 7}>
              {name}
            </span>
          )}
          {message.via_bot?.username !== undefined && (
            <span class="forwarded">{t.message.via(message.via_bot.username)}</span>
          )}
          {message.forward_origin !== undefined && (
            <span class="forwarded">{t.message.forwarded(originName(message.forward_origin))}</span>
          )}
          {message.reply_to_message !== undefined && <ReplyQuote message={message.reply_to_message} />}
          <MessageBody
            messages={item.messages}
            chat={chat}
            meta={<MessageMeta message={captioned(item.messages)} isOwn={item.own} isSeen={isSeen} />}
          />
        </div>
        <InlineKeyboard message={message} chat={chat} />
      </div>
      <MessageActions
        message={message}
        isOwn={item.own}
        onReply={reply}
        onEdit={() => {
          changeDraft({ editing: message, text: message.text ?? "", replyTo: undefined });
        }}
      />
    </article>
  );
}

function SenderAvatar({ message, isShown }: { readonly message: Message; readonly isShown: boolean }): JSX.Element {
  const botId = useSlice((state) => state.bot.id);
  return (
    <span class="row-avatar">
      {isShown && (
        <Avatar id={message.from?.id ?? 0} name={senderName(message)} size="small" isBot={message.from?.id === botId} />
      )}
    </span>
  );
}
