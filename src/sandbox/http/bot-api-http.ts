import type { IncomingMessage, ServerResponse } from "node:http";

import type { Clock } from "#kernel/lib/clock.ts";

import { badRequest, BotApiError, tooManyRequests } from "../api/bot-api-error.ts";
import type { ApiContext } from "../api/context.ts";
import { readCall, runCall } from "../api/dispatch.ts";
import type { ReadCall } from "../api/dispatch.ts";
import type { CallLog } from "../call-log.ts";
import type { Faults } from "../faults.ts";
import type { JournalWriter } from "../journal.ts";
import type { ActiveFault } from "../protocol.ts";
import { BodyTooLarge, BodyUnreadable, readBody, readParams } from "./body.ts";

/** Telegram takes uploads of 50 MB; the rest is for the form around them. */
const largestBody = 51 * 1024 * 1024;

export interface BotApiParts {
  readonly clock: Clock;
  readonly token: string;
  readonly faults: Faults;
  readonly journal: JournalWriter;
  readonly calls: CallLog;
  readonly context: Omit<ApiContext, "signal">;
  /** A bug of the sandbox; the bot gets a 500. */
  readonly onError: (error: unknown) => void;
}

/** What to do with the connection. `cut` ends it without an answer. */
type Outcome =
  | { readonly kind: "answer"; readonly status: number; readonly body: string; readonly note?: string }
  | { readonly kind: "cut"; readonly note: string };

/** Answers `/bot<token>/<method>`. */
export async function serveBotApi(
  parts: BotApiParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://sandbox");
  const [, token = "", methodName = ""] = /^\/bot([^/]*)\/?(.*)$/.exec(url.pathname) ?? [];
  if (decodeURIComponent(token) !== parts.token) {
    reply(response, answerOf(new BotApiError(401, "Unauthorized")));
    return;
  }
  if (parts.faults.takeOutage()) {
    reply(response, { kind: "answer", status: 502, body: JSON.stringify(badGateway) });
    return;
  }
  const startedAt = parts.clock.now();
  const startedMs = parts.clock.monotonicMs();
  const call = await readWholeCall(request, url, methodName);
  if (call instanceof BotApiError) {
    reply(response, answerOf(call), call.code === 413);
    return;
  }
  const abort = new AbortController();
  response.on("close", () => {
    abort.abort();
  });
  const outcome = await perform(parts, call, abort.signal);
  log(parts, call, { outcome, at: startedAt.toISOString(), tookMs: Math.round(parts.clock.monotonicMs() - startedMs) });
  if (outcome.kind === "cut") request.socket.destroy();
  else reply(response, outcome);
}

const badGateway = new BotApiError(502, "Bad Gateway");

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

async function perform(parts: BotApiParts, call: ReadCall, signal: AbortSignal): Promise<Outcome> {
  const fault = parts.faults.take(call.method, chatIdOf(call));
  const instead = fault === undefined ? undefined : await insteadOf(parts, fault);
  if (instead !== undefined) return instead;
  parts.journal.noteCall(call.method, call.problems);
  const outcome = await run(parts, call, signal);
  return fault?.kind === "drop_answer" ? { kind: "cut", note: "drop_answer" } : outcome;
}

/** What a fault makes of a call that is not done at all; undefined for those that do it. */
async function insteadOf(parts: BotApiParts, fault: ActiveFault): Promise<Outcome | undefined> {
  const { kind } = fault;
  if (kind === "drop_answer") return undefined;
  if (kind === "hang") await parts.faults.released(fault.id);
  if (kind === "hang" || kind === "reset") return { kind: "cut", note: kind };
  if (kind === "rate_limit") {
    parts.journal.noteRateLimit("fault");
    return { ...answerOf(tooManyRequests(fault.retryAfter ?? 5)), note: kind };
  }
  const error = kind === "outage" ? badGateway : new BotApiError(500, "Internal Server Error");
  return { ...answerOf(error), note: kind };
}

async function run(parts: BotApiParts, call: ReadCall, signal: AbortSignal): Promise<Outcome & { kind: "answer" }> {
  try {
    const result = await runCall({ ...parts.context, signal }, call);
    parts.journal.noteResult(call.method, result, parts.clock.now().getTime());
    return { kind: "answer", status: 200, body: JSON.stringify({ ok: true, result }) };
  } catch (error) {
    if (error instanceof BotApiError) return answerOf(error);
    parts.onError(error);
    return answerOf(new BotApiError(500, "Internal Server Error"));
  }
}

function answerOf(error: BotApiError): Outcome & { kind: "answer" } {
  return { kind: "answer", status: error.code, body: JSON.stringify(error), note: error.message };
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

function reply(response: ServerResponse, { status, body }: Outcome & { kind: "answer" }, closes = false): void {
  if (response.destroyed) return;
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(closes ? { connection: "close" } : {}),
  });
  response.end(body);
}
