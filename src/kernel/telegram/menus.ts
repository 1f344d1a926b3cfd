import { isDeepStrictEqual } from "node:util";

import type { BotCommand, BotCommandScope, LanguageCode } from "grammy/types";

import type { Role } from "../accounts/index.ts";
import { type Backoff, backoffMs } from "../lib/backoff.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import { languages } from "../lib/language.ts";
import type { Texts } from "../lib/texts.ts";
import type { Logger } from "../observability/index.ts";
import { TelegramRefused } from "./bot-api-errors.ts";
import type { BotApi } from "./bot-api.ts";
import { mayUse, type RouteBook } from "./route-book.ts";
import type { Command } from "./route.ts";

/** The command menus that Telegram shows: to everybody what everybody may use, in admin chats everything. */
export interface Menus {
  /** Makes all menus as they should be, trying until Telegram has been reached or the signal aborts. Never rejects. */
  readonly sync: (signal: AbortSignal) => Promise<void>;
  /** An admin chat has just been opened: until then Telegram refuses a menu of its own. */
  readonly syncAdminChat: (chatId: number, signal: AbortSignal) => Promise<void>;
}

export interface MenusDeps {
  readonly api: BotApi;
  readonly book: RouteBook;
  readonly texts: Texts;
  readonly adminChatIds: readonly number[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

interface Menu {
  readonly scope: BotCommandScope;
  readonly commands: readonly Command[];
}

/** English is what Telegram shows to everybody whose language we have no menu for. */
const fallbackLanguage = "en";
const longestDescription = 256;
const backoff: Backoff = { firstMs: 1000, longestMs: 60_000 };

export function createMenus({ api, book, texts, adminChatIds, clock, ids, log }: MenusDeps): Menus {
  const all = [...book.commands.values()];
  const visible = (role: Role, inGroup: boolean): readonly Command[] =>
    all.filter(({ access, inGroups }) => mayUse(role, access) && (!inGroup || inGroups === true));
  const adminMenu = (chatId: number): Menu => ({
    scope: { type: "chat", chat_id: chatId },
    commands: visible("admin", chatId < 0),
  });
  const common: readonly Menu[] = [
    { scope: { type: "default" }, commands: visible("user", false) },
    { scope: { type: "all_private_chats" }, commands: visible("user", false) },
    { scope: { type: "all_group_chats" }, commands: visible("user", true) },
  ];

  /** Asks first: setting is limited, and what was set elsewhere (BotFather, another version) is seen. */
  const apply = async ({ scope, commands }: Menu, signal: AbortSignal): Promise<void> => {
    for (const language of languages) {
      const t = texts(language);
      const where = { scope, ...(language !== fallbackLanguage && { language_code: language satisfies LanguageCode }) };
      const wanted: readonly BotCommand[] = commands.map(({ name, description }) => ({
        command: name,
        description: t.plain(description).slice(0, longestDescription),
      }));
      const present = await api.call("getMyCommands", where, { signal });
      if (isDeepStrictEqual(present, wanted)) continue;
      if (wanted.length === 0) await api.call("deleteMyCommands", where, { signal });
      else await api.call("setMyCommands", { ...where, commands: wanted }, { signal });
      log.debug({ scope: scope.type, language, commands: wanted.length }, "command menu set");
    }
  };

  const applyOrGiveUp = async (menu: Menu, signal: AbortSignal): Promise<void> => {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await apply(menu, signal);
        return;
      } catch (error) {
        // A chat that has not been opened yet; the command that opens it brings us back here.
        const isFinal = error instanceof TelegramRefused && error.errorCode !== 429;
        log.info({ scope: menu.scope.type, err: toError(error).message }, "command menu could not be set");
        if (isFinal) return;
        await pause(clock, backoffMs(backoff, attempt, ids.random()), signal);
      }
    }
  };

  return {
    sync: async (signal) => {
      for (const menu of [...common, ...adminChatIds.map(adminMenu)]) await applyOrGiveUp(menu, signal);
    },
    syncAdminChat: async (chatId, signal) => {
      if (adminChatIds.includes(chatId)) await applyOrGiveUp(adminMenu(chatId), signal);
    },
  };
}
