import type { AddressInfo } from "node:net";

import { sql } from "kysely";

import { createAlarms, selfTest } from "#kernel/alarms/index.ts";
import { ConfigError } from "#kernel/config/index.ts";
import { deliveryQueueCheck, kernelTopics } from "#kernel/delivery/index.ts";
import {
  createHttpServer,
  deliveryRoutes,
  demoRoutes,
  healthRoutes,
  httpSettings,
  mediaRoutes,
  metricsRoutes,
  notificationRoutes,
  pruneIdempotencyKeys,
  statsRoutes,
  userRoutes,
  webhookRoutes,
} from "#kernel/http/index.ts";
import { AppError, type ErrorDefinition, toError } from "#kernel/lib/errors.ts";
import { assertFontFiles } from "#kernel/media/index.ts";
import { measureHealth } from "#kernel/observability/index.ts";
import { TelegramRefused, updateRetention } from "#kernel/telegram/index.ts";

import { type AppOptions, type Assembly, assemble } from "./assemble.ts";
import { makeUndo, type Undo } from "./undo.ts";

export interface App {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Without the `@`; undefined while Telegram could not be reached. */
  readonly botUsername: string | undefined;
  /** Ends what is under way (sends within 10 s), then closes everything but the database. Never throws. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the program over a migrated database.
 * @throws ConfigError, or what kept it from starting; then everything that had begun has ended again.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const undo = makeUndo(options.log);
  try {
    await assertFontFiles();
    const assembly = assemble(options);
    undo.add("Bot API connections", assembly.api.close);
    // Both take their time: side by side, but nothing is sent or received before both are well.
    const identifying = identify(assembly);
    const preparing = prepare(assembly, undo);
    await Promise.allSettled([identifying, preparing]);
    const botUsername = await identifying;
    await preparing;
    const url = await begin(assembly, options, undo);
    return { url, botUsername, stop: undo.run };
  } catch (error) {
    await undo.run();
    throw error;
  }
}

const identifyMs = 5000;

/**
 * Asks Telegram who we are, because a wrong token should be said at once. A Telegram that does not answer is no reason
 * not to start: what comes over HTTP meanwhile is stored, and goes out when it is back.
 */
async function identify({ api, kernel }: Assembly): Promise<string | undefined> {
  try {
    const { username } = await api.call("getMe", {}, { timeoutMs: identifyMs });
    return username;
  } catch (error) {
    if (error instanceof TelegramRefused && (error.errorCode === 401 || error.errorCode === 404)) {
      const expected = "expected a token that Telegram knows: it was refused (is it complete, was it revoked?)";
      throw new ConfigError([{ variable: "TELEGRAM_BOT_TOKEN", expected }]);
    }
    kernel.log.warn("telegram did not answer; it will be tried again");
    return undefined;
  }
}

/** What works without Telegram. */
async function prepare(assembly: Assembly, undo: Undo): Promise<void> {
  const { listener, settings, jobs, media, drawing, delivery, parts } = assembly;
  undo.add("media", media.stop);
  for (const process of drawing) undo.add("drawing", process.close);
  await settings.start();
  undo.add("settings", settings.stop);
  await listener.start();
  undo.add("listener", listener.close);
  undo.add("delivery", delivery.stop);
  for (const { close } of parts) if (close !== undefined) undo.add("feature", close);
  jobs.register(backgroundWork(assembly));
  await jobs.start();
  undo.add("jobs", jobs.stop);
}

/** From the bottom up, so that nothing is received before everything that it may need is there. */
async function begin(assembly: Assembly, options: AppOptions, undo: Undo): Promise<string> {
  const { kernel, jobs, delivery, telegram, parts } = assembly;
  delivery.start();
  kernel.health.add("database", async () => {
    await sql`select 1`.execute(kernel.db);
    return { ok: true, detail: "answers" };
  });
  kernel.health.add("updates", telegram.check, { outside: true });
  kernel.health.add("inbox", telegram.checkHandling);
  kernel.health.add("deliveries", deliveryQueueCheck(kernel.db), { outside: true });
  kernel.health.add("jobs", jobs.check);
  measureHealth(kernel.metrics, kernel.health);
  const url = await listen(assembly, options, undo);
  for (const part of parts) await part.start?.();
  telegram.start();
  undo.add("updates", telegram.stop);
  const alarms = createAlarms({ ...kernel, isTelegramAway: delivery.isTelegramAway });
  alarms.start();
  undo.add("alarms", alarms.stop);
  return url;
}

function backgroundWork({
  kernel,
  money,
  media,
  delivery,
  chatWork,
  parts,
}: Assembly): Parameters<Assembly["jobs"]["register"]>[0] {
  return {
    jobs: [...money.jobs, ...(chatWork.jobs ?? []), ...parts.flatMap((part) => part.jobs ?? [])],
    schedules: [
      ...money.schedules,
      ...media.schedules,
      ...delivery.schedules,
      ...(chatWork.schedules ?? []),
      updateRetention(kernel),
      selfTest(kernel),
      pruneIdempotencyKeys(kernel),
      ...parts.flatMap((part) => part.schedules ?? []),
    ],
  };
}

async function listen(assembly: Assembly, { config, bot, features }: AppOptions, undo: Undo): Promise<string> {
  const { kernel, delivery, media, telegram, parts } = assembly;
  const { requestsPerMinute, proxies, metricsAllowed } = await kernel.settings.read(httpSettings);
  // Answers, receipts and what admins decide over are the program's own: nobody outside sends in their name, or goes first as they do.
  const types = [...kernelTopics, ...features.flatMap(({ notifications }) => notifications)].filter(
    ({ topic }) => !["reply", "payment", "refund"].includes(topic),
  );
  const app = await createHttpServer({
    ...kernel,
    requestsPerMinute,
    proxies,
    sandboxUrl: bot.sandboxUrl,
    signIn: {
      secret: config.JWT_SECRET,
      keySetUrl: config.JWT_JWKS_URL,
      audience: config.JWT_AUDIENCE,
      issuer: config.JWT_ISSUER,
    },
    routes: [
      healthRoutes(kernel.health),
      metricsRoutes(kernel.metrics, metricsAllowed),
      mediaRoutes(kernel.db, media),
      webhookRoutes(telegram),
      notificationRoutes({ ...kernel, types }),
      deliveryRoutes(kernel.db, delivery),
      userRoutes(kernel),
      statsRoutes(kernel),
      ...(bot.sandboxUrl === undefined ? [] : [demoRoutes(parts.find(({ demo }) => demo !== undefined)?.demo)]),
    ],
    apiRoutes: parts.flatMap(({ routes }) => routes ?? []),
  });
  undo.add("HTTP server", async () => {
    await app.close();
  });
  await app.listen({ host: config.HOST, port: config.PORT }).catch((error: unknown) => {
    throw listenProblem(error, config);
  });
  const { port } = app.server.address() as AddressInfo;
  const host = config.HOST === "0.0.0.0" || config.HOST === "::" ? "localhost" : config.HOST;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  assembly.setAddress(url);
  return url;
}

const portInUse = {
  code: "app.port_in_use",
  status: 500,
  message: "PORT: {port} is in use by another program: stop it, or choose another port",
} as const satisfies ErrorDefinition;

/** What kept us from listening, in terms of the variable that says where. */
function listenProblem(error: unknown, { HOST, PORT }: AppOptions["config"]): Error {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return new AppError(portInUse, { port: PORT }, { cause: error });
    case "EACCES":
      return new ConfigError([{ variable: "PORT", expected: `expected a port that may be used: ${PORT} may not` }]);
    case "ENOTFOUND":
    case "EADDRNOTAVAIL":
    case "EAI_AGAIN":
      return new ConfigError([{ variable: "HOST", expected: `expected an address of this machine, not ${HOST}` }]);
    case undefined:
    default:
      return toError(error);
  }
}
