import type { JSX } from "preact";

import { useTexts } from "../session/use-session.ts";

/** "typing" or "sending a video", with three moving dots. */
export function TypingText({ action }: { readonly action: string }): JSX.Element {
  const { actions } = useTexts();
  const text = Object.hasOwn(actions, action) ? actions[action as keyof typeof actions] : actions.typing;
  return (
    <span class="typing" role="status">
      {text}
      <span class="typing-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
    </span>
  );
}
