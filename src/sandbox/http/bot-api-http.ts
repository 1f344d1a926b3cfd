import type { IncomingMessage, ServerResponse } from "node:http";

import { badRequest, BotApiError, tooManyRequests } from "../api/bot-api-error.ts";
import { readCall } from "../api/dispatch.ts";
import type { ReadCall } from "../api/dispatch.ts";
import { answerOf, execute } from "../api/execute.ts";
import type { ApiAnswer, ExecuteParts } from "../api/execute.ts";
import type { CallLog } from "../call-log.ts";
import type { Faults } from "../faults.ts";
import type { ActiveFault } from "../protocol.ts";
import { BodyTooLarge, BodyUnreadable, readBody, readParams } from "./body.ts";

/** Telegram takes uploads of 50 MB; the rest is for the form around them. */
const largestBody = 51 * 1024 * 1024;

export interface BotApiParts extends ExecuteParts {
  readonly token: string;
  readonly faults: Faults;
  readonly calls: CallLog;
}

/** What to do with the connection. `cut` ends it without an answer. */
type Outcome = (ApiAnswer & { readonly kind: "answer" }) | { readonly kind: "cut"; readonly note: string };

/** Answers `/bot<token>/<method>`. */
export async function serveBotApi(
  parts: BotApiParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://sandbox");
  const [, token = "", methodName = ""] = /^\/bot([^/]*)\/?(.*)$/.exec(url.pathname) ?? [];
  if (token !== encodeURIComponent(parts.token) && token !== parts.token) {
    reply(response, answerOf(new BotApiError(401, "Unauthorized")));
    return;
  }
  if (parts.faults.takeOutage()) {
    reply(response, answerOf(badGateway));
    return;
  }
  const begin = { at: parts.clock.now().toISOString(), ms: parts.clock.monotonicMs() };
  const call = await readWholeCall(request, url, methodName);
  const outcome = call instanceof BotApiError ? refuse(parts, methodName, call) : await perform(parts, call, response);
  const tookMs = Math.round(parts.clock.monotonicMs() - begin.ms);
  const { method, params, problems } = call instanceof BotApiError ? { ...nothingRead, method: methodName } : call;
  log(parts, { method, params, problems }, { outcome, at: begin.at, tookMs });
  if (outcome.kind === "cut") request.socket.destroy();
  else reply(response, outcome, outcome.status === 413);
}

const badGateway = new BotApiError(502, "Bad Gateway");
const nothingRead = { params: {}, problems: [] };

async function readWholeCall(request: IncomingMessage, url: URL, methodName: string): Promise<ReadCall | BotApiError> {
  try {
    const body = await readBody(request, largestBody);
    return readCall(methodName, await readParams(url, request.headers["content-type"] ?? "", body));
  } catch (error) {
    if (error instanceof BotApiError) return error;
    if (error instanceof BodyTooLarge) return new BotApiError(413, "Request Entity Too Large");
    if (error instanceof BodyUnreadable) return badRequest("can't parse the request body");
    throw error;
  }
}

/** A call that could not even be read breaks the schema too. */
function refuse(parts: BotApiParts, methodName: string, error: BotApiError): Outcome {
  parts.journal.noteCall(methodName, [{ kind: "unknown", path: methodName, expected: error.message }]);
  return { kind: "answer", ...answerOf(error) };
}

async function perform(parts: BotApiParts, call: ReadCall, response: ServerResponse): Promise<Outcome> {
  const fault = parts.faults.take(call.method, chatIdOf(call));
  const waits = call.method === "getUpdates" || fault?.kind === "hang";
  const signal = waits ? goneSignal(response) : never;
  if (fault?.kind === "hang") await Promise.race([parts.faults.released(fault.id), aborted(signal)]);
  const instead = fault === undefined ? undefined : insteadOf(parts, fault);
  if (instead !== undefined) return instead;
  const answer = await execute(parts, call, signal);
  return fault?.kind === "drop_answer" ? { kind: "cut", note: fault.kind } : { kind: "answer", ...answer };
}

/** For calls that are over at once; a signal for each costs 5 % of a flood of sends. */
const never = new AbortController().signal;

/** Aborts when the bot hangs up. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on("close", () => {
    gone.abort();
  });
  return gone.signal;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener("abort", resolve, { once: true });
  });
}

/** What a fault makes of a call that is not done at all; undefined for those that do it. */
function insteadOf(parts: BotApiParts, fault: ActiveFault): Outcome | undefined {
  const { kind } = fault;
  if (kind === "drop_answer") return undefined;
  if (kind === "hang" || kind === "reset") return { kind: "cut", note: kind };
  if (kind === "rate_limit") {
    parts.journal.noteRateLimit("fault");
    return { kind: "answer", ...answerOf(tooManyRequests(fault.retryAfter ?? 5)), note: kind };
  }
  const error = kind === "outage" ? badGateway : new BotApiError(500, "Internal Server Error");
  return { kind: "answer", ...answerOf(error), note: kind };
}

function chatIdOf({ params }: ReadCall): number | undefined {
  const chatId = Number(params["chat_id"]);
  return Number.isNaN(chatId) ? undefined : chatId;
}

interface LogLine {
  readonly outcome: Outcome;
  readonly at: string;
  readonly tookMs: number;
}

/** Successful polls are left out: they come all the time and say nothing. */
function log(parts: BotApiParts, { method, params, problems }: ReadCall, { outcome, at, tookMs }: LogLine): void {
  const status = outcome.kind === "answer" ? outcome.status : 0;
  const ok = status === 200;
  if (ok && method === "getUpdates") return;
  const note = outcome.note ?? problems.map(({ kind, path }) => `${kind} ${path}`).join(", ");
  parts.calls.add({ at, method, params, ok, status, tookMs, ...(note === "" ? {} : { note }) });
}

function reply(response: ServerResponse, { status, body }: ApiAnswer, closes = false): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(closes ? { connection: "close" } : {}),
  });
  response.end(body);
}
