import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import { previewText } from "../model/preview.ts";
import { useSlice, useTexts } from "../session/use-session.ts";
import { showMessage } from "./show-message.ts";

/** The message pinned last, above the conversation; pressing it goes there. */
export function PinnedBar({ chat }: { readonly chat: ChatView }): JSX.Element | null {
  const t = useTexts();
  const messages = useSlice((state) => state.messages[chat.id]);
  const pinnedId = chat.pinnedMessageIds?.at(-1);
  const message = messages?.find((one) => one.message_id === pinnedId);
  if (message === undefined) return null;
  return (
    <button
      type="button"
      class="pinned"
      onClick={() => {
        showMessage(message.message_id);
      }}
    >
      <Icon name="pin" size={20} />
      <span class="reply-bar-text">
        <span class="quote-name">{t.chat.pinned}</span>
        <span class="quote-text">{previewText(message, t)}</span>
      </span>
    </button>
  );
}
