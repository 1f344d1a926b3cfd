import type { Message } from "@grammyjs/types";

import type { ActiveFault, ApiCall, ChatView, InvoiceView, SandboxState } from "../protocol.ts";
import { hasBot, isMember, memberIds, privateChat } from "../world/chats.ts";
import { commandsFor } from "../world/commands.ts";
import { viewOfPerson } from "../world/people.ts";
import { present } from "../world/present.ts";
import { walletOf } from "../world/wallet.ts";
import type { ChatRecord, InvoiceTerms, PersonRecord, World } from "../world/world.ts";

/** A chat as this person sees it. */
export function viewOfChat(world: World, chat: ChatRecord, person: PersonRecord): ChatView {
  const isPrivate = chat.type === "private";
  const { menuButtons } = world.bot;
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
    ...present({
      keyboard: chat.keyboards.get(person.id),
      menuButton: isPrivate ? (menuButtons.get(person.id) ?? menuButtons.get(0)) : undefined,
      pinnedMessageIds: chat.pinnedIds.length > 0 ? chat.pinnedIds : undefined,
    }),
  };
}

/** What a person is shown before paying. */
export function viewOfInvoice({ title, description, amount, subscriptionPeriod }: InvoiceTerms): InvoiceView {
  return { title, description, stars: amount, ...present({ subscriptionPeriod }) };
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

/** A test of throughput makes 100,000 people; nobody chooses from such a list. */
const mostPeopleShown = 200;

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
      hasInlineMode: bot.supportsInlineQueries,
    },
    people: [...world.people.values()].slice(0, mostPeopleShown).map(viewOfPerson),
    me: viewOfPerson(person),
    chats: chats.map((chat) => viewOfChat(world, chat, person)),
    messages,
    wallet: walletOf(world, person),
    faults,
    calls,
    now: world.clock.now().toISOString(),
  };
}
