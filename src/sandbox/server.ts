import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { Clock } from "#kernel/lib/clock.ts";
import type { Ids } from "#kernel/lib/ids.ts";

import { makeCallLog } from "./call-log.ts";
import { makeFaults } from "./faults.ts";
import type { Faults } from "./faults.ts";
import { serveBotApi } from "./http/bot-api-http.ts";
import { makeEventsSocket } from "./http/events-socket.ts";
import { replyJson } from "./http/json-reply.ts";
import { servePeople } from "./http/people-http.ts";
import { sendBytes } from "./http/send-bytes.ts";
import { servePage } from "./http/static-page.ts";
import { makeJournal } from "./journal.ts";
import type { Journal } from "./journal.ts";
import { makePoller } from "./updates/poller.ts";
import { makeUpdateQueue } from "./updates/update-queue.ts";
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
  /** Gets a line when something goes wrong inside the sandbox. */
  readonly log?: (line: string) => void;
}

/** A running sandbox. Besides the addresses, what tests look at and turn. */
export interface Sandbox {
  readonly port: number;
  /** Without a slash at the end; also the Bot API root. */
  readonly url: string;
  readonly botToken: string;
  readonly botId: number;
  readonly world: World;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly close: () => Promise<void>;
}

const defaultBotId = 8_010_000_000;
/** An idle connection that the server closes while the bot writes looks like an ambiguous failure. Real ones are rarer. */
const keepAliveMs = 10 * 60 * 1000;

/** Starts a Bot API emulator with its people. Everything is in memory and gone after `close()`. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, ids } = options;
  const botToken = options.botToken ?? `${defaultBotId}:AA${ids.token(24)}`;
  const botId = Number(botToken.split(":")[0]);
  const updates = makeUpdateQueue(clock);
  const world = makeWorld({ clock, ids, botId, updates });
  const faults = makeFaults(clock, (active) => {
    world.bus.emit({ to: "everyone", event: { type: "faults", faults: active } });
  });
  const calls = makeCallLog((makeCall) => {
    if (world.bus.hasListeners()) world.bus.emit({ to: "everyone", event: { type: "call", call: makeCall() } });
  });
  const journal = makeJournal();
  const poller = makePoller(clock, updates);
  populate(world);

  const server = createServer({ keepAliveTimeout: keepAliveMs });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`;
  const baseUrl = (options.publicUrl ?? url).replace(/\/$/, "");

  const onError = (error: unknown): void => {
    options.log?.(`sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  const reset = (): void => {
    faults.clear();
    calls.clear();
    resetWorld(world);
    populate(world);
    world.bus.emit({ to: "restart" });
  };
  const people = { world, faults, calls, reset };
  const botApi = { clock, token: botToken, faults, journal, calls, onError, context: { world, poller, baseUrl } };
  const events = makeEventsSocket(people);

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "/";
    if (path.startsWith("/bot")) await serveBotApi(botApi, request, response);
    else if (path.startsWith("/file/bot")) serveFile({ world, botToken, faults }, request, response);
    else if (path.startsWith("/sandbox/api/")) await servePeople(people, request, response);
    else await servePageOrNothing(options.pageDir, request, response);
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    route(request, response).catch((error: unknown) => {
      onError(error);
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
    botToken,
    botId,
    world,
    journal,
    faults,
    close: async () => {
      faults.clear();
      poller.interrupt("stop");
      events.close();
      const closed = Promise.withResolvers<void>();
      server.close(() => {
        closed.resolve();
      });
      server.closeAllConnections();
      await closed.promise;
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, { port, host }: SandboxOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  server.off("error", reject);
}

interface FileParts {
  readonly world: World;
  readonly botToken: string;
  readonly faults: Faults;
}

/** `/file/bot<token>/<path>`: paths are looked up in memory, so there is nothing to climb out of. */
function serveFile({ world, botToken, faults }: FileParts, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? "/", "http://sandbox");
  const [, token, path] = /^\/file\/bot([^/]+)\/(.+)$/.exec(pathname) ?? [];
  const file = path === undefined ? undefined : world.files.findByPath(path);
  if (faults.takeOutage()) replyJson(response, 502, { ok: false, error_code: 502, description: "Bad Gateway" });
  else if (token === undefined || decodeURIComponent(token) !== botToken) {
    replyJson(response, 401, { ok: false, error_code: 401, description: "Unauthorized" });
  } else if (file === undefined) replyJson(response, 404, { ok: false, error_code: 404, description: "Not Found" });
  else sendBytes(request, response, { bytes: file.bytes, contentType: file.mimeType });
}

async function servePageOrNothing(
  pageDir: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://sandbox");
  if (pathname === "/sandbox" || pathname === "/") {
    response.writeHead(302, { location: "/sandbox/" }).end();
    return;
  }
  const isPage = pathname.startsWith("/sandbox/") && pageDir !== undefined;
  if (isPage && (await servePage(pageDir, pathname.slice("/sandbox/".length), request, response))) return;
  replyJson(response, 404, { ok: false, error_code: 404, description: "Not Found" });
}
