import type { JSX } from "preact";

import { typedBy } from "../model/reply-keyboard.ts";
import type { ReplyKeyboard } from "../model/reply-keyboard.ts";
import { useSession, useTexts } from "../session/use-session.ts";

interface KeyboardPadProps {
  readonly keyboard: ReplyKeyboard;
  readonly onType: (text: string) => void;
}

/** The bot's own keyboard: each button types its text. */
export function KeyboardPad({ keyboard, onType }: KeyboardPadProps): JSX.Element {
  const { toasts } = useSession();
  const t = useTexts();
  return (
    <div class="pad" role="group" aria-label={t.composer.keyboard}>
      {keyboard.rows.map((row, y) => (
        <div class="keys-row" key={y}>
          {row.map((button, x) => {
            const text = typedBy(button);
            return (
              <button
                key={x}
                type="button"
                class="pad-key"
                data-style={typeof button === "string" ? undefined : button.style}
                onClick={() => {
                  if (text === undefined) toasts.show(t.message.noSpecial);
                  else onType(text);
                }}
              >
                {typeof button === "string" ? button : button.text}
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
}
