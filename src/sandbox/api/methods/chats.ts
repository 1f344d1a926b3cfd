import type { ChatFullInfo, ChatMember } from "@grammyjs/types";

import { botMember, chatObject, isIn, memberIds, memberObject, setBotStanding } from "../../world/chats.ts";
import { postMessage } from "../../world/messages.ts";
import { botUser, userOf } from "../../world/people.ts";
import { present } from "../../world/present.ts";
import type { ChatRecord, World } from "../../world/world.ts";
import { badRequest } from "../bot-api-error.ts";
import type { MethodTable } from "../context.ts";
import { findChat, findMessage, findWritableChat } from "../targets.ts";

const noGifts = {
  unlimited_gifts: false,
  limited_gifts: false,
  unique_gifts: false,
  premium_subscription: false,
  gifts_from_channels: false,
};

export const chatMethods = {
  getChat: ({ world }, params): ChatFullInfo => {
    const chat = findChat(world, params.chat_id);
    const pinned = chat.messages.get(chat.pinnedIds.at(-1) ?? 0)?.message;
    const isGroup = chat.type === "group" || chat.type === "supergroup";
    return {
      ...chatObject(world, chat),
      accent_color_id: Math.abs(chat.id) % 7,
      max_reaction_count: 11,
      accepted_gift_types: noGifts,
      ...present({ pinned_message: pinned, description: chat.description === "" ? undefined : chat.description }),
      ...(isGroup ? { permissions: chat.permissions } : {}),
    } as ChatFullInfo;
  },

  getChatMember: ({ world }, params): ChatMember => {
    const chat = findChat(world, params.chat_id);
    if (params.user_id === world.bot.id) return botMember(world, chat, chat.botStanding);
    const person = world.people.get(params.user_id);
    if (person === undefined) throw badRequest("invalid user_id specified");
    const standing = chat.type === "private" && chat.id === person.id ? "member" : chat.members.get(person.id);
    return memberObject(userOf(person), standing ?? "left");
  },

  getChatAdministrators: ({ world }, params): ChatMember[] => {
    const chat = findChat(world, params.chat_id);
    if (chat.type === "private") throw badRequest("there are no administrators in the private chat");
    return administrators(world, chat);
  },

  getChatMemberCount: ({ world }, params) => {
    const chat = findChat(world, params.chat_id);
    return memberIds(chat).length + (isIn(chat.botStanding) ? 1 : 0);
  },

  leaveChat: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    if (chat.type === "private") throw badRequest("chat member status can't be changed in private chats");
    postMessage(world, chat, { content: { left_chat_member: botUser(world) } });
    const owner = [...chat.members].find(([, standing]) => standing === "creator")?.[0];
    const by = world.people.get(owner ?? 0);
    if (by !== undefined) setBotStanding(world, chat, "left", by);
    return true;
  },

  pinChatMessage: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    const stored = findMessage(chat, params.message_id, "message to pin not found");
    requirePinRight(chat);
    chat.pinnedIds = [...chat.pinnedIds.filter((id) => id !== params.message_id), params.message_id];
    postMessage(world, chat, { content: { pinned_message: stored.message } });
    world.bus.emit({ to: "viewers", chatId: chat.id });
    return true;
  },

  unpinChatMessage: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    requirePinRight(chat);
    const messageId = params.message_id ?? chat.pinnedIds.at(-1);
    if (messageId === undefined || !chat.pinnedIds.includes(messageId)) throw badRequest("message to unpin not found");
    chat.pinnedIds = chat.pinnedIds.filter((id) => id !== messageId);
    world.bus.emit({ to: "viewers", chatId: chat.id });
    return true;
  },

  unpinAllChatMessages: ({ world }, params) => {
    const chat = findWritableChat(world, params.chat_id);
    requirePinRight(chat);
    chat.pinnedIds = [];
    world.bus.emit({ to: "viewers", chatId: chat.id });
    return true;
  },
} satisfies MethodTable;

function administrators(world: World, chat: ChatRecord): ChatMember[] {
  const people = [...chat.members].flatMap(([id, standing]) => {
    const person = world.people.get(id);
    const isAdmin = standing === "creator" || standing === "administrator";
    return person !== undefined && isAdmin ? [memberObject(userOf(person), standing)] : [];
  });
  return chat.botStanding === "administrator" ? [...people, botMember(world, chat, "administrator")] : people;
}

/** In private chats both sides may pin; in groups administrators, and members of basic groups that allow it. */
function requirePinRight(chat: ChatRecord): void {
  const isAllowed =
    chat.type === "private" ||
    chat.botStanding === "administrator" ||
    (chat.type === "group" && chat.permissions.can_pin_messages === true);
  if (!isAllowed) throw badRequest("not enough rights to manage pinned messages in the chat");
}
