import type { FastifyPluginAsync } from "fastify";

import type { Accounts, AuditEntry } from "./accounts/index.ts";
import type { Config } from "./config/index.ts";
import type { Db, Tx } from "./db/index.ts";
import type { Delivery, NotificationType, SettlementHandler } from "./delivery/index.ts";
import type { Job, JobQueue, Schedule } from "./jobs/index.ts";
import type { Entitlement, HoldVerdict, Ledger } from "./ledger/index.ts";
import type { Cipher } from "./lib/cipher.ts";
import type { Clock } from "./lib/clock.ts";
import type { Html } from "./lib/html.ts";
import type { Ids } from "./lib/ids.ts";
import type { Texts } from "./lib/texts.ts";
import type { Charts, DrawingProcess, MediaStore } from "./media/index.ts";
import type { Health, Logger, Metrics } from "./observability/index.ts";
import type { Settings, SettingsSection } from "./settings/index.ts";
import type {
  Button,
  CallbackRoute,
  Command,
  DeepLink,
  Dialog,
  InlineRoute,
  MentionRoute,
  MessageRoute,
  PreCheckoutRoute,
  ServiceRoute,
  StartLink,
  TelegramFiles,
  TelegramMembers,
  UpdateContext,
} from "./telegram/index.ts";

/** Everything the kernel knows about a feature. One object per feature; no other way in. */
export interface Feature {
  /** Also its Postgres schema, its metrics' prefix and the first part of its job, topic, setting and dialog names. */
  readonly id: string;
  readonly title: string;
  /** Directory of numbered `.sql` files. */
  readonly migrations: URL;
  /** Directory of `en.ftl` and `ko.ftl`; keys begin with the id. */
  readonly texts: URL;
  readonly settings: readonly SettingsSection[];
  readonly notifications: readonly NotificationType[];
  /** Called once, after migrations and before any update, request or job is accepted. */
  readonly setup: (kernel: Kernel) => FeatureParts;
}

export interface FeatureParts extends ChatParts {
  /** Mounted at `/api`, in a Fastify scope of its own. */
  readonly routes?: FastifyPluginAsync;
  readonly jobs?: readonly Job[];
  readonly schedules?: readonly Schedule[];
  readonly settlements?: readonly SettlementHandler[];
  /** Holds whose reference begins with this feature's id: the orphan sweep asks what became of them. */
  readonly judgeHold?: (tx: Tx, reference: string) => Promise<HoldVerdict>;
  /** What monthly plans can grant besides credits; this feature knows what it means. */
  readonly entitlements?: readonly Entitlement[];
  /** A group became a supergroup: rows by chat move, ids of messages mean nothing any more. May be told twice. */
  readonly onChatMigrated?: (tx: Tx, from: number, to: number) => Promise<void>;
  /** What `/export` sends and `/forget` erases. */
  readonly personalData?: PersonalData;
  /** Makes data up to look at, and sends some of it to whoever has subscribed. In the sandbox it is a button. */
  readonly demo?: () => Promise<DemoPlayed>;
  /** After the kernel has started. */
  readonly start?: () => Promise<void>;
  /** When nothing is received and no job runs any more: what a job still waits for at a stop is not to be taken from it. */
  readonly close?: () => Promise<void>;
}

export interface DemoPlayed {
  /** Made as if they had been and ended: for lists and statistics. */
  readonly past: number;
  /** Sent now. */
  readonly sent: number;
  /** Chats that the one with the most of them was queued for; 0: nobody has subscribed. */
  readonly reached: number;
}

/** What takes part in the chat; the kernel's own commands come in the same shape. */
export interface ChatParts {
  readonly commands?: readonly Command[];
  readonly startLinks?: readonly StartLink[];
  readonly callbacks?: readonly CallbackRoute[];
  readonly messages?: readonly MessageRoute[];
  readonly mentions?: readonly MentionRoute[];
  readonly dialogs?: readonly Dialog[];
  readonly services?: readonly ServiceRoute[];
  readonly preCheckout?: PreCheckoutRoute;
  readonly inline?: InlineRoute;
  /** A paragraph of `/start`: what this feature offers and the next step. */
  readonly startSection?: (context: UpdateContext) => Promise<ChatSection | undefined>;
  /** What follows the answer to `/start` by itself, in messages of its own. */
  readonly afterStart?: (context: UpdateContext) => Promise<void>;
  /** A paragraph and buttons of `/status`: how things stand for whoever asks; nothing for whom it does not concern. */
  readonly statusSection?: (context: UpdateContext) => Promise<ChatSection | undefined>;
  /** A paragraph and buttons of `/settings`. */
  readonly settingsSection?: (context: UpdateContext) => Promise<ChatSection | undefined>;
  /** The same in a group, for its admins. Its buttons ask `accounts.isChatAdmin` at each press. */
  readonly groupSettingsSection?: (scene: GroupScene) => Promise<ChatSection | undefined>;
  /** Parts of `/admin`, in the order of their buttons. */
  readonly adminSections?: readonly AdminSection[];
}

/** A group whose settings one of its admins looks at. */
export type GroupScene = Pick<UpdateContext, "tx" | "t" | "chat">;

export interface ChatSection {
  readonly html: Html;
  readonly buttons?: readonly (readonly Button[])[];
}

/**
 * A part of `/admin`: pages of one message that is edited in place. Every press is checked against the presser's role at
 * that moment, and its button against the admin and the chat that it was made for. Names are short: with their arguments
 * they have 36 bytes of a button's data.
 */
export interface AdminSection {
  /** Two to five letters. */
  readonly id: string;
  /** Text key of the button that opens the page `main`. */
  readonly label: string;
  /** A line of the panel's first page: how things stand. */
  readonly glance?: (view: AdminView) => Promise<Html>;
  readonly pages: Readonly<Record<string, AdminPage>> & { readonly main: AdminPage };
  /** What changes something, or asks for something to be typed. Their buttons work for ten minutes. */
  readonly actions?: Readonly<Record<string, AdminAction>>;
  /** What becomes of a message that was sent because of `ask`. */
  readonly answers?: Readonly<Record<string, AdminAnswer>>;
  /**
   * Network calls for the page `main`, made in the background: what they learn they store, and the page is shown again
   * where it still stands. They never throw for what a service does.
   */
  readonly loads?: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>>;
}

export interface AdminScreen {
  readonly html: Html;
  readonly buttons?: readonly (readonly Button[])[];
  /** The page of this section that Back leads to, with its arguments; `main` unless said otherwise. */
  readonly back?: readonly (string | number)[];
}

/** Only looks. */
export type AdminPage = (view: AdminView, args: readonly string[]) => Promise<AdminScreen>;
/** @returns what the panel shows now; undefined leaves it. */
export type AdminAction = (scene: AdminScene, args: readonly string[]) => Promise<AdminScreen | undefined>;
/** @param data what `ask` was given. */
export type AdminAnswer = (
  scene: AdminScene,
  message: Parameters<MessageRoute["run"]>[1],
  data: Readonly<Record<string, unknown>>,
) => Promise<AdminScreen | undefined>;

/** Whom a page is made for, and its buttons. */
export interface AdminView extends Pick<UpdateContext, "tx" | "t" | "user" | "chat" | "now"> {
  /** A button to a page of this section. */
  readonly open: (text: string, page: string, ...args: readonly (string | number)[]) => Button;
  /** A button that does one of the section's actions. */
  readonly act: (
    button: { readonly text: string; readonly style?: Button["style"] },
    action: string,
    ...args: readonly (string | number)[]
  ) => Button;
  /** A button to what is known of a person. */
  readonly openUser: (text: string, userId: number) => Button;
  /** Has one of the section's `loads` made, after which the page `main` is shown again. */
  readonly load: (name: string) => Promise<void>;
}

/** What an action or an answer may do besides. */
export interface AdminScene extends AdminView {
  /** A small text over the pressed button. */
  readonly answer: UpdateContext["answer"];
  /** Asks in a message of its own; what is sent next goes to the section's answer of this name. */
  readonly ask: (question: {
    readonly answer: string;
    readonly html: Html;
    readonly placeholder: string;
    readonly data: Readonly<Record<string, unknown>>;
  }) => Promise<void>;
  /** What was asked is answered: what is sent next goes its usual way again. */
  readonly close: () => Promise<void>;
  /** Keeps what was typed until a button confirms it. @returns the name under which `takeDraft` finds it. */
  readonly keepDraft: (data: Readonly<Record<string, unknown>>) => Promise<string>;
  /** What was kept, once: a second press, or one after something else was begun, finds nothing. */
  readonly takeDraft: (name: string) => Promise<Readonly<Record<string, unknown>> | undefined>;
  readonly audit: (entry: Omit<AuditEntry, "actor" | "origin">) => Promise<void>;
}

export interface PersonalData {
  readonly export: (db: Db, userId: number) => Promise<unknown>;
  readonly forget: (tx: Tx, userId: number) => Promise<void>;
}

/** What a feature may ask of the kernel. */
export interface Kernel {
  readonly config: Config;
  readonly db: Db;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly clock: Clock;
  readonly ids: Ids;
  /** For what must not be readable in the database: AES-256-GCM under `ENCRYPTION_KEY`. */
  readonly cipher: Cipher;
  readonly texts: Texts;
  readonly settings: Settings;
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly jobs: JobQueue;
  readonly media: MediaStore;
  /** ECharts options to PNG. */
  readonly charts: Charts;
  /** A process of its own for pictures and films: it starts on first use and ends when idle. */
  readonly drawing: DrawingProcess;
  readonly delivery: Delivery;
  /** Files that people sent. */
  readonly files: TelegramFiles;
  /** Who may decide for a group. */
  readonly members: TelegramMembers;
  readonly deepLink: DeepLink;
  /** Where this server is reached from outside, without a trailing slash. */
  readonly publicUrl: () => string;
}
