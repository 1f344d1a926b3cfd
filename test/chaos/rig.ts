import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sql } from "kysely";
import { Client } from "pg";

import { type EmbeddedPostgres, startEmbeddedPostgres } from "#kernel/db/embedded.ts";
import { type Database, openDatabase } from "#kernel/db/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { makeTemplate, templateName } from "#test/support/database.ts";
import { type Program, spawnProgram } from "#test/support/program.ts";

import { sleep } from "../../bench/harness/machine-clock.ts";
import { type Remote, startProcess } from "../../bench/harness/rpc.ts";
import { openProxy, type Proxy } from "./proxy.ts";
import type { TelegramMethods } from "./telegram/server.ts";

export const apiKey = "chaos-key-0123456789abcdefghij";
export const adminId = 900_001;
const token = "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const replicaFile = new URL("replica.ts", import.meta.url).pathname;

/** PostgreSQL for any number of runs, each in a database of its own. It can be killed, and comes back by itself. */
export interface ChaosServer {
  readonly version: string;
  readonly newDatabase: () => Promise<{ readonly name: string; readonly url: string }>;
  /** Where it listens now. */
  readonly port: () => number;
  /** `kill -9` of the server and all its processes at once. */
  readonly kill: () => void;
  readonly stop: () => Promise<void>;
}

export async function startChaosServer(): Promise<ChaosServer> {
  const directory = await mkdtemp(join(tmpdir(), "telecast-chaos-"));
  // The server's own user must be able to enter.
  await chmod(directory, 0o755);
  const server: EmbeddedPostgres = await startEmbeddedPostgres({
    dataDir: directory,
    clock: systemClock,
    log: silentLogger(),
    settings: { max_connections: "200" },
    temporary: true,
  });
  await makeTemplate(server.url);
  let made = 0;
  return {
    version: server.version,
    newDatabase: async () => {
      made += 1;
      const name = `chaos_${made}`;
      const client = new Client({ connectionString: server.url });
      await client.connect();
      await client.query(`create database ${name} template ${templateName}`);
      await client.end();
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return { name, url: url.href };
    },
    port: () => Number(new URL(server.url).port),
    kill: () => {
      const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, "utf8");
      for (const pid of [server.pid, ...children.trim().split(" ").map(Number)]) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has ended meanwhile.
        }
      }
    },
    stop: server.stop,
  };
}

/** One process of the program, with lines of its own to the database and to Telegram. */
export interface Replica {
  readonly name: string;
  readonly toDatabase: Proxy;
  readonly toTelegram: Proxy;
  /** Undefined while it does not run. */
  readonly url: () => string | undefined;
  readonly pid: () => number | undefined;
  /** Resolves when it is ready, whatever it takes. Does nothing for one that runs. */
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly stepClock: (offsetMs: number) => Promise<void>;
  /** What it has printed since it was last started. */
  readonly output: () => string;
}

export interface Rig {
  readonly server: ChaosServer;
  readonly telegram: Remote<TelegramMethods>;
  readonly replicas: readonly Replica[];
  /** Straight to the database, past the lines that can break. */
  readonly database: Database;
  /** The replica that sends, by what the database says. */
  readonly owner: () => Promise<Replica | undefined>;
  readonly journalPath: string;
  readonly close: () => Promise<void>;
}

export interface RigOptions {
  readonly server: ChaosServer;
  readonly replicas: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function openRig({ server, replicas: count, environment = {} }: RigOptions): Promise<Rig> {
  const directory = await mkdtemp(join(tmpdir(), "telecast-chaos-run-"));
  const { name, url } = await server.newDatabase();
  const database = openDatabase({ url, log: silentLogger(), connections: 4 });
  const telegram = await startProcess<TelegramMethods>(new URL("telegram/server.ts", import.meta.url));
  const journalPath = join(directory, "journal.jsonl");
  const port = await telegram.call("listen", journalPath, adminId);
  const replicas: Replica[] = [];
  for (let index = 0; index < count; index += 1) {
    const toDatabase = await openProxy(server.port);
    const toTelegram = await openProxy(() => port);
    const through = new URL(url);
    through.port = String(toDatabase.port);
    replicas.push(
      makeReplica(
        { name: `replica ${index + 1}`, toDatabase, toTelegram, clockFile: join(directory, `clock-${index}`) },
        {
          PORT: "0",
          DATA_DIR: join(directory, "data"),
          DATABASE_URL: through.href,
          TELEGRAM_API_ROOT: `http://127.0.0.1:${toTelegram.port}`,
          TELEGRAM_BOT_TOKEN: token,
          TELECAST_API_KEY: apiKey,
          ADMIN_CHAT_IDS: String(adminId),
          FEATURES: "studio",
          LOG_LEVEL: "info",
          ...environment,
        },
      ),
    );
  }
  return {
    server,
    telegram,
    replicas,
    database,
    journalPath,
    owner: async () => {
      const { rows } = await sql<{ owner: string }>`
        select owner from kernel.lease where name = 'delivery.send' and expires_at > now()`.execute(database.db);
      const pid = Number(rows[0]?.owner.split(" ")[2]);
      return replicas.find((replica) => replica.pid() === pid);
    },
    close: async () => {
      await Promise.all(replicas.map(async ({ kill }) => await kill()));
      await Promise.all(replicas.flatMap(({ toDatabase, toTelegram }) => [toDatabase.close(), toTelegram.close()]));
      await telegram.stop();
      await database.close();
      await dropDatabase(server, url, name);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Whoever looks after the program starts it again when it could not start, because its database was away. */
const startAttempts = 20;
const startAgainMs = 500;

async function dropDatabase(server: ChaosServer, url: string, name: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = `/${templateName}`;
  admin.port = String(server.port());
  const client = new Client({ connectionString: admin.href });
  await client.connect();
  await client.query(`drop database ${name} with (force)`);
  await client.end();
}

function makeReplica(
  of: Pick<Replica, "name" | "toDatabase" | "toTelegram"> & { readonly clockFile: string },
  environment: Readonly<Record<string, string>>,
): Replica {
  const { clockFile, ...rest } = of;
  let program: Program | undefined;
  let ready: Promise<unknown> | undefined;
  let isReady = false;
  const kill = async (): Promise<void> => {
    const ending = program;
    program = undefined;
    isReady = false;
    await ending?.kill();
  };
  const launch = async (): Promise<void> => {
    const started = spawnProgram({ ...environment, CHAOS_CLOCK: clockFile }, replicaFile);
    program = started;
    try {
      await started.ready();
      isReady = program === started;
    } catch (error) {
      if (program === started) program = undefined;
      throw error;
    }
  };
  return {
    ...rest,
    url: () => (isReady ? program?.url() : undefined),
    pid: () => program?.pid,
    start: async () => {
      for (let attempt = 1; ; attempt += 1) {
        // Two that have killed it both start it: it is one replica all the same.
        if (program === undefined) ready = launch();
        try {
          await ready;
          return;
        } catch (error) {
          if (attempt === startAttempts) throw error;
          await sleep(startAgainMs);
        }
      }
    },
    kill,
    signal: (signal) => program?.signal(signal),
    stepClock: async (offsetMs) => {
      await writeFile(clockFile, String(offsetMs));
      program?.signal("SIGUSR2");
    },
    output: () => program?.output() ?? "",
  };
}
