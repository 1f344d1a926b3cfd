import type { InlineKeyboardButton, Message } from "@grammyjs/types";
import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Icon, Star } from "../../shared/ui/icon.tsx";
import type { IconName } from "../../shared/ui/icon.tsx";
import { inlineRows, kindOfButton, splitAtStars } from "../model/inline-buttons.ts";
import type { ButtonKind } from "../model/inline-buttons.ts";
import { buttonKey } from "../session/presses.ts";
import { useSession, useTexts } from "../session/use-session.ts";
import { pressInlineButton } from "./press-inline-button.ts";

interface InlineKeyboardProps {
  readonly message: Message;
  readonly chat: ChatView;
}

/** The buttons under a message. An invoice without a keyboard gets the Pay button that Telegram gives it. */
export function InlineKeyboard({ message, chat }: InlineKeyboardProps): JSX.Element | null {
  const { formats } = useSession();
  const t = useTexts();
  const { number } = formats.value;
  const rows = inlineRows(message, (amount) => t.pay.button(number(amount)));
  if (rows.length === 0) return null;
  return (
    <div class="keys" role="group" aria-label={t.message.buttons}>
      {rows.map((row, y) => (
        <div class="keys-row" key={y}>
          {row.map((button, x) => (
            <InlineButton key={x} button={button} message={message} chat={chat} at={[y, x]} />
          ))}
        </div>
      ))}
    </div>
  );
}

interface InlineButtonProps extends InlineKeyboardProps {
  readonly button: InlineKeyboardButton;
  readonly at: readonly [row: number, column: number];
}

const cornerIcons: Readonly<Partial<Record<ButtonKind, IconName>>> = {
  url: "link",
  app: "window",
  copy: "copy",
};

function InlineButton({ button, message, chat, at }: InlineButtonProps): JSX.Element {
  const session = useSession();
  const kind = kindOfButton(button);
  const key = buttonKey(chat.id, message.message_id, at[0], at[1]);
  const isWaiting = session.presses.waiting.value.has(key);
  const icon = cornerIcons[kind];
  return (
    <button
      type="button"
      class="key"
      data-style={button.style}
      data-kind={kind}
      aria-busy={isWaiting}
      aria-disabled={kind === "disabled" || kind === "app"}
      onClick={() => {
        pressInlineButton(session, { button, message, key });
      }}
    >
      <span class="key-text">{kind === "pay" ? <PayText text={button.text} /> : button.text}</span>
      {icon !== undefined && <Icon name={icon} size={13} />}
    </button>
  );
}

/** Telegram draws its Star for "⭐" and "XTR" on Pay buttons. */
function PayText({ text }: { readonly text: string }): JSX.Element {
  return <>{splitAtStars(text).map((part, index) => (part === "star" ? <Star key={index} /> : part.text))}</>;
}
