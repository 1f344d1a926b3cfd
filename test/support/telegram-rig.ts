import { randomBytes } from "node:crypto";

import { sql } from "kysely";

import { createAccounts } from "#kernel/accounts/index.ts";
import { createListener, type Database, type Tx } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { type Clock, systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { loadTexts, type Texts } from "#kernel/lib/texts.ts";
import { createMetrics, type Logger, type Metrics, silentLogger } from "#kernel/observability/index.ts";
import { createSettings } from "#kernel/settings/index.ts";
import {
  type BotApi,
  createBotApi,
  createBotIdentity,
  createTelegram,
  type Outgoing,
  type OutgoingEdit,
  type OutgoingMessage,
  type OwnedRoutes,
  plainText,
  type Telegram,
  type TelegramDeps,
} from "#kernel/telegram/index.ts";

import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import { cleanUp } from "./clean-up.ts";
import { testDatabase } from "./database.ts";

/** The emulator, a database, and as many replicas of the module as a test wants. */
export interface TelegramRig {
  readonly database: Database;
  /** The same in every replica, and in processes that a test starts. */
  readonly masterKey: Buffer;
  readonly sandbox: Sandbox;
  readonly api: BotApi;
  /** A replica that is not started; stopped after the tests. */
  readonly replica: (options: ReplicaOptions) => Telegram;
  /** What was queued for sending in committed transactions, oldest first. */
  readonly sent: (chatId?: number) => Promise<readonly Sent[]>;
  readonly updates: () => Promise<readonly UpdateRow[]>;
}

export interface ReplicaOptions extends Partial<Pick<TelegramDeps, "concurrency" | "handlerLimitMs" | "stallMs">> {
  /** Instead of polling. */
  readonly webhook?: { readonly url: string; readonly secret: string; readonly lookMs?: number };
  readonly routes: readonly OwnedRoutes[];
  readonly adminChatIds?: readonly number[];
  readonly onChatMigrated?: TelegramDeps["onChatMigrated"];
  readonly onFloodControl?: TelegramDeps["onFloodControl"];
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly metrics?: Metrics;
  readonly api?: BotApi;
}

export interface Sent {
  readonly chat_id: number;
  readonly text: string;
  readonly kind: "message" | "edit";
  readonly options: Partial<OutgoingMessage & OutgoingEdit>;
}

export interface UpdateRow {
  readonly update_id: number;
  readonly chat_id: number;
  readonly kind: string;
  readonly state: "waiting" | "handled" | "failed";
  readonly body: string | null;
  readonly attempts: number;
  readonly error: string | null;
  readonly reference: string | null;
}

export const texts: Texts = loadTexts([new URL("../../src/kernel/telegram/texts/", import.meta.url)]);

export function openApi(sandbox: Pick<Sandbox, "url" | "botToken">): BotApi {
  return createBotApi({
    token: new Secret(sandbox.botToken),
    root: sandbox.url,
    clock: systemClock,
    ids: systemIds,
    log: silentLogger(),
    metrics: createMetrics({ process: false }),
    connections: 8,
  });
}

/** Writes what is to be sent into a table, as the delivery engine does: it is there exactly when the update is handled. */
export const outgoing: Outgoing = {
  enqueue: async (tx, { chatId, content, ...options }) => {
    await record(tx, { chatId, kind: "message", text: textOf(content), options });
  },
  edit: async (tx, { chatId, content, ...options }) => {
    await record(tx, { chatId, kind: "edit", text: textOf(content), options });
  },
};

function textOf(content: OutgoingMessage["content"]): string {
  return content.kind === "text" ? plainText(content.html) : `[${content.kind}]`;
}

async function record(
  tx: Tx,
  { chatId, kind, text, options }: { chatId: number; kind: string; text: string; options: object },
): Promise<void> {
  await sql`
    insert into test_sent (chat_id, kind, text, options)
    values (${chatId}, ${kind}, ${text}, ${JSON.stringify(options)})`.execute(tx);
}

export async function telegramRig(): Promise<TelegramRig> {
  const database = await testDatabase({ connections: 30 });
  const { db } = database;
  await sql`
    create table test_sent (
      id bigint generated always as identity, chat_id bigint, kind text, text text, options jsonb
    )`.execute(db);
  const sandbox = await startSandbox({ clock: systemClock, ids: systemIds, host: "127.0.0.1", port: 0 });
  cleanUp(sandbox.close);
  const api = openApi(sandbox);
  cleanUp(api.close);
  const masterKey = randomBytes(32);
  return {
    database,
    masterKey,
    sandbox,
    api,
    replica: (options) => {
      const telegram = createReplica({ database, api: options.api ?? api, masterKey, options });
      cleanUp(telegram.stop);
      return telegram;
    },
    sent: async (chatId) => {
      const { rows } = await sql<Sent>`
        select chat_id, kind, text, options from test_sent
        where ${chatId ?? null}::bigint is null or chat_id = ${chatId ?? null} order by id`.execute(db);
      return rows;
    },
    updates: async () => (await sql<UpdateRow>`select * from telegram.update order by seq`.execute(db)).rows,
  };
}

export function createReplica(of: {
  readonly database: Database;
  readonly api: BotApi;
  readonly masterKey: Buffer;
  readonly options: ReplicaOptions;
}): Telegram {
  const { database, api, masterKey, options } = of;
  const { adminChatIds = [], clock = systemClock, log = silentLogger(), routes, webhook, ...rest } = options;
  const listener = createListener({ url: database.url, log, clock, ids: systemIds });
  return createTelegram({
    ...rest,
    ...(webhook && { webhook: { ...webhook, secret: new Secret(webhook.secret) } }),
    db: database.db,
    api,
    identity: createBotIdentity({ api, clock, ids: systemIds, log }),
    accounts: createAccounts({
      cipher: createCipher(masterKey),
      adminChatIds,
      monitoringChatIds: [],
      clock,
      ids: systemIds,
      environmentKey: undefined,
    }),
    settings: createSettings({ db: database.db, clock, listener, log }),
    cipher: createCipher(masterKey),
    texts: withDescriptions(texts),
    clock,
    ids: systemIds,
    log,
    metrics: options.metrics ?? createMetrics({ process: false }),
    owner: systemIds.next(),
    outgoing,
    routes,
    onChatMigrated: options.onChatMigrated ?? (async () => {}),
    onFloodControl: options.onFloodControl ?? (() => {}),
  });
}

/** Commands of the tests describe themselves. */
function withDescriptions(of: Texts): Texts {
  return (language) => {
    const t = of(language);
    return Object.assign((...args: Parameters<typeof t>) => t(...args), {
      ...t,
      plain: (...args: Parameters<typeof t.plain>) => (t.has(args[0]) ? t.plain(...args) : `${args[0]} (${language})`),
    });
  };
}
