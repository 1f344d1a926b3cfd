import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import type { Draft } from "../session/drafts.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

interface MessageActionsProps {
  readonly message: Message;
  readonly isOwn: boolean;
  readonly onReply: () => void;
  readonly onEdit: () => void;
}

/** Beside a message when it is pointed at or reached by keyboard: answer it, or change one's own. */
export function MessageActions({ message, isOwn, onReply, onEdit }: MessageActionsProps): JSX.Element {
  const t = useTexts();
  return (
    <span class="actions">
      <button type="button" class="icon-button" aria-label={t.message.reply} onClick={onReply}>
        <Icon name="reply" size={18} />
      </button>
      {isOwn && message.text !== undefined && (
        <button type="button" class="icon-button" aria-label={t.message.edit} onClick={onEdit}>
          <Icon name="pencil" size={18} />
        </button>
      )}
    </span>
  );
}

/** Puts a message into the input field's hands, and the cursor into the field. */
export function useDraftChange(chat: ChatView): (change: Partial<Draft>) => void {
  const { drafts, route } = useSession();
  const meId = useSlice((state) => state.me.id);
  return (change) => {
    drafts.change({ meId, chatId: chat.id, threadId: route.value.threadId }, change);
    document.querySelector<HTMLElement>(".composer textarea")?.focus();
  };
}
