import { sql } from "kysely";

import { readConfig } from "#kernel/config/index.ts";
import { createListener, type Database, inTransaction, openDatabase } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { httpSettings } from "#kernel/http/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { Html } from "#kernel/lib/html.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createLogger, createMetrics } from "#kernel/observability/index.ts";
import { createSettings } from "#kernel/settings/index.ts";
import type { Content } from "#kernel/telegram/index.ts";

import { type App, startApp } from "../../src/app.ts";
import { features } from "../../src/features.ts";
import { believe } from "../harness/benchmark.ts";
import { machineMs } from "../harness/machine-clock.ts";
import { serve } from "../harness/rpc.ts";
import { benchFeature } from "./bench-feature.ts";
import { countStatements } from "./count-statements.ts";

/** The whole program as `npm start` runs it, with a way in for what features do: queueing in a transaction. */

export interface AppStart {
  readonly databaseUrl: string;
  readonly apiRoot: string;
  readonly token: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Messages that are not all the same: each has a content of its own, and is queued by itself. */
export interface Batch {
  readonly kind: "text" | "photo" | "edit";
  readonly topic: string;
  /** One message to each, in this order. */
  readonly chatIds: readonly number[];
}

export interface Queued {
  readonly count: number;
  /** From the beginning of the transaction to its end. */
  readonly tookMs: number;
  /** When it was committed, by `machineMs`: before that nobody can send anything. */
  readonly committedMs: number;
}

/** As an operator may set it: no measurement should run into it. */
const requestsPerMinute = 1_000_000;
/** Queries in one transaction go one after the other anyway; so many at once only save the waiting between them. */
const ahead = 200;

let statements: ReadonlyMap<string, number> = new Map();
let running: { readonly app: App; readonly database: Database; readonly kernel: Kernel } | undefined;

function kernel(): Kernel {
  if (running === undefined) throw new Error("the program is not started");
  return running.kernel;
}

async function liftRequestLimit(database: Database): Promise<void> {
  const log = createLogger({ level: "warn" });
  const listener = createListener({ url: database.url, log, clock: systemClock, ids: systemIds });
  const settings = createSettings({ db: database.db, clock: systemClock, listener, log });
  const value = { ...settings.current(httpSettings), requestsPerMinute };
  await inTransaction(database.db, async (tx) => {
    await settings.write(tx, httpSettings, { value, by: "cli" });
  });
}

async function queued(work: () => Promise<number>): Promise<Queued> {
  const began = machineMs();
  const count = await work();
  const committedMs = machineMs();
  return { count, tookMs: committedMs - began, committedMs };
}

const methods = {
  start: async ({ databaseUrl, apiRoot, token, environment }: AppStart): Promise<string> => {
    const log = createLogger({ level: "warn" });
    const database = openDatabase({ url: databaseUrl, log, connections: 24 });
    await liftRequestLimit(database);
    let made: Kernel | undefined;
    const app = await startApp({
      config: readConfig({ PORT: "0", DATABASE_URL: databaseUrl, ...environment }),
      database,
      cipher: createCipher(Buffer.alloc(32, 7)),
      clock: systemClock,
      ids: systemIds,
      log,
      metrics: createMetrics({ process: true }),
      features: [
        ...features,
        benchFeature((of) => {
          made = of;
        }),
      ],
      bot: { token: new Secret(token), apiRoot },
      adminChatIds: [],
    });
    believe(made !== undefined, "the program has started without its features");
    running = { app, database, kernel: made };
    return app.url;
  },
  /** One message to `count` chats, from the id `firstChat` on. */
  fanOut: async (count: number, firstChat: number, topic: string): Promise<Queued> =>
    await queued(
      async () =>
        await inTransaction(kernel().db, async (tx) => {
          const chats = sql`select ${firstChat}::bigint + n as chat_id from generate_series(0, ${count - 1}::int) as n`;
          const html = Html.text("Good morning! This is message one of many.");
          return (await kernel().delivery.fanOut(tx, chats, { topic, content: { kind: "text", html } })).count;
        }),
    ),
  /** A message of its own for each chat, all in one transaction. */
  queueEach: async ({ kind, topic, chatIds }: Batch): Promise<Queued> =>
    await queued(
      async () =>
        await inTransaction(kernel().db, async (tx) => {
          const { delivery } = kernel();
          const queueOne = async (chatId: number, index: number): Promise<void> => {
            const content = contentOf(kind, index);
            if (kind === "edit") await delivery.edit(tx, { chatId, messageId: index + 1, topic, content });
            else await delivery.enqueue(tx, { chatId, topic, content });
          };
          for (let from = 0; from < chatIds.length; from += ahead) {
            const some = chatIds.slice(from, from + ahead);
            await Promise.all(some.map(async (chatId, offset) => await queueOne(chatId, from + offset)));
          }
          return chatIds.length;
        }),
    ),
  /** Gives everybody whom the program knows `credits`. */
  giveCredits: async (credits: number): Promise<void> => {
    await inTransaction(kernel().db, async (tx) => {
      const { rows } = await sql<{ id: number }>`select id from account.person`.execute(tx);
      const gift = {
        amount: BigInt(credits) * 1000n,
        kind: "grant",
        reason: "to order videos",
        actor: "bench",
      } as const;
      for (const { id } of rows) {
        await kernel().ledger.adjust(tx, { ...gift, userId: id, reference: `bench:${id}` });
      }
    });
  },
  countStatements: (): void => {
    statements = countStatements();
  },
  /** What was sent to PostgreSQL since then, by text. */
  statements: (): ReadonlyMap<string, number> => new Map(statements),
  stop: async (): Promise<void> => {
    await stop();
  },
};

function contentOf(kind: Batch["kind"], index: number): Content {
  const html = Html.text(`Good morning! This is message ${index} of many.`);
  return kind === "photo"
    ? { kind, media: { fileId: "AgACAgIAAxkBAAIBOGVyeQABq1" }, caption: html }
    : { kind: "text", html };
}

async function stop(): Promise<void> {
  const stopping = running;
  running = undefined;
  await stopping?.app.stop();
  await stopping?.database.close();
}

export type AppMethods = typeof methods;

serve(methods, stop);
