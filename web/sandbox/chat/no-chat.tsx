import type { JSX } from "preact";

import { BotSign } from "../../shared/ui/avatar.tsx";
import { useTexts } from "../session/use-session.ts";

export function NoChat(): JSX.Element {
  const { chat } = useTexts();
  return (
    <main class="chat wallpaper no-chat">
      <div class="intro-card">
        <span class="avatar avatar-large" data-hue="bot" aria-hidden="true">
          <BotSign />
        </span>
        <h2>{chat.choose}</h2>
        <p>{chat.chooseHint}</p>
      </div>
    </main>
  );
}
