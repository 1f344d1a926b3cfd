import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";

import { machineMs } from "../harness/machine-clock.ts";
import { serve } from "../harness/rpc.ts";
import { createHttpLines, type LineRequest, type Respond } from "./http-lines.ts";
import { createPeople, type Offer } from "./people.ts";
import { createRateLimiter, noLimits, type ServerLimits } from "./rate-limits.ts";

/**
 * A Bot API server that validates nothing and counts everything: a process of its own, so that its work is nobody's
 * else. It keeps what it accepted, so that afterwards it can be held against what was recorded.
 */

/** What was accepted, in order of arrival: column by column. */
export interface Accepted {
  readonly chatIds: Float64Array;
  readonly messageIds: Float64Array;
  /** By `machineMs`. */
  readonly atMs: Float64Array;
}

let limiter = createRateLimiter(noLimits);
let isLimited = false;
let refusals = 0;
let chatIds: number[] = [];
let messageIds: number[] = [];
let atMs: number[] = [];
let waiting: { readonly count: number; readonly resolve: () => void } | undefined;
let nextMessageId = 1;
const people = createPeople();

function send(method: string, body: string, respond: Respond): void {
  // Uploads come as forms, in which a name is followed by an empty line.
  const chatId = Number(/"chat_id"(?::"?|\r\n\r\n)(-?\d+)/.exec(body)?.[1]);
  const waitSeconds = isLimited ? limiter.judge(chatId) : 0;
  if (waitSeconds > 0) {
    refusals += 1;
    const description = `Too Many Requests: retry after ${waitSeconds}`;
    respond(429, JSON.stringify({ ok: false, error_code: 429, description, parameters: { retry_after: waitSeconds } }));
    return;
  }
  const edited = method.startsWith("edit") ? /"message_id":(\d+)/.exec(body)?.[1] : undefined;
  const messageId = edited === undefined ? nextMessageId++ : Number(edited);
  chatIds.push(chatId);
  messageIds.push(messageId);
  atMs.push(machineMs());
  people.answered(chatId);
  respond(
    200,
    `{"ok":true,"result":{"message_id":${messageId},"from":{"id":1,"is_bot":true,"first_name":"Bench","username":"bench_bot"},` +
      `"chat":{"id":${chatId},"first_name":"Somebody","type":"private"},"date":1700000000,"text":"as it was sent"}}`,
  );
  if (waiting !== undefined && chatIds.length >= waiting.count) waiting.resolve();
}

const bot = { id: 1, is_bot: true, first_name: "Bench", username: "bench_bot" };

function control(method: string, body: string, respond: Respond): void {
  const ok = (result: unknown): void => {
    respond(200, JSON.stringify({ ok: true, result }));
  };
  switch (method) {
    case "getMe":
      ok(bot);
      return;
    case "getUpdates":
      people.poll(body, ok);
      return;
    case "setWebhook":
      people.setWebhook(body);
      ok(true);
      return;
    case "getWebhookInfo":
      ok({ url: "", has_custom_certificate: false, pending_update_count: 0 });
      return;
    case "getStarTransactions":
      ok({ transactions: [] });
      return;
    default:
      ok(true);
  }
}

function handle({ path, body }: LineRequest, respond: Respond): void {
  const method = path.slice(path.lastIndexOf("/") + 1);
  if (/^(?:send(?!ChatAction)|edit)/.test(method)) send(method, body, respond);
  else control(method, body, respond);
}

/** As nginx before Telegram's servers. Node's 5 s end just when another contender's turn does, under a loop that begins its own. */
const keepAliveTimeout = 75_000;

/** Node's own HTTP server in place of ours: slower, but what everybody has. */
function createNodeServer(): Server {
  return createServer({ keepAliveTimeout }, (request, response) => {
    let body = "";
    request.setEncoding("latin1");
    request.on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      handle({ path: request.url ?? "", body }, (status, json) => {
        response.writeHead(status, { "content-type": "application/json", "content-length": json.length });
        response.end(json);
      });
    });
  });
}

export type ServerKind = "raw" | "node:http";

const methods = {
  listen: async (kind: ServerKind = "raw"): Promise<string> => {
    const server = kind === "raw" ? createHttpLines(handle) : createNodeServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Forgets what was accepted. */
  reset: (limits: ServerLimits = noLimits): void => {
    limiter = createRateLimiter(limits);
    isLimited = limits.globalPerSecond > 0 || limits.chatPerSecond > 0 || limits.groupPerMinute > 0;
    refusals = 0;
    chatIds = [];
    messageIds = [];
    atMs = [];
  },
  /** Until so many have been accepted since the last reset. @returns false when it takes longer. */
  reached: async (count: number, withinMs: number): Promise<boolean> =>
    await new Promise((resolve) => {
      if (chatIds.length >= count) {
        resolve(true);
        return;
      }
      const timer = setTimeout(() => {
        resolve(false);
      }, withinMs);
      waiting = {
        count,
        resolve: () => {
          clearTimeout(timer);
          waiting = undefined;
          resolve(true);
        },
      };
    }),
  counts: (): { readonly accepted: number; readonly refused: number } => ({
    accepted: chatIds.length,
    refused: refusals,
  }),
  accepted: (): Accepted => ({
    chatIds: Float64Array.from(chatIds),
    messageIds: Float64Array.from(messageIds),
    atMs: Float64Array.from(atMs),
  }),
  /** People write: see `people.ts`. */
  converse: async (offer: Offer): Promise<readonly number[]> => await people.converse(offer),
};

export type BotApiMethods = typeof methods;

serve(methods);
