import type { Message } from "grammy/types";

/**
 * Whether the message begins with the bot's name: then it is meant for the bot. A name further on may be somebody who
 * only speaks of it, and a forwarded message speaks to those who got it first.
 */
export function beginsWithMention(
  { text, caption, forward_origin: forwarded }: Pick<Message, "text" | "caption" | "forward_origin">,
  username: string | undefined,
): boolean {
  if (username === undefined || forwarded !== undefined) return false;
  const [, name] = /^@(\w{1,64})/.exec(text ?? caption ?? "") ?? [];
  return name?.toLowerCase() === username.toLowerCase();
}
