import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import { Icon } from "../../shared/ui/icon.tsx";
import { senderName } from "../model/names.ts";
import { previewText } from "../model/preview.ts";
import { useTexts } from "../session/use-session.ts";

interface ReplyBarProps {
  readonly message: Message;
  readonly onCancel: () => void;
}

export function ReplyBar({ message, onCancel }: ReplyBarProps): JSX.Element {
  const t = useTexts();
  return (
    <div class="reply-bar">
      <Icon name="reply" />
      <span class="reply-bar-text">
        <span class="quote-name">{t.composer.replyingTo(senderName(message))}</span>
        <span class="quote-text">{previewText(message, t)}</span>
      </span>
      <button type="button" class="icon-button" aria-label={t.composer.cancelReply} onClick={onCancel}>
        <Icon name="close" size={20} />
      </button>
    </div>
  );
}
