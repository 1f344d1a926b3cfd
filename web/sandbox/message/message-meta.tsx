import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import { Icon } from "../../shared/ui/icon.tsx";
import { isBare, isPictureOnly } from "../model/content.ts";
import { useSession, useTexts } from "../session/use-session.ts";

interface MessageMetaProps {
  readonly message: Message;
  readonly isOwn: boolean;
  readonly isSeen: boolean;
}

/** Time, "edited" and ticks in the corner; over the picture when there is nothing else. */
export function MessageMeta({ message, isOwn, isSeen }: MessageMetaProps): JSX.Element {
  const { formats } = useSession();
  const t = useTexts();
  const { time, full } = formats.value;
  return (
    <span class="meta" data-over={isPictureOnly(message) || isBare(message)}>
      {message.edit_date !== undefined && (
        <span class="edited" key={message.edit_date} title={full(message.edit_date)}>
          {t.message.edited}
        </span>
      )}
      <time dateTime={new Date(message.date * 1000).toISOString()} title={full(message.date)}>
        {time(message.date)}
      </time>
      {isOwn && (
        <span class="ticks" role="img" aria-label={isSeen ? t.message.seen : t.message.sent}>
          <Icon name={isSeen ? "ticks" : "tick"} size={16} />
        </span>
      )}
    </span>
  );
}
