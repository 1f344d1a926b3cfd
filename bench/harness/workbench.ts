import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Database } from "#kernel/db/index.ts";
import { createLogger } from "#kernel/observability/index.ts";

import { makeUndo, type Undo } from "../../src/undo.ts";
import type { AppMethods } from "../processes/app.ts";
import type { BotApiMethods, ServerKind } from "../processes/bot-api.ts";
import type { BenchServer } from "./database.ts";
import { type Remote, startProcess } from "./rpc.ts";

/** What a benchmark may start; it all ends with the benchmark. */
export interface Workbench {
  /** Small sizes: to see that it works, not for numbers. */
  readonly quick: boolean;
  /** The sizes in force: the first, or with `--quick` the second. */
  readonly size: (full: number, quick: number) => number;
  /** PostgreSQL, for this benchmark alone. */
  readonly server: BenchServer;
  /** @param kind by default a server fast enough not to be what is measured. */
  readonly startTelegram: (kind?: ServerKind) => Promise<Telegram>;
  /** The whole program over `database`, sending to `telegram`, without limits of its own unless they are given. */
  readonly startApp: (of: AppOptions) => Promise<RunningApp>;
  /** Removed afterwards. */
  readonly newDirectory: () => Promise<string>;
  readonly startProcess: typeof startProcess;
  readonly atEnd: Undo["add"];
}

export interface Telegram {
  readonly root: string;
  readonly process: Remote<BotApiMethods>;
}

export interface RunningApp {
  readonly url: string;
  readonly process: Remote<AppMethods>;
  readonly stop: () => Promise<void>;
}

export interface AppOptions {
  readonly database: Database;
  readonly telegram: Telegram;
  readonly environment?: Readonly<Record<string, string>>;
}

export const botToken = "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
export const apiKey = "bench-key-0123456789abcdef";

const unlimited = {
  DELIVERY_GLOBAL_PER_SECOND: "0",
  DELIVERY_CHAT_PER_SECOND: "0",
  DELIVERY_GROUP_PER_MINUTE: "0",
};

export function openWorkbench(of: {
  readonly quick: boolean;
  readonly server: BenchServer;
  /** Keeps a processor profile of the program in this directory. */
  readonly profileIn: string | undefined;
}): { readonly bench: Workbench; readonly close: () => Promise<void> } {
  const { quick, server, profileIn } = of;
  const undo = makeUndo(createLogger({ level: "warn" }));
  const start: typeof startProcess = async (file, nodeArguments) => {
    const started = await startProcess<never>(file, nodeArguments);
    undo.add("process", started.stop);
    return started;
  };
  const newDirectory = async (): Promise<string> => {
    const directory = await mkdtemp(join(tmpdir(), "telecast-bench-"));
    undo.add("directory", async () => {
      await rm(directory, { recursive: true, force: true });
    });
    return directory;
  };
  const bench: Workbench = {
    quick,
    size: (full, small) => (quick ? small : full),
    server,
    startProcess: start,
    newDirectory,
    atEnd: undo.add,
    startTelegram: async (kind = "raw") => {
      const process = await start<BotApiMethods>(new URL("../processes/bot-api.ts", import.meta.url));
      return { root: await process.call("listen", kind), process };
    },
    startApp: async ({ database, telegram, environment = {} }) => {
      const profile = profileIn === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileIn}`];
      const process = await start<AppMethods>(new URL("../processes/app.ts", import.meta.url), profile);
      const url = await process.call("start", {
        databaseUrl: database.url,
        apiRoot: telegram.root,
        token: botToken,
        environment: { ...unlimited, TELECAST_API_KEY: apiKey, DATA_DIR: await newDirectory(), ...environment },
      });
      return { url, process, stop: process.stop };
    },
  };
  return { bench, close: undo.run };
}
