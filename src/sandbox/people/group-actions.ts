import { addGroup, hasBot, newGroupId, setBotStanding } from "../world/chats.ts";
import { postMessage } from "../world/messages.ts";
import { botUser } from "../world/people.ts";
import type { ChatRecord, PersonRecord, World } from "../world/world.ts";
import { PersonError } from "./people-actions.ts";

export interface GroupRequest {
  readonly title: string;
  readonly memberIds: readonly number[];
  readonly forum?: boolean;
  readonly id?: number;
}

/** Makes a group owned by `owner`, with the bot in it. */
export function makeGroup(world: World, owner: PersonRecord, request: GroupRequest): ChatRecord {
  const title = request.title.trim();
  if (title === "" || title.length > 128) throw new PersonError("A title has 1 to 128 characters.");
  const unknown = request.memberIds.find((id) => !world.people.has(id));
  if (unknown !== undefined) throw new PersonError(`There is no person ${unknown}.`, 404);
  const memberIds = [owner.id, ...request.memberIds.filter((id) => id !== owner.id)];
  const chat = addGroup(world, {
    title,
    memberIds,
    isForum: request.forum ?? false,
    ...(request.id === undefined ? {} : { id: request.id }),
  });
  addBot(world, owner, chat);
  // Only an administrator can do anything with topics.
  if (chat.isForum) promoteBot(world, owner, chat, true);
  return chat;
}

/** Makes the bot an administrator, or a simple member again. */
export function promoteBot(world: World, by: PersonRecord, chat: ChatRecord, isAdmin: boolean): void {
  requireGroup(chat);
  if (!hasBot(chat)) throw new PersonError("The bot is not in the group.");
  setBotStanding(world, chat, isAdmin ? "administrator" : "member", by);
}

/** Puts the bot (back) into the group: `my_chat_member`, then the service message. */
export function addBot(world: World, by: PersonRecord, chat: ChatRecord): void {
  requireGroup(chat);
  if (chat.botStanding === "member" || chat.botStanding === "administrator") return;
  setBotStanding(world, chat, "member", by);
  postMessage(world, chat, { from: by, isService: true, content: { new_chat_members: [botUser(world)] } });
}

/** Throws the bot out: the service message is the last it hears, then `my_chat_member`. */
export function removeBot(world: World, by: PersonRecord, chat: ChatRecord): void {
  requireGroup(chat);
  if (chat.botStanding === "left" || chat.botStanding === "kicked") return;
  postMessage(world, chat, { from: by, isService: true, content: { left_chat_member: botUser(world) } });
  setBotStanding(world, chat, "kicked", by);
}

/** The basic group becomes a supergroup with a new id. Both chats get a service message; the old one is dead. */
export function migrateGroup(world: World, by: PersonRecord, chat: ChatRecord): ChatRecord {
  if (chat.type !== "group") throw new PersonError("Only a basic group can become a supergroup.");
  if (chat.migratedTo !== undefined) throw new PersonError("The group has become a supergroup already.");
  const successor = addGroup(world, {
    title: chat.title,
    memberIds: [...chat.members.keys()],
    isSupergroup: true,
    id: newGroupId(world, true),
  });
  for (const [id, standing] of chat.members) successor.members.set(id, standing);
  successor.botStanding = chat.botStanding;
  postMessage(world, chat, { from: by, isService: true, content: { migrate_to_chat_id: successor.id } });
  chat.migratedTo = successor.id;
  postMessage(world, successor, { from: by, isService: true, content: { migrate_from_chat_id: chat.id } });
  world.bus.emit({ to: "restart" });
  return successor;
}

function requireGroup(chat: ChatRecord): void {
  if (chat.type === "private") throw new PersonError("This is not a group.");
}
