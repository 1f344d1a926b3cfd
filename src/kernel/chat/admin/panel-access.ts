import type { Accounts, User } from "../../accounts/index.ts";
import { type ChatPlace, mayUse } from "../../telegram/index.ts";

type Lists = Pick<Accounts, "adminChatIds" | "monitoringChatIds">;

/**
 * Whether the panel may be shown to this person in this chat: in his private chat or in one of the admins', because what
 * it says is not for whoever else is there. Chats that only watch command nothing.
 */
export function mayOpenPanel(
  { adminChatIds, monitoringChatIds }: Lists,
  { user, chat }: { readonly user: Pick<User, "role">; readonly chat: Pick<ChatPlace, "id" | "type"> },
): boolean {
  if (!mayUse(user.role, "admin")) return false;
  if (adminChatIds.includes(chat.id)) return true;
  return chat.type === "private" && !monitoringChatIds.includes(chat.id);
}
