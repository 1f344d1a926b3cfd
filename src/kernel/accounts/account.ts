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

/** Whoever sent something, and where, as Telegram says. */
export interface Sender {
  readonly person: TelegramPerson;
  readonly chat: TelegramChat;
  /** What `lookUpSender` found of the same two, where it was asked before. */
  readonly known?: Promise<KnownSender | undefined> | undefined;
}

/** What is kept of a person and a chat. */
export interface KnownSender {
  readonly user: User;
  /** What Telegram said of him last. */
  readonly noted: TelegramPerson;
  readonly chat: Chat | undefined;
}

export interface Accounts {
  /** Finds or makes the person, and refreshes what Telegram says of him. A single read when nothing has changed. */
  readonly noteUser: (tx: Tx, person: TelegramPerson) => Promise<User>;
  /** By Telegram's ids. Undefined when the person is not known. */
  readonly lookUpSender: (
    tx: Tx,
    ids: { readonly personId: number; readonly chatId: number },
  ) => Promise<KnownSender | undefined>;
  /** `noteUser` and `noteChat` in a single read when nothing has changed. */
  readonly noteSender: (tx: Tx, sender: Sender) => Promise<{ readonly user: User; readonly chat: Chat }>;
  /** Finds or makes the chat. A private chat belongs to the person with the same Telegram id. */
  readonly noteChat: (tx: Tx, chat: TelegramChat) => Promise<Chat>;
  /** Undefined also when the person was forgotten. */
  readonly userById: (db: Db, id: number) => Promise<User | undefined>;
  readonly userByTelegramId: (db: Db, telegramId: number) => Promise<User | undefined>;
  /** By `@name` in any case; the newest holder of the name. */
  readonly userByUsername: (db: Db, username: string) => Promise<User | undefined>;
  /** The person who is linked to this user of a web app. */
  readonly userBySubject: (db: Db, subject: string) => Promise<User | undefined>;
  /** In the order in which they came, or the newest first. */
  readonly listUsers: (db: Db, filter: UserFilter) => Promise<readonly User[]>;
  /** How many there are, and how many of them have come since. */
  readonly countUsers: (db: Db, since: Date) => Promise<UserCounts>;
  readonly setLanguage: (tx: Tx, userId: number, language: Language) => Promise<void>;
  /** @throws AppError `accounts.unknown_time_zone`. */
  readonly setTimeZone: (tx: Tx, userId: number, timeZone: string) => Promise<void>;
  readonly setBlocked: (tx: Tx, userId: number, blocked: boolean) => Promise<void>;
  /** Admins named by `ADMIN_CHAT_IDS` stay admins whatever is stored. */
  readonly setRole: (tx: Tx, userId: number, role: Role) => Promise<void>;

  readonly chatById: (db: Db, chatId: number) => Promise<Chat | undefined>;
  /** Also for a chat that was never noted. The reason is the latest, the time the first. */
  readonly suspendChat: (tx: Tx, chatId: number, reason: string) => Promise<void>;
  /** @returns whether it had been suspended. */
  readonly reactivateChat: (tx: Tx, chatId: number) => Promise<boolean>;
  /** A group became a supergroup: the chat keeps everything under its new id. Nothing happens the second time. */
  readonly migrateChat: (tx: Tx, from: number, to: number) => Promise<void>;
  /** Telegram has just said that the person owns or administers the group. */
  readonly noteChatAdmin: (tx: Tx, chatId: number, userId: number) => Promise<void>;
  /** Whether Telegram has said so within the last quarter of an hour. */
  readonly isChatAdmin: (db: Db, chatId: number, userId: number) => Promise<boolean>;
  /** The chats of `ADMIN_CHAT_IDS`: where alerts and requests go. */
  readonly adminChatIds: readonly number[];
  /** The chats of `MONITORING_CHAT_IDS`: they are told what admins are told, but command nothing. */
  readonly monitoringChatIds: readonly number[];

  /**
   * Erases names and everything that tells who it was; the row stays for the ledger. The private chat goes with all that
   * refers to it. Who comes back is a new person, but for his traces: an operator's block is one.
   */
  readonly forgetUser: (tx: Tx, userId: number) => Promise<void>;
  /** Everything this module keeps on the person, as JSON; undefined when there is no such person. */
  readonly exportUser: (db: Db, userId: number) => Promise<unknown>;

  /**
   * Keeps a number that must outlive the person's being forgotten, such as that he was welcomed: under a keyed hash of his
   * Telegram id, nothing else. Replaces the one of the same name.
   */
  readonly keepTrace: (
    tx: Tx,
    userId: number,
    trace: {
      /** `<owner>.<what>`. */
      readonly name: string;
      /** Default 1. */
      readonly amount?: number;
      readonly expiresAt?: Date;
    },
  ) => Promise<void>;
  /** What was kept of whoever has this Telegram account, whether or not he was forgotten since; 0 when nothing was. */
  readonly trace: (db: Db, userId: number, name: string) => Promise<number>;

  /** Every change by an operator: who, what, before, after, from where. */
  readonly audit: (tx: Tx, entry: AuditEntry) => Promise<void>;
  /** Newest first. */
  readonly auditLog: (db: Db, filter: AuditFilter) => Promise<readonly AuditRecord[]>;
  readonly apiKeys: ApiKeys;
}

export interface UserFilter {
  /** The beginning of a username, or a whole id, ours or Telegram's. */
  readonly search?: string;
  /** The last id of the page before. */
  readonly afterId?: number;
  /** `staff`: who has a role, stored or by `ADMIN_CHAT_IDS`. */
  readonly only?: "staff" | "blocked";
  readonly newestFirst?: boolean;
  /** For lists that are turned over both ways. */
  readonly skip?: number;
  readonly limit: number;
}

export interface UserCounts {
  readonly all: number;
  readonly fresh: number;
  readonly blocked: number;
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

export interface AuditRecord extends AuditEntry {
  readonly id: number;
  readonly at: Date;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly subject?: string;
  /** The last id of the page before. */
  readonly beforeId?: number;
  readonly limit: number;
}

export interface ApiKey {
  readonly id: number;
  readonly name: string;
  /** The part that may be shown, such as `tc_3fa91b20c4`; unique. */
  readonly prefix: string;
  /** `notify:write`, `deliveries:read`, …; `*` is all. */
  readonly scopes: readonly string[];
  /** Addresses and CIDR ranges of either family; empty means from anywhere. */
  readonly allowedIps: readonly string[];
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  /** To the minute. */
  readonly lastUsedAt: Date | undefined;
}

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly allowedIps?: readonly string[];
  readonly expiresAt?: Date;
}

export interface ApiKeys {
  /**
   * The whole key is in the answer and nowhere else: only its hash is stored.
   * @throws AppError `accounts.invalid_api_key_name`, `accounts.invalid_scope`, `accounts.invalid_ip_range`.
   */
  readonly create: (tx: Tx, key: NewApiKey) => Promise<{ readonly key: string; readonly apiKey: ApiKey }>;
  /** Those that were revoked or have expired too, newest first; not the one from the environment. */
  readonly list: (db: Db) => Promise<readonly ApiKey[]>;
  /** @returns whether there was such a live key. */
  readonly revoke: (tx: Tx, prefix: string) => Promise<boolean>;
  /** The key's row when it is known, live, and used from an allowed address; undefined otherwise, with no hint why. */
  readonly verify: (db: Db, key: string, ip: string) => Promise<ApiKey | undefined>;
}
