import { Readable } from "node:stream";

import type { ApiMethods, Opts } from "grammy/types";
import { Pool } from "undici";

import type { Clock } from "../lib/clock.ts";
import type { Ids } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";
import { withSharedTimers } from "../lib/shared-timers.ts";
import type { Logger, Metrics } from "../observability/index.ts";
import { interpret, type Wanted } from "./answer.ts";
import { TelegramRefused, TelegramUnclear, UploadUnreadable } from "./bot-api-errors.ts";
import { type CallMeter, callMeter } from "./call-meter.ts";
import { type Exchange, exchange, type ExchangeLimits, timedOut } from "./exchange.ts";
import { multipart, type UploadFile } from "./multipart.ts";
import { renewablePool } from "./renewable-pool.ts";
import { createSendConnections } from "./send-connections.ts";

/** Replaces grammY's file type by `string` (a `file_id`, a URL or `attach://<name>`), everywhere in a payload. */
type WithoutInputFile<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends { readonly toRaw: unknown }
    ? string
    : { [K in keyof T]: WithoutInputFile<T[K]> };

export type ApiMethod = keyof ApiMethods;
/** What a method takes. Files are strings here; uploads come beside them in `CallOptions.files`. */
/** Inline results name files by id or URL only: there is nothing to leave out, and they are too deep to walk through. */
export type ApiPayload<M extends ApiMethod> = M extends "answerInlineQuery" ? Opts<M> : WithoutInputFile<Opts<M>>;
export type ApiResult<M extends ApiMethod> = ReturnType<ApiMethods[M]>;

export interface CallOptions {
  /** From the call to the last byte of the answer. Default 30 s; with files 15 minutes, an hour to a local server. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * The Bot API over kept-alive connections. Every method throws by who failed: `TelegramRefused` (Telegram said no),
 * `TelegramUnavailable` (surely not sent), `TelegramUnclear` (may have taken effect). Nothing is ever sent twice, and the
 * token is in no error, log line or metric.
 */
export interface BotApi {
  /** The bot's own id, which its token begins with. */
  readonly botId: number;
  /** For everything but the sender. Its own few connections, so that thousands of sends never hold up an answer. */
  readonly call: <M extends ApiMethod>(
    method: M,
    payload: ApiPayload<M>,
    options?: CallOptions & { readonly files?: Readonly<Record<string, UploadFile>> },
  ) => Promise<ApiResult<M>>;
  /**
   * The sender's: `body` is the payload as JSON, written as it is. When only the `message_id` is wanted, nothing else of the
   * result is promised: it is found without parsing the rest.
   */
  readonly callRaw: (
    method: string,
    body: string,
    options?: CallOptions & { readonly wanted?: Wanted },
  ) => Promise<unknown>;
  /**
   * Streams `files` beside a payload that names them as `attach://<name>` (no name may be a field's). Streams are destroyed
   * in every case.
   * @throws UploadUnreadable when a file cannot be read.
   */
  readonly upload: (
    method: string,
    payload: Readonly<Record<string, unknown>>,
    options: CallOptions & { readonly files: Readonly<Record<string, UploadFile>> },
  ) => Promise<unknown>;
  /** Reads a file by the `file_path` that `getFile` gave. @throws TelegramUnclear when it is over `maxBytes`. */
  readonly download: (filePath: string, options: CallOptions & { readonly maxBytes: number }) => Promise<Buffer>;
  /** Waits for calls under way, then closes the connections. */
  readonly close: () => Promise<void>;
}

export interface BotApiDeps {
  readonly token: Secret;
  /** Such as `https://api.telegram.org`, without a trailing slash. */
  readonly root: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** How many sends may be on the wire at once. */
  readonly connections: number;
  /** A server of our own with `--local`, which takes files of up to 2000 MB and answers when it has passed them on. */
  readonly isLocal?: boolean;
}

/** Long polling takes one of them for good; the rest are answers to buttons and payments, files, `getMe`. */
const controlConnections = 16;
const connectTimeoutMs = 10_000;
/** Below what servers keep idle connections for, so that we close them first and no request meets a closing one. */
const keepAliveMs = 8000;
const callTimeoutMs = 30_000;
/** 50 MB, which is the most a bot may send, at half a megabit a second. */
const uploadTimeoutMs = 900_000;
/** A transfer that stands still for so long will not go on. */
const uploadStallMs = 30_000;
/** Telegram looks through what it was given before it answers. */
const uploadAnswerMs = 120_000;
/** 2000 MB to Telegram at 10 megabits a second, after they have come to our own server. */
const localUpload = { timeoutMs: 3_600_000, answerMs: 1_800_000 };
/** A hundred updates at their largest are a few megabytes. */
const longestAnswer = 32 * 1024 * 1024;
/** Ten messages of an album at their largest are a few hundred kilobytes. */
const longestSendAnswer = 4 * 1024 * 1024;

const jsonHeaders = ["content-type", "application/json"];

function openPool(origin: string, connections: number): Pool {
  return new Pool(origin, {
    connections,
    // One request per connection: whether it was written can then be told (see `exchange`).
    allowH2: false,
    pipelining: 1,
    connectTimeout: connectTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    // Each exchange has a deadline of its own.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function gotNoAnswer(error: unknown): boolean {
  return error instanceof TelegramUnclear && error.reason === timedOut;
}

type Perform = (method: string, ask: () => Promise<Exchange>, wanted?: Wanted) => Promise<unknown>;

/** Makes a call in a given way: what its answer means, counted and timed. */
function makePerform(meter: CallMeter, log: Logger): Perform {
  return async (method, ask, wanted) => {
    const measured = meter.start(method);
    const answer = interpret(method, await ask(), wanted);
    if (answer.ok) {
      measured.end("ok");
      return answer.result;
    }
    measured.end(answer.error instanceof TelegramRefused ? String(answer.error.errorCode) : answer.error.name);
    log.debug({ method, err: answer.error.message }, "bot api call failed");
    throw answer.error;
  };
}

export function createBotApi(deps: BotApiDeps): BotApi {
  const { token, root, clock, ids, log, metrics, connections } = deps;
  const { origin, pathname } = new URL(root);
  const base = pathname.replace(/\/$/, "");
  const path = `${base}/bot${token.reveal()}/`;
  const filePath = `${base}/file/bot${token.reveal()}/`;
  const control = renewablePool(() => openPool(origin, controlConnections), gotNoAnswer);
  const uploads = openPool(origin, connections);
  const timers = withSharedTimers(clock);
  const sending = createSendConnections({
    origin,
    clock: timers,
    most: connections,
    connectTimeoutMs,
    keepMs: keepAliveMs,
    maxBytes: longestSendAnswer,
  });

  const perform = makePerform(callMeter(metrics, clock), log);

  const limitsOf = ({ timeoutMs = callTimeoutMs, signal }: CallOptions): ExchangeLimits => ({
    clock: timers,
    timeoutMs,
    signal,
    maxBytes: longestAnswer,
  });

  const usual = deps.isLocal === true ? localUpload : { timeoutMs: uploadTimeoutMs, answerMs: uploadAnswerMs };
  const upload: BotApi["upload"] = async (method, payload, { files, timeoutMs = usual.timeoutMs, signal }) => {
    const { contentType, body } = multipart(payload, files, `telecast-${ids.token(18)}`);
    const request = { method: "POST", path: path + method, headers: ["content-type", contentType], body } as const;
    const sources = Object.values(files).flatMap((file) => (file.body instanceof Readable ? [file.body] : []));
    // A stream may fail before anybody reads it: without a listener that would end the process.
    for (const source of sources) source.on("error", () => undefined);
    try {
      const limits = {
        ...limitsOf({ timeoutMs, ...(signal && { signal }) }),
        stallMs: uploadStallMs,
        answerMs: usual.answerMs,
      };
      return await perform(method, async () => await exchange(uploads, request, limits));
    } catch (error) {
      const broken = sources.find((source) => source.errored !== null);
      throw broken === undefined ? error : new UploadUnreadable(method, { cause: broken.errored });
    } finally {
      for (const stream of [body, ...sources]) stream.destroy();
    }
  };

  return {
    botId: Number(token.reveal().split(":")[0]),
    // The result's type is Telegram's promise; @grammyjs/types keeps it, checking it here would cost every call.
    call: async <M extends ApiMethod>(method: M, payload: ApiPayload<M>, options = {}) => {
      const { files, ...rest }: Parameters<BotApi["call"]>[2] & {} = options;
      if (files !== undefined) {
        return (await upload(method, payload as Record<string, unknown>, { ...rest, files })) as ApiResult<M>;
      }
      const body = JSON.stringify(payload);
      const request = { method: "POST", path: path + method, headers: jsonHeaders, body } as const;
      const ask = async (pool: Pool): Promise<Exchange> => await exchange(pool, request, limitsOf(rest));
      return (await control.use(async (pool) => await perform(method, async () => await ask(pool)))) as ApiResult<M>;
    },
    callRaw: async (method, body, { timeoutMs = callTimeoutMs, signal, wanted } = {}) =>
      await perform(method, async () => await sending.post(path + method, body, { timeoutMs, signal }), wanted),
    upload,
    download: async (file, { maxBytes, timeoutMs = uploadTimeoutMs, signal }) => {
      const encoded = file.split("/").map(encodeURIComponent).join("/");
      const request = { method: "GET", path: filePath + encoded, headers: [], body: null } as const;
      const limits = { clock: timers, timeoutMs, signal, maxBytes };
      const ended = await control.use(async (pool) => await exchange(pool, request, limits));
      if (ended.outcome === "answered" && ended.status === 200) return ended.body;
      const answer = interpret("file", ended);
      throw answer.ok ? new TelegramUnclear("file", "not a file") : answer.error;
    },
    close: async () => {
      await Promise.all([control.close(), sending.close(), uploads.close()]);
    },
  };
}
