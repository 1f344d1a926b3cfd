import type { BotCommand } from "@grammyjs/types";
import { useState } from "preact/hooks";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { commandText, suggestCommands } from "../model/commands.ts";
import { useSlice } from "../session/use-session.ts";
import type { ComposerState } from "./use-composer.ts";
import { type Inline, useInline } from "./use-inline.ts";

/** What stands over the text field to be chosen from: commands, or what the inline mode offers. */
export interface Suggestions {
  readonly commands: readonly BotCommand[];
  readonly inline: Inline | undefined;
  readonly count: number;
  /** -1: the text as typed. */
  readonly chosen: number;
  readonly setChosen: (index: number) => void;
  readonly send: (index: number) => void;
  /** The text with the command completed; undefined when there is none to complete. */
  readonly completed: () => string | undefined;
}

export function useSuggestions(
  { chat, threadId }: { readonly chat: ChatView; readonly threadId: number | undefined },
  { draft, replyTo, send, clear }: ComposerState,
  menu: { readonly isOpen: boolean; readonly close: () => void },
): Suggestions {
  const username = useSlice((state) => state.bot.username);
  const inline = useInline(chat.id, draft.text);
  const [chosen, setChosen] = useState(-1);
  const commands = menu.isOpen ? chat.commands : suggestCommands(draft.text, chat.commands);

  const sendCommand = (index: number): void => {
    const command = commands[index];
    if (command === undefined) return;
    menu.close();
    send(commandText(command, chat.type, username));
  };
  const sendOffer = async (index: number): Promise<void> => {
    if ((await inline?.choose(index, { threadId, replyToMessageId: replyTo?.message_id })) === true) clear();
  };
  return {
    commands,
    inline,
    count: inline?.offers?.length ?? commands.length,
    chosen,
    setChosen,
    send: (index) => {
      setChosen(-1);
      if (inline === undefined) sendCommand(index);
      else void sendOffer(index);
    },
    completed: () => {
      const command = inline === undefined ? commands[Math.max(chosen, 0)] : undefined;
      return command && `/${command.command} `;
    },
  };
}
