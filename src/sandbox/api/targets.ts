import { hasBot } from "../world/chats.ts";
import { privateChat } from "../world/chats.ts";
import type { ChatRecord, PersonRecord, StoredMessage, World } from "../world/world.ts";
import { badRequest, chatWasUpgraded, forbidden } from "./bot-api-error.ts";

type ChatId = number | string;

/** The chat that a call names, as long as the bot knows it at all. */
export function findChat(world: World, chatId: ChatId): ChatRecord {
  const chat =
    typeof chatId === "string" && chatId.startsWith("@") ? byUsername(world, chatId) : byId(world, Number(chatId));
  if (chat === undefined) throw badRequest("chat not found");
  return chat;
}

/** The chat that a call wants to write to; refuses in Telegram's words where the bot may not. */
export function findWritableChat(world: World, chatId: ChatId): ChatRecord {
  const chat = findChat(world, chatId);
  if (chat.migratedTo !== undefined) throw chatWasUpgraded(chat.migratedTo);
  if (chat.type === "private") requireOpenPerson(world.people.get(chat.id));
  else requireMembership(chat);
  return chat;
}

function requireOpenPerson(person: PersonRecord | undefined): void {
  if (person === undefined) throw badRequest("chat not found");
  if (person.isDeactivated) throw forbidden("user is deactivated");
  if (person.hasBlockedBot) throw forbidden("bot was blocked by the user");
  if (!person.hasStarted) throw forbidden("bot can't initiate conversation with a user");
}

function requireMembership(chat: ChatRecord): void {
  if (hasBot(chat)) return;
  const kind = chat.type;
  throw chat.botStanding === "kicked"
    ? forbidden(`bot was kicked from the ${kind} chat`)
    : forbidden(`bot is not a member of the ${kind} chat`);
}

/** A person is known once he has started the bot or shares a group with it; to others the chat does not exist. */
function byId(world: World, id: number): ChatRecord | undefined {
  const person = world.people.get(id);
  if (person === undefined) return world.chats.get(id);
  const isKnown = person.hasStarted || [...world.chats.values()].some((chat) => chat.members.has(id) && hasBot(chat));
  return isKnown ? privateChat(world, person) : undefined;
}

function byUsername(world: World, name: string): ChatRecord | undefined {
  const username = name.slice(1).toLowerCase();
  return [...world.chats.values()].find((chat) => chat.username?.toLowerCase() === username);
}

/** The message that an edit or a deletion names. */
export function findMessage(chat: ChatRecord, messageId: number, missing: string): StoredMessage {
  const stored = chat.messages.get(messageId);
  if (stored === undefined) throw badRequest(missing);
  return stored;
}

/** The topic a message goes to; outside of forums the number is ignored. */
export function checkThread(chat: ChatRecord, threadId: number | undefined): number | undefined {
  if (threadId === undefined || threadId === 0 || !chat.isForum) return undefined;
  const topic = chat.topics.get(threadId);
  if (topic === undefined) throw badRequest("message thread not found");
  if (topic.isClosed && chat.botStanding !== "administrator") throw badRequest("TOPIC_CLOSED");
  return threadId;
}
