import type { BotCommand } from "@grammyjs/types";
import type { JSX } from "preact";

import { useTexts } from "../session/use-session.ts";
import { suggestionId, suggestionsId } from "./message-input.tsx";

interface CommandListProps {
  readonly commands: readonly BotCommand[];
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
}

/** The bot's commands with what they do; the input field keeps the focus and points at the chosen one. */
export function CommandList({ commands, chosen, onChoose }: CommandListProps): JSX.Element {
  const { composer } = useTexts();
  return (
    <div class="commands" role="listbox" id={suggestionsId} aria-label={composer.commands}>
      {commands.map((command, index) => (
        <div
          key={command.command}
          class="command"
          role="option"
          id={suggestionId(index)}
          aria-selected={index === chosen}
          onClick={() => {
            onChoose(index);
          }}
        >
          <span class="command-name">/{command.command}</span>
          <span class="command-text">{command.description}</span>
        </div>
      ))}
    </div>
  );
}
