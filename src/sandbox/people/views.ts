import type { BotCommand, BotCommandScope, Message } from "@grammyjs/types";

import type { ActiveFault, ApiCall, ChatView, SandboxState } from "../protocol.ts";
import { hasBot, isMember, memberIds, privateChat } from "../world/chats.ts";
import { viewOfPerson } from "../world/people.ts";
import type { BotProfile, ChatRecord, PersonRecord, World } from "../world/world.ts";

/** A chat as this person sees it. */
export function viewOfChat(world: World, chat: ChatRecord, person: PersonRecord): ChatView {
  const isPrivate = chat.type === "private";
  return {
    id: chat.id,
    type: chat.type,
    title: isPrivate ? world.bot.firstName : chat.title,
    isForum: chat.isForum,
    topics: [...chat.topics.values()].map(({ threadId, name }) => ({ threadId, name })),
    memberIds: memberIds(chat),
    blocked: isPrivate && person.hasBlockedBot,
    started: isPrivate ? person.hasStarted : hasBot(chat),
    commands: commandsFor(world.bot, chat, person),
  };
}

/** The first list that is set wins, from the narrowest scope to the widest, each in the person's language first. */
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

/** One list of commands per scope and language. */
export function commandListKey(scope: BotCommandScope, languageCode: string): string {
  const chatId = "chat_id" in scope ? scope.chat_id : "";
  const userId = "user_id" in scope ? scope.user_id : "";
  return [scope.type, chatId, userId, languageCode].join("|");
}

/** The chats a person has: his own with the bot, then his groups. A group that was upgraded is gone. */
export function chatsOf(world: World, person: PersonRecord): readonly ChatRecord[] {
  const groups = [...world.chats.values()].filter(
    (chat) => chat.type !== "private" && chat.migratedTo === undefined && isMember(chat, person.id),
  );
  return [privateChat(world, person), ...groups];
}

export interface StateParts {
  readonly calls: readonly ApiCall[];
  readonly faults: readonly ActiveFault[];
}

/** Everything a page needs to draw itself for this person. */
export function stateFor(world: World, person: PersonRecord, { calls, faults }: StateParts): SandboxState {
  const chats = chatsOf(world, person);
  const messages: Record<string, readonly Message[]> = {};
  for (const chat of chats) messages[String(chat.id)] = [...chat.messages.values()].map(({ message }) => message);
  const { bot } = world;
  return {
    bot: {
      id: bot.id,
      firstName: bot.firstName,
      username: bot.username,
      description: bot.descriptions.get(person.languageCode) ?? bot.descriptions.get("") ?? "",
    },
    people: [...world.people.values()].map(viewOfPerson),
    me: viewOfPerson(person),
    chats: chats.map((chat) => viewOfChat(world, chat, person)),
    messages,
    faults,
    calls,
    now: world.clock.now().toISOString(),
  };
}
