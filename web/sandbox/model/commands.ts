import type { BotCommand } from "@grammyjs/types";

/** What to suggest while a command is being typed; nothing once the draft is more than its first word. */
export function suggestCommands(draft: string, commands: readonly BotCommand[]): readonly BotCommand[] {
  const typed = /^\/(\w*)$/.exec(draft)?.[1];
  if (typed === undefined) return [];
  return commands.filter((one) => one.command.startsWith(typed.toLowerCase()));
}

/** The text that choosing a command sends: groups name the bot, since several bots may share a command. */
export function commandText(command: BotCommand, chatType: string, botUsername: string): string {
  return chatType === "private" ? `/${command.command}` : `/${command.command}@${botUsername}`;
}
