import { closeSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { loadEnvFile } from "node:process";
import { fileURLToPath } from "node:url";

import { type Config, ConfigError, makeDirectory, readConfig } from "#kernel/config/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { AppError, toError } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createLogger, createMetrics, type Logger } from "#kernel/observability/index.ts";

import { type App, startApp } from "./app.ts";
import type { BotAccess } from "./assemble.ts";
import { chosenFeatures } from "./features.ts";
import { startSandbox } from "./sandbox/server.ts";
import { sandboxAdminId } from "./sandbox/world/first-world.ts";
import { openStorage } from "./storage.ts";
import { makeUndo, type Undo } from "./undo.ts";

/** `EX_CONFIG` of sysexits.h: what has to be changed is in the environment. */
const configurationExit = 78;
const failureExit = 1;
/** Sends under way get 10 s of it. */
const stopWithinMs = 15_000;

const pages = fileURLToPath(new URL("../web/dist/sandbox", import.meta.url));

/** Starts the whole program and keeps it running until it is told to stop. Sets the exit code; never throws. */
export async function main(): Promise<void> {
  const config = configuration();
  if (config === undefined) return;
  const log = createLogger({ level: config.LOG_LEVEL, isTerminal: process.stdout.isTTY, file: config.LOG_FILE });
  const undo = makeUndo(log);
  const stop = stopOnce(undo, log);
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const app = await run(config, log, undo);
    announce(app, config);
  } catch (error) {
    complain(error, log);
    await undo.run();
  }
}

function configuration(): Config | undefined {
  try {
    loadEnvFile();
  } catch {
    // There need not be a .env: the environment itself is enough.
  }
  try {
    const config = readConfig(process.env);
    checkLogFile(config.LOG_FILE);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = configurationExit;
    return undefined;
  }
}

/** The logger writes from a thread of its own, where a wrong path would be found out too late to be told. */
function checkLogFile(file: string | undefined): void {
  if (file === undefined) return;
  try {
    makeDirectory(dirname(file));
    closeSync(openSync(`${file}.check`, "w"));
    rmSync(`${file}.check`);
  } catch (error) {
    throw new ConfigError([{ variable: "LOG_FILE", expected: `expected a file that can be written: ${file}` }], {
      cause: error,
    });
  }
}

async function run(config: Config, log: Logger, undo: Undo): Promise<App> {
  const shared = { config, clock: systemClock, ids: systemIds, log };
  const features = chosenFeatures(config.FEATURES);
  const { bot, adminChatIds } = await botAccess(config, undo);
  const { database, cipher } = await openStorage({ ...shared, undo });
  const metrics = createMetrics({ process: true });
  const app = await startApp({ ...shared, database, cipher, metrics, features, bot, adminChatIds });
  undo.add("program", app.stop);
  return app;
}

/** Telegram with the given token; without one our own sandbox in its place, whose admin is an admin here. */
async function botAccess(
  config: Config,
  undo: Undo,
): Promise<{ readonly bot: BotAccess; readonly adminChatIds: readonly number[] }> {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot, ADMIN_CHAT_IDS: adminChatIds } = config;
  if (token !== undefined) return { bot: { token, apiRoot }, adminChatIds };
  const sandbox = await startSandbox({
    clock: systemClock,
    ids: systemIds,
    host: "127.0.0.1",
    port: 0,
    pageDir: pages,
  });
  undo.add("sandbox", sandbox.close);
  return {
    bot: { token: new Secret(sandbox.botToken), apiRoot: sandbox.url, sandboxUrl: sandbox.url },
    adminChatIds: [...adminChatIds, sandboxAdminId],
  };
}

function announce({ url, botUsername }: App, { TELEGRAM_BOT_TOKEN: token }: Config): void {
  const chat =
    token === undefined
      ? `  Chat     ${url}/sandbox/   talk to the bot in a Telegram look-alike`
      : `  Bot      ${botUsername === undefined ? "Telegram does not answer yet" : `https://t.me/${botUsername}`}`;
  const notice =
    token === undefined ? "\n  No TELEGRAM_BOT_TOKEN: this is the sandbox, with play Stars and play people.\n" : "";
  console.log(`
  Telecast is ready.

${chat}
  API      ${url}/docs
  Health   ${url}/api/health
${notice}
  Ctrl-C stops it.
`);
}

/** One line that says what is wrong, and the exit code that says whose turn it is. The stack goes to the debug log. */
function complain(error: unknown, log: Logger): void {
  log.debug({ err: toError(error) }, "start failed");
  process.exitCode = error instanceof ConfigError ? configurationExit : failureExit;
  console.error(error instanceof ConfigError || error instanceof AppError ? error.message : explain(toError(error)));
}

function explain(error: Error & { readonly code?: string }): string {
  switch (error.code) {
    case "ECONNREFUSED":
    case "ENOTFOUND":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
      return `DATABASE_URL: the database does not answer (${error.code}): is it running, and is the address right?`;
    case "28P01":
    case "28000":
      return "DATABASE_URL: the database refuses this user or password";
    case "3D000":
      return "DATABASE_URL: there is no such database: create it first";
    case undefined:
    default:
      return `Telecast could not start: ${error.message}`;
  }
}

/** The first signal ends everything in order; a second one, or too long a wait, ends the process. */
function stopOnce(undo: Undo, log: Logger): () => void {
  return () => {
    log.info("stopping");
    process.once("SIGINT", exitNow).once("SIGTERM", exitNow);
    setTimeout(exitNow, stopWithinMs).unref();
    void undo.run().finally(() => process.exit());
  };
}

function exitNow(): void {
  process.exit(failureExit);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
