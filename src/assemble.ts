import { createAccounts } from "#kernel/accounts/index.ts";
import {
  announceMoney,
  type ChatDeps,
  exportSettlement,
  gatewayFailure,
  kernelChat,
  makeInvoiceLink,
  makeStarsGateway,
} from "#kernel/chat/index.ts";
import type { Config } from "#kernel/config/index.ts";
import {
  createListener,
  type Database,
  type Listener,
  measureDatabase,
  nameProcess,
  type Tx,
} from "#kernel/db/index.ts";
import { createDelivery, type DeliveryEngine } from "#kernel/delivery/index.ts";
import type { Feature, FeatureParts, Kernel } from "#kernel/feature.ts";
import { createJobs, type Jobs, type JobsParts } from "#kernel/jobs/index.ts";
import { createLedger, type LedgerModule } from "#kernel/ledger/index.ts";
import type { Cipher } from "#kernel/lib/cipher.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import type { Ids } from "#kernel/lib/ids.ts";
import type { Secret } from "#kernel/lib/secret.ts";
import { loadTexts } from "#kernel/lib/texts.ts";
import {
  createCharts,
  createDrawingProcess,
  createMediaFiles,
  type DrawingProcess,
  type MediaFiles,
} from "#kernel/media/index.ts";
import { createHealth, type Logger, type Metrics } from "#kernel/observability/index.ts";
import { createSettings } from "#kernel/settings/index.ts";
import {
  type BotApi,
  type BotIdentity,
  createBotApi,
  createBotIdentity,
  createTelegram,
  createTelegramFiles,
  createTelegramMembers,
  makeDeepLink,
  type OwnedRoutes,
  type Telegram,
} from "#kernel/telegram/index.ts";
import { openStorage } from "#providers/storage/open-storage.ts";

import { entitlementsOf } from "./entitlements.ts";
import { personalDataOf } from "./personal-data.ts";
import { textDirectories } from "./texts.ts";
import { webhookOf } from "./webhook.ts";

export interface AppOptions {
  readonly config: Config;
  readonly database: Database;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly features: readonly Feature[];
  readonly bot: BotAccess;
  readonly adminChatIds: readonly number[];
}

/** Where the bot lives: Telegram, or the sandbox in its place. */
export interface BotAccess {
  readonly token: Secret;
  /** Without a trailing slash. */
  readonly apiRoot: string;
  /** The sandbox's own server, shown at `/sandbox` here too. */
  readonly sandboxUrl?: string;
}

/** Every part of the program, made but not started. */
export interface Assembly {
  readonly kernel: Kernel;
  readonly listener: Listener;
  readonly settings: ReturnType<typeof createSettings>;
  readonly jobs: Jobs;
  readonly media: MediaFiles;
  readonly drawing: readonly DrawingProcess[];
  readonly api: BotApi;
  readonly identity: BotIdentity;
  readonly money: LedgerModule;
  readonly delivery: DeliveryEngine;
  readonly telegram: Telegram;
  readonly chatWork: JobsParts;
  readonly parts: readonly FeatureParts[];
  /** Known once the server listens. */
  readonly setAddress: (url: string) => void;
}

/**
 * Makes every part and joins them, without touching the network or the database. Modules come in the kernel's order;
 * where a lower one has to tell a higher one something, it is handed a function that looks when it is called.
 */
// One line for each part, in order: cut in two it would be harder to follow, not easier.
// oxlint-disable-next-line max-lines-per-function
export function assemble(options: AppOptions): Assembly {
  const { config, features, clock, bot, database } = options;
  const owner = nameProcess(options.ids);
  const { db, url } = database;
  const base = { ...options, db, url, owner, health: createHealth(), texts: loadTexts(textDirectories(features)) };
  measureDatabase({ ...base, pool: database.pool });
  const listener = createListener(base);
  const settings = createSettings({ ...base, listener });
  const accounts = createAccounts({
    ...base,
    monitoringChatIds: config.MONITORING_CHAT_IDS,
    environmentKey: config.TELECAST_API_KEY,
  });
  const jobs = createJobs(base);
  // Two, so that a chart is not drawn after a film of seconds.
  const drawing = createDrawingProcess({ clock });
  const chartDrawing = createDrawingProcess({ clock });
  const media = createMediaFiles({ ...base, storage: openStorage(base) });
  const api = createBotApi({
    ...base,
    token: bot.token,
    root: bot.apiRoot,
    connections: mostConnections,
    isLocal: config.TELEGRAM_API_LOCAL,
  });
  const identity = createBotIdentity({ ...base, api });

  const parts = new Map<string, FeatureParts>();
  const onChatMigrated = async (tx: Tx, from: number, to: number): Promise<void> => {
    for (const part of parts.values()) await part.onChatMigrated?.(tx, from, to);
  };
  let chat: ChatDeps | undefined;
  const money = createLedger({
    ...base,
    jobs,
    settings,
    accounts,
    gateway: makeStarsGateway(api),
    failureOf: gatewayFailure,
    announce: async (tx, event) => {
      if (chat !== undefined) await announceMoney(chat, tx, event);
    },
    judgeFor: (reference) => parts.get(reference.split(".")[0] ?? "")?.judgeHold,
    entitlements: () => entitlementsOf(parts),
  });
  const delivery = createDelivery({
    ...base,
    api,
    listener,
    settings,
    accounts,
    media,
    environment: config,
    notificationTypes: features.flatMap(({ notifications }) => notifications),
    onChatMigrated,
    settlements: () => [exportSettlement({ media }), ...[...parts.values()].flatMap((part) => part.settlements ?? [])],
  });
  let address = "";
  const kernel: Kernel = {
    ...base,
    settings,
    accounts,
    ledger: money.ledger,
    jobs,
    media,
    charts: createCharts({ drawing: chartDrawing }),
    drawing,
    delivery,
    files: createTelegramFiles(api, { isLocal: config.TELEGRAM_API_LOCAL }),
    members: createTelegramMembers(api),
    deepLink: makeDeepLink(identity),
    publicUrl: () => config.PUBLIC_URL ?? address,
  };
  for (const feature of features) parts.set(feature.id, feature.setup(kernel));

  const routes: OwnedRoutes[] = [];
  chat = {
    ...kernel,
    features: [...parts.values()],
    entitlements: entitlementsOf(parts),
    invoiceLink: makeInvoiceLink(api),
    personalData: personalDataOf(kernel, parts),
    commands: () => routes.flatMap(({ commands = [] }) => commands),
    startLinks: () => routes.flatMap(({ startLinks = [] }) => startLinks),
  };
  const { beforeFeatures, afterFeatures, work } = kernelChat(chat);
  for (const part of beforeFeatures) routes.push({ ...part, owner: "kernel" });
  for (const [id, part] of parts) routes.push({ ...part, owner: id });
  for (const part of afterFeatures) routes.push({ ...part, owner: "kernel" });
  const telegram = createTelegram({
    ...kernel,
    api,
    identity,
    owner,
    routes,
    outgoing: delivery,
    onChatMigrated: async (tx, from, to) => {
      await delivery.moveChat(tx, from, to);
      await onChatMigrated(tx, from, to);
    },
    onFloodControl: delivery.noteFloodControl,
    ...webhookOf(config, bot.token),
  });
  return {
    kernel,
    listener,
    settings,
    jobs,
    media,
    drawing: [drawing, chartDrawing],
    api,
    identity,
    money,
    delivery,
    telegram,
    chatWork: work,
    parts: [...parts.values()],
    setAddress: (listening) => {
      address = listening;
    },
  };
}

/** The pool grows only as far as the pace lets it: this is the highest that `DELIVERY_CONCURRENCY` allows. */
const mostConnections = 1000;
