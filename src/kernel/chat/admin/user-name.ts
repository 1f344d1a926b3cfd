import type { User } from "../../accounts/index.ts";
import { oneLine } from "../../lib/foreign-text.ts";

const longestName = 28;

/** What a person is called in lists and on buttons: people choose their names themselves. */
export function userName({ firstName, telegramId }: Pick<User, "firstName" | "telegramId">): string {
  const name = oneLine(firstName, longestName);
  return name === "" ? String(telegramId) : name;
}

/** The same with what sets him apart: `🚫 Alex @alexrivera`. */
export function userLine(user: User): string {
  const mark = user.blocked ? "🚫 " : user.role === "user" ? "" : "⭐ ";
  return `${mark}${userName(user)}${user.username === undefined ? "" : ` @${user.username}`}`;
}
