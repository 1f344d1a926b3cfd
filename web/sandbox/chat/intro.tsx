import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { BotSign } from "../../shared/ui/avatar.tsx";
import { useSlice, useTexts } from "../session/use-session.ts";

/** What an empty chat shows: what the bot says it can do, or that nothing was said yet. */
export function Intro({ chat }: { readonly chat: ChatView }): JSX.Element {
  const t = useTexts();
  const bot = useSlice((state) => state.bot);
  const isNew = chat.type === "private" && !chat.started;
  return (
    <div class="intro-card">
      {isNew && (
        <span class="avatar avatar-large" data-hue="bot" aria-hidden="true">
          <BotSign />
        </span>
      )}
      <h3>{isNew ? t.chat.intro : t.chat.empty}</h3>
      <p>{isNew && bot.description !== "" ? bot.description : t.chat.emptyHint}</p>
    </div>
  );
}
