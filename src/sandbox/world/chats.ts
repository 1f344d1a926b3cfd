import type { Chat, ChatMember, ChatMemberUpdated, ChatPermissions } from "@grammyjs/types";

import { botUser, userOf } from "./people.ts";
import { present } from "./present.ts";
import { unixTime } from "./world.ts";
import type { ChatRecord, PersonRecord, Standing, World } from "./world.ts";

const defaultPermissions: ChatPermissions = {
  can_send_messages: true,
  can_send_audios: true,
  can_send_documents: true,
  can_send_photos: true,
  can_send_videos: true,
  can_send_video_notes: true,
  can_send_voice_notes: true,
  can_send_polls: true,
  can_send_other_messages: true,
  can_add_web_page_previews: true,
  can_change_info: true,
  can_invite_users: true,
  can_pin_messages: true,
  can_manage_topics: true,
};

/** Supergroups and channels have ids below this, basic groups are between it and zero. */
const supergroupBase = -1_000_000_000_000;

export const dayMs = 24 * 60 * 60 * 1000;

/** The chat of this person with the bot; it exists as soon as either looks. */
export function privateChat(world: World, person: PersonRecord): ChatRecord {
  const known = world.chats.get(person.id);
  if (known !== undefined) return known;
  return addChat(world, {
    id: person.id,
    type: "private",
    title: [person.firstName, person.lastName].join(" ").trim(),
  });
}

export interface NewGroup {
  readonly title: string;
  readonly memberIds: readonly number[];
  readonly isForum?: boolean;
  readonly isSupergroup?: boolean;
  readonly id?: number;
}

/** A basic group, or a supergroup (forums are always that). The first member owns it; the bot is not in it yet. */
export function addGroup(world: World, group: NewGroup): ChatRecord {
  const isSupergroup = group.isSupergroup === true || group.isForum === true;
  const chat = addChat(world, {
    id: group.id ?? newGroupId(world, isSupergroup),
    type: isSupergroup ? "supergroup" : "group",
    title: group.title,
  });
  chat.isForum = group.isForum ?? false;
  for (const [index, id] of group.memberIds.entries()) chat.members.set(id, index === 0 ? "creator" : "member");
  return chat;
}

export function newGroupId(world: World, isSupergroup: boolean): number {
  world.counters.chatId += 1;
  return isSupergroup ? supergroupBase - world.counters.chatId : -world.counters.chatId;
}

function addChat(world: World, { id, type, title }: Pick<ChatRecord, "id" | "type" | "title">): ChatRecord {
  const chat: ChatRecord = {
    id,
    type,
    title,
    isForum: false,
    description: "",
    permissions: defaultPermissions,
    members: new Map(),
    botStanding: type === "private" ? "member" : "left",
    topics: new Map(),
    messages: new Map(),
    pinnedIds: [],
    nextMessageId: 1,
    instance: String(Math.floor(world.ids.random() * Number.MAX_SAFE_INTEGER)),
    keyboards: new Map(),
  };
  world.chats.set(id, chat);
  return chat;
}

/** As the Bot API names a chat. */
export function chatObject(world: World, { id, type, title, username, isForum }: ChatRecord): Chat {
  switch (type) {
    case "private": {
      const person = world.people.get(id);
      const names = { last_name: person?.lastName, username: person?.username };
      return { id, type, first_name: person?.firstName ?? "Deleted Account", ...present(names) };
    }
    case "supergroup":
      return { id, type, title, ...present({ username }), ...(isForum ? { is_forum: true as const } : {}) };
    case "channel":
      return { id, type, title, ...present({ username }) };
    case "group":
  }
  return { id, type: "group", title };
}

/** Whether the bot is in the chat; always so in private ones. */
export function hasBot(chat: ChatRecord): boolean {
  return isIn(chat.botStanding);
}

export function isIn(standing: Standing | undefined): boolean {
  return standing === "creator" || standing === "administrator" || standing === "member";
}

export function isMember(chat: ChatRecord, personId: number): boolean {
  return chat.type === "private" ? chat.id === personId : isIn(chat.members.get(personId));
}

/** Everyone who sees the chat. */
export function memberIds(chat: ChatRecord): readonly number[] {
  if (chat.type === "private") return [chat.id];
  return [...chat.members].filter(([, standing]) => isIn(standing)).map(([id]) => id);
}

/** Changes how the bot stands in a group and tells it by `my_chat_member`. */
export function setBotStanding(world: World, chat: ChatRecord, standing: Standing, by: PersonRecord): void {
  const before = chat.botStanding;
  if (before === standing) return;
  chat.botStanding = standing;
  tellBotOfItsStanding(world, chat, by, { before, after: standing });
  world.bus.emit({ to: "viewers", chatId: chat.id });
}

/** The person blocks the bot or lets it in again: `my_chat_member` with `kicked` or `member`. */
export function setBlocked(world: World, person: PersonRecord, isBlocked: boolean): void {
  if (person.hasBlockedBot === isBlocked) return;
  person.hasBlockedBot = isBlocked;
  const change = isBlocked
    ? { before: "member" as const, after: "kicked" as const }
    : { before: "kicked" as const, after: "member" as const };
  tellBotOfItsStanding(world, privateChat(world, person), person, change);
  world.bus.emit({ to: "viewers", chatId: person.id });
}

function tellBotOfItsStanding(
  world: World,
  chat: ChatRecord,
  by: PersonRecord,
  { before, after }: { readonly before: Standing; readonly after: Standing },
): void {
  const content: ChatMemberUpdated = {
    chat: chatObject(world, chat),
    from: userOf(by),
    date: unixTime(world),
    old_chat_member: botMember(world, chat, before),
    new_chat_member: botMember(world, chat, after),
  };
  world.updates.push({ kind: "my_chat_member", content, orderKey: `standing:${chat.id}`, lifetimeMs: dayMs });
}

/** Administrators of a channel, and only they, have the right to post there. */
export function botMember(world: World, { type }: Pick<ChatRecord, "type">, standing: Standing): ChatMember {
  const member = memberObject(botUser(world), standing);
  return type === "channel" && member.status === "administrator" ? { ...member, ...channelRights } : member;
}

const channelRights = { can_post_messages: true, can_edit_messages: true } as const;

const adminRights = {
  can_be_edited: false,
  can_manage_chat: true,
  can_change_info: true,
  can_delete_messages: true,
  can_invite_users: true,
  can_restrict_members: true,
  can_pin_messages: true,
  can_manage_topics: true,
  can_promote_members: false,
  can_manage_video_chats: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  can_manage_tags: false,
  can_send_welcome_messages: false,
  is_anonymous: false,
} as const;

export function memberObject(user: ChatMember["user"], standing: Standing): ChatMember {
  switch (standing) {
    case "creator":
      return { user, status: "creator", is_anonymous: false };
    case "administrator":
      return { user, status: "administrator", ...adminRights };
    case "member":
      return { user, status: "member" };
    case "kicked":
      return { user, status: "kicked", until_date: 0 };
    case "left":
  }
  return { user, status: "left" };
}
