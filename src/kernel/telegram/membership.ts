import type { ChatMember, ChatMemberUpdated } from "grammy/types";

import type { Accounts } from "../accounts/index.ts";
import type { Tx } from "../db/index.ts";

/** Follows whether the bot may write in a chat: what `my_chat_member` says. */
export async function noteMembership(accounts: Accounts, tx: Tx, change: ChatMemberUpdated): Promise<void> {
  const { chat, new_chat_member: member } = change;
  const reason = whyUnreachable(member, chat.type);
  if (reason === undefined) await accounts.reactivateChat(tx, chat.id);
  else await accounts.suspendChat(tx, chat.id, reason);
}

function whyUnreachable(member: ChatMember, chatType: string): string | undefined {
  switch (member.status) {
    case "kicked":
      return chatType === "private" ? "blocked" : "kicked";
    case "left":
      return "left";
    case "restricted":
      return member.is_member && member.can_send_messages ? undefined : "restricted";
    case "administrator":
      // In a channel only administrators with this right post.
      return chatType === "channel" && member.can_post_messages !== true ? "restricted" : undefined;
    case "creator":
    case "member":
      return undefined;
    default:
      return undefined;
  }
}
