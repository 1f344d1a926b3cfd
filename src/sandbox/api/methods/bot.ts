import type { BotCommand, BotCommandScope, MenuButton, UserFromGetMe } from "@grammyjs/types";

import { commandListKey } from "../../world/commands.ts";
import { botUser } from "../../world/people.ts";
import type { World } from "../../world/world.ts";
import { badRequest } from "../bot-api-error.ts";
import type { MethodTable } from "../context.ts";
import { findChat } from "../targets.ts";

const mostCommands = 100;
const longestDescription = 512;
const longestShortDescription = 120;
const longestName = 64;

export const botMethods = {
  getMe: ({ world }): UserFromGetMe => ({
    ...botUser(world),
    is_bot: true,
    username: world.bot.username,
    can_join_groups: true,
    can_read_all_group_messages: world.bot.canReadAllGroupMessages,
    supports_guest_queries: false,
    supports_inline_queries: world.bot.supportsInlineQueries,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  }),

  setMyCommands: ({ world }, params) => {
    if (params.commands.length > mostCommands) throw badRequest("BOT_COMMANDS_TOO_MUCH");
    const commands = params.commands.map(readCommand);
    const scope = resolveScope(world, params.scope);
    const languageCode = params.language_code ?? "";
    const key = commandListKey(scope, languageCode);
    // An empty list is no list, so that a wider scope shows through.
    if (commands.length === 0) world.bot.commandLists.delete(key);
    else world.bot.commandLists.set(key, { scope, languageCode, commands });
    refreshMenus(world);
    return true;
  },

  deleteMyCommands: ({ world }, params) => {
    world.bot.commandLists.delete(commandListKey(resolveScope(world, params.scope), params.language_code ?? ""));
    refreshMenus(world);
    return true;
  },

  getMyCommands: ({ world }, params) => {
    const key = commandListKey(resolveScope(world, params.scope), params.language_code ?? "");
    return world.bot.commandLists.get(key)?.commands ?? [];
  },

  setMyName: ({ world }, params) => {
    setText(world.bot.names, { text: params.name, languageCode: params.language_code, longest: longestName });
    world.bot.firstName = world.bot.names.get("") ?? "Telecast";
    world.bus.emit({ to: "restart" });
    return true;
  },
  getMyName: ({ world }, params) => ({ name: textFor(world.bot.names, params.language_code) ?? world.bot.firstName }),

  setMyDescription: ({ world }, params) => {
    const { description: text, language_code: languageCode } = params;
    setText(world.bot.descriptions, { text, languageCode, longest: longestDescription });
    world.bus.emit({ to: "restart" });
    return true;
  },
  getMyDescription: ({ world }, params) => ({
    description: textFor(world.bot.descriptions, params.language_code) ?? "",
  }),

  setMyShortDescription: ({ world }, params) => {
    const { short_description: text, language_code: languageCode } = params;
    setText(world.bot.shortDescriptions, { text, languageCode, longest: longestShortDescription });
    return true;
  },
  getMyShortDescription: ({ world }, params) => ({
    short_description: textFor(world.bot.shortDescriptions, params.language_code) ?? "",
  }),

  setChatMenuButton: ({ world }, params) => {
    const button = params.menu_button ?? { type: "default" };
    checkMenuButton(button);
    const chatId = params.chat_id ?? 0;
    if (chatId !== 0) findChat(world, chatId);
    if (button.type === "default") world.bot.menuButtons.delete(chatId);
    else world.bot.menuButtons.set(chatId, button);
    refreshMenus(world);
    return true;
  },
  getChatMenuButton: ({ world }, params) =>
    world.bot.menuButtons.get(params.chat_id ?? 0) ?? world.bot.menuButtons.get(0) ?? { type: "commands" },
} satisfies MethodTable;

function readCommand({ command, description }: BotCommand): BotCommand {
  const name = command.replace(/^\//, "");
  if (!/^[a-z0-9_]{1,32}$/.test(name)) throw badRequest("BOT_COMMAND_INVALID");
  if (description.length < 1 || description.length > 256) throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID");
  return { command: name, description };
}

/** Usernames in a scope become ids, so that one chat has one list. */
function resolveScope(world: World, scope: BotCommandScope | undefined): BotCommandScope {
  if (scope === undefined) return { type: "default" };
  if (!("chat_id" in scope)) return scope;
  const chat = findChat(world, scope.chat_id);
  const isForGroups = scope.type === "chat_administrators" || scope.type === "chat_member";
  if (isForGroups && chat.type === "private")
    throw badRequest("can't set commands for the specified scope in private chats");
  return { ...scope, chat_id: chat.id };
}

interface NewText {
  readonly text: string | undefined;
  readonly languageCode: string | undefined;
  readonly longest: number;
}

function setText(texts: Map<string, string>, { text = "", languageCode = "", longest }: NewText): void {
  if (text.length > longest) throw badRequest("text is too long");
  if (text === "") texts.delete(languageCode);
  else texts.set(languageCode, text);
}

function textFor(texts: ReadonlyMap<string, string>, languageCode = ""): string | undefined {
  return texts.get(languageCode) ?? texts.get("");
}

function checkMenuButton(button: MenuButton): void {
  if (button.type !== "web_app") return;
  if (button.text === "" || !/^https?:\/\//.test(button.web_app.url)) throw badRequest("BUTTON_URL_INVALID");
}

/** Everyone's menu may have changed: there are few chats that someone looks at. */
function refreshMenus(world: World): void {
  if (!world.bus.hasListeners()) return;
  for (const chatId of world.chats.keys()) world.bus.emit({ to: "viewers", chatId });
}
