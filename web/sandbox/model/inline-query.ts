/** What is typed after the bot's name: its inline mode answers that. Undefined for any other draft. */
export function inlineQuery(
  draft: string,
  bot: { readonly username: string; readonly hasInlineMode: boolean },
): string | undefined {
  const [, name = "", query = ""] = /^@(\w+)\s([\s\S]*)$/.exec(draft) ?? [];
  if (!bot.hasInlineMode || name.toLowerCase() !== bot.username.toLowerCase()) return undefined;
  return query.trim();
}
