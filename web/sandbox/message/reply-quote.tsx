import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import { showMessage } from "../chat/show-message.ts";
import { senderName } from "../model/names.ts";
import { previewText } from "../model/preview.ts";
import { useTexts } from "../session/use-session.ts";

/** What a message answers; pressing it goes there. */
export function ReplyQuote({ message }: { readonly message: Message }): JSX.Element {
  const t = useTexts();
  const name = senderName(message);
  return (
    <button
      type="button"
      class="quote"
      aria-label={`${t.message.replyTo(name)}: ${previewText(message, t)}`}
      onClick={() => {
        showMessage(message.message_id);
      }}
    >
      <span class="quote-name">{name}</span>
      <span class="quote-text">{previewText(message, t)}</span>
    </button>
  );
}
