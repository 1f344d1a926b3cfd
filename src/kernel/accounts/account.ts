import type { Db, Tx } from "../db/index.ts";
import type { Language } from "../lib/language.ts";

/** In rising order of what they may do. */
export type Role = "user" | "operator" | "admin";

/** A person in Telegram. */
export interface User {
  /** Ours; stays when the person is forgotten. */
  readonly id: number;
  /** Telegram's, at most 52 bits. */
  readonly telegramId: number;
  readonly firstName: string;
  readonly username: string | undefined;
  /** The chosen language, else the one Telegram reports. */
  readonly language: Language;
  /** IANA; `UTC` until the person chose. */
  readonly timeZone: string;
  readonly role: Role;
  /** An operator has shut this person out: commands are refused, payments still count. */
  readonly blocked: boolean;
  readonly createdAt: Date;
}

export type ChatType = "private" | "group" | "supergroup" | "channel";

export interface Chat {
  readonly id: number;
  readonly type: ChatType;
  readonly title: string;
  /** The person of a private chat. */
  readonly userId: number | undefined;
  /** Why nothing is sent there now (`blocked`, `kicked`, `deactivated`, `not_found`, …); undefined when all is well. */
  readonly suspended: { readonly reason: string; readonly since: Date } | undefined;
}

/** What Telegram says of a person, from `message.from` and the like. */
export interface TelegramPerson {
  readonly id: number;
  readonly firstName: string;
  readonly username?: string | undefined;
  readonly languageTag?: string | undefined;
}

export interface TelegramChat {
  readonly id: number;
  readonly type: ChatType;
  readonly title: string;
}

export interface Accounts {
  /** Finds or makes the person, and refreshes what Telegram says of him. One statement, no write when nothing changed. */
  readonly noteUser: (tx: Tx, person: TelegramPerson) => Promise<User>;
  /** Finds or makes the chat. A private chat belongs to the person with the same Telegram id. */
  readonly noteChat: (tx: Tx, chat: TelegramChat) => Promise<Chat>;
  readonly userById: (db: Db, id: number) => Promise<User | undefined>;
  readonly userByTelegramId: (db: Db, telegramId: number) => Promise<User | undefined>;
  /** By `@name` in any case; the newest holder of the name. */
  readonly userByUsername: (db: Db, username: string) => Promise<User | undefined>;
  readonly setLanguage: (tx: Tx, userId: number, language: Language) => Promise<void>;
  /** @throws AppError `accounts.unknown_time_zone`. */
  readonly setTimeZone: (tx: Tx, userId: number, timeZone: string) => Promise<void>;
  readonly setBlocked: (tx: Tx, userId: number, blocked: boolean) => Promise<void>;

  readonly chatById: (db: Db, chatId: number) => Promise<Chat | undefined>;
  readonly suspendChat: (tx: Tx, chatId: number, reason: string) => Promise<void>;
  /** @returns whether it had been suspended. */
  readonly reactivateChat: (tx: Tx, chatId: number) => Promise<boolean>;
  /** A group became a supergroup: the chat keeps everything under its new id. */
  readonly migrateChat: (tx: Tx, from: number, to: number) => Promise<void>;
  /** The chats of `ADMIN_CHAT_IDS`: where alerts and requests go. */
  readonly adminChatIds: readonly number[];

  /** Erases names and everything that tells who it was; the row stays for the ledger. */
  readonly forgetUser: (tx: Tx, userId: number) => Promise<void>;
  readonly exportUser: (db: Db, userId: number) => Promise<unknown>;

  /** Every change by an operator: who, what, before, after, from where. */
  readonly audit: (tx: Tx, entry: AuditEntry) => Promise<void>;
  readonly apiKeys: ApiKeys;
}

export interface AuditEntry {
  /** `user:42`, `cli`, `api-key:ci`. */
  readonly actor: string;
  /** `ledger.credits_granted`, `studio.job_cancelled`. */
  readonly action: string;
  /** What it was done to, such as `user:7`. */
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** `chat`, `cli`, `http`. */
  readonly origin: string;
}

export interface ApiKey {
  readonly id: number;
  readonly name: string;
  /** The part that may be shown: `tc_3fK9…`. */
  readonly prefix: string;
  /** `notify:write`, `deliveries:read`, …; `*` is all. */
  readonly scopes: readonly string[];
  readonly allowedIps: readonly string[];
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly allowedIps?: readonly string[];
  readonly expiresAt?: Date;
}

export interface ApiKeys {
  /** The whole key is in the answer and nowhere else: only its hash is stored. */
  readonly create: (tx: Tx, key: NewApiKey) => Promise<{ readonly key: string; readonly apiKey: ApiKey }>;
  readonly list: (db: Db) => Promise<readonly ApiKey[]>;
  /** @returns whether there was such a live key. */
  readonly revoke: (tx: Tx, prefix: string) => Promise<boolean>;
  /** The key's row when it is known, live, and used from an allowed address; undefined otherwise, with no hint why. */
  readonly verify: (db: Db, key: string, ip: string) => Promise<ApiKey | undefined>;
}
