import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { Clock } from "#kernel/lib/clock.ts";
import type { Ids } from "#kernel/lib/ids.ts";

import { readCall } from "./api/dispatch.ts";
import { execute } from "./api/execute.ts";
import type { ExecuteParts } from "./api/execute.ts";
import { makeCallLog } from "./call-log.ts";
import { makeFaults } from "./faults.ts";
import type { Faults } from "./faults.ts";
import { makeEventsSocket } from "./http/events-socket.ts";
import { replyJson } from "./http/json-reply.ts";
import { makeRouter } from "./http/router.ts";
import { makeJournal } from "./journal.ts";
import type { Journal } from "./journal.ts";
import { makeLimiter, telegramLimits } from "./limits.ts";
import type { Limiter, SandboxLimits } from "./limits.ts";
import { addStartedPeople, personHandle } from "./people/person-handle.ts";
import type { PersonHandle } from "./people/person-handle.ts";
import { makePoller } from "./updates/poller.ts";
import { makeUpdateQueue } from "./updates/update-queue.ts";
import { makeWebhook } from "./updates/webhook.ts";
import { populate } from "./world/first-world.ts";
import { resetWorld } from "./world/reset.ts";
import { makeWorld } from "./world/world.ts";
import type { World } from "./world/world.ts";

export interface SandboxOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** 0 picks a free one. */
  readonly port: number;
  readonly host: string;
  /** Absent: one is made up. */
  readonly botToken?: string;
  /** The built chat page, served at `/sandbox/`. */
  readonly pageDir?: string;
  /** How people reach this server, for invoice links; absent: by host and port. */
  readonly publicUrl?: string;
  /** Telegram's unless told otherwise. */
  readonly limits?: SandboxLimits | "off";
  /** Gets a line when something goes wrong inside the sandbox. */
  readonly log?: (line: string) => void;
}

/** A running sandbox: its address, and what tests look at and turn. */
export interface Sandbox {
  readonly port: number;
  /** Without a slash at the end; also the Bot API root. */
  readonly url: string;
  readonly botToken: string;
  readonly botId: number;
  /** Everything there is; the functions in `world/` work on it (`chargeBack`, `renewSubscription`, …). */
  readonly world: World;
  /** What the bot has done, and what it did wrong. */
  readonly journal: Journal;
  readonly faults: Faults;
  readonly limits: Pick<Limiter, "change">;
  /** A person's hands. @throws PersonError when there is no such person. */
  readonly as: (personId: number) => PersonHandle;
  /** @returns ids of new people who have pressed Start. */
  readonly addStartedPeople: (count: number) => readonly number[];
  /** Back to the first world. What the bot has set up (commands, webhook) stays. */
  readonly reset: () => void;
  /** Ends waiting polls and open connections; everything is forgotten. */
  readonly close: () => Promise<void>;
}

const defaultBotId = 8_010_000_000;
/** A server that closes an idle connection while the bot writes on it makes an ambiguous failure; tests want none. */
const keepAliveMs = 10 * 60 * 1000;

/** Starts a Bot API emulator with its people. Everything is in memory and gone after `close()`. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const server = createServer({ keepAliveTimeout: keepAliveMs });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`;
  const parts = assemble(options, (options.publicUrl ?? url).replace(/\/$/, ""));
  const { world, faults, journal, limiter, reset } = parts;
  const events = makeEventsSocket(parts);
  const route = makeRouter({ botApi: parts, people: parts, pageDir: options.pageDir });

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      parts.onError(error);
      if (response.headersSent) response.destroy();
      else replyJson(response, 500, { error: "The sandbox failed." }, true);
    });
  });
  server.on("upgrade", (request, socket, head) => {
    if (request.url?.startsWith("/sandbox/events") === true) events.upgrade(request, socket, head);
    else socket.destroy();
  });

  return {
    port,
    url,
    botToken: parts.token,
    botId: world.bot.id,
    world,
    journal,
    faults,
    limits: limiter,
    as: (personId) => personHandle(world, personId),
    addStartedPeople: (count) => addStartedPeople(world, count),
    reset,
    close: async () => {
      parts.stop();
      events.close();
      await closeServer(server);
    },
  };
}

/** Makes the world and everything that works on it; nothing of it knows the network yet. */
function assemble(options: SandboxOptions, baseUrl: string) {
  const { clock, ids, limits = telegramLimits } = options;
  const token = options.botToken ?? `${defaultBotId}:AA${ids.token(24)}`;
  const queue = makeUpdateQueue(clock);
  const world = makeWorld({ clock, ids, botId: Number(token.split(":")[0]), updates: queue });
  const poller = makePoller(clock, queue);
  const faults = makeFaults(clock, (active) => {
    world.bus.emit({ to: "everyone", event: { type: "faults", faults: active } });
  });
  const calls = makeCallLog((makeCall) => {
    if (world.bus.hasListeners()) world.bus.emit({ to: "everyone", event: { type: "call", call: makeCall() } });
  });
  const onError = (error: unknown): void => {
    options.log?.(`sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  const webhook = makeWebhook({
    clock,
    ids,
    queue,
    onReply: (method, params) => {
      answerPush(executeParts, method, params).catch(onError);
    },
  });
  const limiter = makeLimiter(clock, limits === "off" ? undefined : limits);
  const journal = makeJournal();
  const executeParts = { clock, limiter, journal, onError, context: { world, poller, webhook, baseUrl } };
  populate(world);
  return {
    ...executeParts,
    token,
    world,
    faults,
    calls,
    reset: () => {
      faults.clear();
      calls.clear();
      resetWorld(world);
      populate(world);
      world.bus.emit({ to: "restart" });
    },
    stop: () => {
      faults.clear();
      webhook.set(undefined);
      poller.interrupt("stop");
    },
  };
}

/** A call that came as the answer to a webhook push: done like any other, its outcome told to nobody. */
async function answerPush(
  parts: ExecuteParts,
  method: string,
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  await execute(parts, readCall(method, { values: params, uploads: new Map() }), new AbortController().signal);
}

async function listen(server: Server, { port, host }: SandboxOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  server.off("error", reject);
}

async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => {
    resolve();
  });
  server.closeAllConnections();
  await promise;
}
