import { closeSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { type Config, ConfigError, makeDirectory, readConfig } from "#kernel/config/index.ts";
import { type Clock, systemClock } from "#kernel/lib/clock.ts";
import { AppError, toError } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createLogger, createMetrics, type Logger } from "#kernel/observability/index.ts";

import type { App } from "./app.ts";
import type { BotAccess } from "./assemble.ts";
import { openStorage } from "./storage.ts";
import { makeUndo, type Undo } from "./undo.ts";

/** `EX_CONFIG` of sysexits.h: what has to be changed is in the environment. */
const configurationExit = 78;
const failureExit = 1;
/** Sends under way get 10 s of it. */
const stopWithinMs = 15_000;

const pages = fileURLToPath(new URL("../web/dist/sandbox", import.meta.url));

/**
 * The program as a process: configuration, signals, exit codes.
 * @param clock another one than the system's, for trying out what happens when clocks jump.
 */
export async function serve(
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): Promise<void> {
  const config = configuration(environment);
  if (config === undefined) return;
  const log = createLogger({ level: config.LOG_LEVEL, isTerminal: process.stdout.isTTY, file: config.LOG_FILE });
  const undo = makeUndo(log);
  const starting = start({ config, clock, log }, undo);
  const stopping = stopOnSignal(starting, undo, log);
  try {
    const app = await starting;
    if (!stopping.aborted) announce(app, config);
  } catch (error) {
    if (stopping.aborted) return;
    complain(error, log);
    await undo.run();
    // Whatever still holds the process has nothing left to do.
    process.exit();
  }
}

function configuration(environment: Readonly<Record<string, string | undefined>>): Config | undefined {
  try {
    const config = readConfig(environment);
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

async function start(
  of: { readonly config: Config; readonly clock: Clock; readonly log: Logger },
  undo: Undo,
): Promise<App> {
  const { config } = of;
  const shared = { ...of, ids: systemIds };
  // Side by side: one waits for another process most of the time, the other keeps this one busy. Neither is left alone
  // with what it has begun when the other fails.
  const opening = openStorage({ ...shared, undo });
  const loading = loadProgram(config);
  await Promise.allSettled([loading, opening]);
  const { startApp, features } = await loading;
  const { database, cipher } = await opening;
  const { bot, adminChatIds } = await botAccess(config, undo);
  const metrics = createMetrics({ process: true });
  const app = await startApp({ ...shared, database, cipher, metrics, features, bot, adminChatIds });
  undo.add("program", app.stop);
  return app;
}

/** Nearly all of the source. @throws ConfigError for a feature that does not exist. */
async function loadProgram({ FEATURES: names }: Config) {
  const [{ startApp }, { chosenFeatures }] = await Promise.all([import("./app.ts"), import("./features.ts")]);
  return { startApp, features: chosenFeatures(names) };
}

/** Telegram with the given token; without one our own sandbox in its place, whose admin is an admin here. */
async function botAccess(
  config: Config,
  undo: Undo,
): Promise<{ readonly bot: BotAccess; readonly adminChatIds: readonly number[] }> {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot, ADMIN_CHAT_IDS: adminChatIds } = config;
  if (token !== undefined) return { bot: { token, apiRoot }, adminChatIds };
  const [{ startSandbox }, { sandboxAdminId }] = await Promise.all([
    import("./sandbox/server.ts"),
    import("./sandbox/world/first-world.ts"),
  ]);
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
  const told = error instanceof ConfigError || error instanceof AppError;
  console.error(told ? error.message : `Telecast could not start: ${toError(error).message}`);
}

/** Ctrl-C under `npm start` arrives twice: from the terminal, and passed on by npm. No finger is that quick. */
const sameSignalMs = 400;

/**
 * The first signal ends everything in order, also a start that is under way: what that has begun can only be ended when it
 * is there. A second one, or too long a wait, ends the process.
 * @returns aborts with the first signal.
 */
function stopOnSignal(starting: Promise<App>, undo: Undo, log: Logger): AbortSignal {
  const stopping = new AbortController();
  let askedAtMs = 0;
  const stop = async (): Promise<void> => {
    await starting.catch(() => undefined);
    await undo.run();
    process.exit(0);
  };
  const onSignal = (): void => {
    if (stopping.signal.aborted) {
      if (systemClock.monotonicMs() - askedAtMs > sameSignalMs) process.exit(failureExit);
      return;
    }
    askedAtMs = systemClock.monotonicMs();
    stopping.abort();
    log.info("stopping");
    setTimeout(() => process.exit(failureExit), stopWithinMs).unref();
    void stop();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return stopping.signal;
}
