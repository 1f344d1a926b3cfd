import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import { Icon } from "../../shared/ui/icon.tsx";
import { senderName } from "../model/names.ts";
import { previewText } from "../model/preview.ts";
import { useTexts } from "../session/use-session.ts";

interface ReplyBarProps {
  readonly message: Message;
  /** The message is being changed, not answered. */
  readonly isEdit?: boolean;
  readonly onCancel: () => void;
}

export function ReplyBar({ message, isEdit = false, onCancel }: ReplyBarProps): JSX.Element {
  const t = useTexts();
  return (
    <div class="reply-bar">
      <Icon name={isEdit ? "pencil" : "reply"} />
      <span class="reply-bar-text">
        <span class="quote-name">{isEdit ? t.composer.editing : t.composer.replyingTo(senderName(message))}</span>
        <span class="quote-text">{previewText(message, t)}</span>
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={isEdit ? t.composer.cancelEdit : t.composer.cancelReply}
        onClick={onCancel}
      >
        <Icon name="close" size={20} />
      </button>
    </div>
  );
}
