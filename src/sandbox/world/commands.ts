import type { BotCommand, BotCommandScope } from "@grammyjs/types";

import type { BotProfile, ChatRecord, PersonRecord } from "./world.ts";

/** The menu a person sees: the first list that is set, from the narrowest scope to the widest, his language first. */
export function commandsFor(bot: BotProfile, chat: ChatRecord, person: PersonRecord): readonly BotCommand[] {
  for (const scope of scopesOf(chat, person)) {
    for (const languageCode of [person.languageCode, ""]) {
      const list = bot.commandLists.get(commandListKey(scope, languageCode));
      if (list !== undefined) return list.commands;
    }
  }
  return [];
}

function scopesOf(chat: ChatRecord, person: PersonRecord): readonly BotCommandScope[] {
  if (chat.type === "private") {
    return [{ type: "chat", chat_id: chat.id }, { type: "all_private_chats" }, { type: "default" }];
  }
  const standing = chat.members.get(person.id);
  const isAdmin = standing === "creator" || standing === "administrator";
  return [
    { type: "chat_member", chat_id: chat.id, user_id: person.id },
    ...(isAdmin ? [{ type: "chat_administrators", chat_id: chat.id } as const] : []),
    { type: "chat", chat_id: chat.id },
    ...(isAdmin ? [{ type: "all_chat_administrators" } as const] : []),
    { type: "all_group_chats" },
    { type: "default" },
  ];
}

/** There is one list per scope and language; the empty language is for everybody. */
export function commandListKey(scope: BotCommandScope, languageCode: string): string {
  const chatId = "chat_id" in scope ? scope.chat_id : "";
  const userId = "user_id" in scope ? scope.user_id : "";
  return [scope.type, chatId, userId, languageCode].join("|");
}
