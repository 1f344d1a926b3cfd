import type { CallbackQuery, Message, PreCheckoutQuery, Update } from "grammy/types";

import type { Role, User } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";
import type { Html } from "../lib/html.ts";
import type { Translate } from "../lib/texts.ts";
import type { Logger } from "../observability/index.ts";
import type { Content, Keyboard } from "./content.ts";

/**
 * One update being handled. Everything it does is part of `tx`, which also marks the update as handled: it happens
 * completely and once, or not at all. There is nothing here that talks to Telegram before the commit.
 */
export interface UpdateContext {
  readonly tx: Tx;
  readonly update: Update;
  readonly user: User;
  readonly chat: ChatPlace;
  /** The texts in the person's language. */
  readonly t: Translate;
  readonly now: Date;
  readonly log: Logger;
  /** Queues an answer in the lane `reply`, in the place (chat and forum topic) of the update. */
  readonly reply: (content: Html | Content, options?: ReplyOptions) => Promise<void>;
  /** A small text over the pressed button, after the commit. Every callback query is answered, with or without this. */
  readonly answer: (text: string, options?: { readonly alert?: boolean }) => void;
  /** Edits the message whose button was pressed (settings screens and the like). */
  readonly editPressed: (content: Html | Content, keyboard?: Keyboard) => Promise<void>;
  /** "typing…", "uploading video…": after the commit, best effort. */
  readonly showAction: (action: "typing" | "upload_video" | "upload_photo") => void;
  readonly dialog: DialogControl;
}

export interface ChatPlace {
  readonly id: number;
  readonly type: "private" | "group" | "supergroup" | "channel";
  readonly threadId: number | undefined;
}

export interface ReplyOptions {
  readonly keyboard?: Keyboard;
  readonly silent?: boolean;
  /** Makes a repeat of the same reply impossible beyond this update. */
  readonly dedupeKey?: string;
}

export interface Command {
  /** `[a-z0-9_]{1,32}`, without the slash. */
  readonly name: string;
  /** Text key of the one-line description in menus and `/help`. */
  readonly description: string;
  readonly access: Role;
  /** In groups too; default private chats only. */
  readonly inGroups?: boolean;
  /** Also for who is shut out: payment support and his own data stay open to everybody. */
  readonly whenBlocked?: boolean;
  readonly run: (context: UpdateContext, args: string) => Promise<void>;
}

/**
 * What `t.me/<bot>?start=<name>` or `…?start=<name>_<value>` leads to; it arrives as `/start <name>_<value>`. Made with
 * `deepLink`. Anybody can make such a link and lead others to it: it may show, offer and give, but takes nothing from whoever opens it.
 */
export interface StartLink {
  /** `[a-z0-9]{1,16}`. */
  readonly name: string;
  /** `value` comes from outside; empty when there is none. `pass`: the usual greeting follows. */
  readonly run: (context: UpdateContext, value: string) => Promise<"handled" | "pass">;
}

export interface CallbackRoute {
  /** The part of the data before the first `:`. */
  readonly prefix: string;
  readonly access: Role;
  /** In groups and channels too; default private chats only. Data can be made up, so a press there is no proof of a button. */
  readonly inGroups?: boolean;
  /** Also for who is shut out. */
  readonly whenBlocked?: boolean;
  /** `args` are the parts after the prefix. They come from outside: whoever presses may not own what they name. */
  readonly run: (context: UpdateContext, args: readonly string[], query: CallbackQuery) => Promise<void>;
}

/** Plain text, photos and whatever else is not a command. The first that does not pass has handled it. */
export interface MessageRoute {
  readonly name: string;
  /** Higher first. */
  readonly priority: number;
  readonly run: (context: UpdateContext, message: Message) => Promise<"handled" | "pass">;
}

/** A message in a group that begins with the bot's name. The first that does not pass has handled it. */
export interface MentionRoute {
  readonly name: string;
  readonly run: (context: UpdateContext, message: Message) => Promise<"handled" | "pass">;
}

/** A guided sequence that survives restarts: one row per chat and person. */
export interface Dialog {
  /** `<owner>.<name>`, such as `studio.generate`. */
  readonly flow: string;
  /** Commands that leave it open. Every other closes it, unless that command opened or moved a dialog itself. */
  readonly keptBy?: readonly string[];
  /** Also for who is shut out. */
  readonly whenBlocked?: boolean;
  /** A message, other than a command, while this dialog is open; in a group only one that answers a message of the bot. */
  readonly onMessage: (context: UpdateContext, state: DialogState, message: Message) => Promise<"handled" | "pass">;
}

export interface DialogState {
  readonly flow: string;
  readonly step: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface DialogControl {
  readonly current: () => Promise<DialogState | undefined>;
  /** Opens or moves on; replaces whatever was open. */
  readonly set: (state: DialogState) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Answered at once, ahead of every queue, outside any transaction: may only read. */
export interface PreCheckoutRoute {
  /** @returns undefined to let the payment through, or the refusal the person sees. */
  readonly check: (query: PreCheckoutQuery) => Promise<string | undefined>;
}

/** What somebody types after the bot's name in any chat, also where the bot is not: he waits for an answer while he types. */
export interface InlineQuestion {
  /** To read; what has to be written goes into a transaction of its own, which must be short. */
  readonly db: Db;
  readonly telegramId: number;
  /** Undefined when the bot does not know him. */
  readonly user: User | undefined;
  readonly t: Translate;
  /** At most 256 characters; empty when only the name stands there. */
  readonly words: string;
  /** Where the page begins: what the answer before gave as `nextOffset`, or what somebody made up; empty for the first. */
  readonly offset: string;
  readonly now: Date;
}

/** Shown to whoever asked and to nobody else. */
export interface InlineAnswer {
  /** At most 50. Choosing one sends it in his name, "via" the bot. */
  readonly videos: readonly InlineVideo[];
  /** At most 64 bytes; absent when there are no more. */
  readonly nextOffset?: string;
  /** Above the list: leads into the private chat, to this `StartLink`. */
  readonly button?: { readonly text: string; readonly link: string };
  /** For how long Telegram may answer the same question itself. */
  readonly cacheSeconds: number;
}

export interface InlineVideo {
  /** At most 64 bytes. */
  readonly id: string;
  readonly fileId: string;
  readonly title: string;
  readonly description: string;
}

/** Answered at once, ahead of every queue. Nothing is sent because of a question: what somebody types is no wish yet. */
export interface InlineRoute {
  readonly answer: (question: InlineQuestion) => Promise<InlineAnswer>;
}

/** Service messages and member changes, before message routes. Every route of a kind runs. */
export interface ServiceRoute {
  readonly kind: ServiceKind;
  readonly run: (context: UpdateContext, update: Update) => Promise<void>;
}

export type ServiceKind = "successful_payment" | "refunded_payment" | "my_chat_member" | "subscription";

/** Reads what people sent. */
export interface TelegramFiles {
  /** A file of at most `maxBytes`, in memory. @throws AppError `telegram.file_too_large`, `telegram.file_gone`. */
  readonly download: (fileId: string, maxBytes: number) => Promise<{ readonly body: Buffer; readonly path: string }>;
}

/** Asks Telegram who is who in a chat: a network call, so never inside a transaction. */
export interface TelegramMembers {
  /** Whether the person (Telegram's id) owns or administers the group or channel. False also when the bot is not in it. */
  readonly isAdmin: (chatId: number, telegramId: number) => Promise<boolean>;
}
