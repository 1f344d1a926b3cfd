import { Agent, FormData, request } from "undici";

import type { Secret } from "#kernel/lib/secret.ts";

import { ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";

/** What a service answered, whatever it is: its own codes are judged by whoever knows them. */
export interface ServiceAnswer {
  readonly status: number;
  /** Parsed JSON; undefined when the body was none. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

export interface ServiceCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** A path below the root, with its query, or a whole URL. */
  readonly path: string;
  /** JSON unless it is a form. */
  readonly body?: object | FormData;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A JSON service. `call` resolves with every answer that came, and otherwise rejects with
 * `ProviderUnavailable` when the request was surely not received, `ProviderUnclear` when it may have been, or the signal's
 * reason. Nothing is ever sent twice.
 */
export interface Service {
  readonly call: (call: ServiceCall) => Promise<ServiceAnswer>;
  readonly close: () => Promise<void>;
}

export interface ServiceDeps {
  /** Without a trailing slash. */
  readonly root: string;
  readonly key: Secret;
  /** For the head of the answer, and between two parts of its body. */
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 60_000;
const connectTimeoutMs = 10_000;
const longestAnswer = 4 * 1024 * 1024;
/** Longer waits are the service's mistake: the caller's own backoff is better. */
const longestRetryAfterMs = 60 * 60_000;

export function createService({ root, key, timeoutMs = usualTimeoutMs }: ServiceDeps): Service {
  const agent = new Agent({
    allowH2: false,
    // A connection for each call. One that was kept may be closing while we write, and then nobody can tell whether a
    // video was begun; with calls every few seconds a new one costs nothing that anybody notices.
    pipelining: 0,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return {
    call: async ({ method, path, body, signal }) => {
      signal?.throwIfAborted();
      try {
        const answer = await request(URL.canParse(path) ? path : root + path, {
          dispatcher: agent,
          method,
          headers: {
            authorization: `Bearer ${key.reveal()}`,
            accept: "application/json",
            ...(body !== undefined && !(body instanceof FormData) && { "content-type": "application/json" }),
          },
          body: body === undefined || body instanceof FormData ? (body ?? null) : JSON.stringify(body),
          signal: signal ?? null,
        });
        return {
          status: answer.statusCode,
          body: parseJson(await readText(answer.body)),
          retryAfterMs: readRetryAfter(answer.headers["retry-after"]),
        };
      } catch (error) {
        signal?.throwIfAborted();
        throw failureOf(error);
      }
    },
    close: async () => {
      await agent.destroy();
    },
  };
}

/** For questions, which change nothing: an answer that was lost is as good as none. */
export async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw error instanceof ProviderUnclear ? new ProviderUnavailable("outage", undefined, { cause: error }) : error;
  }
}

const neverSent =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/;

/** Only the code is kept: messages of network errors may quote what was sent. */
function failureOf(error: unknown): Error {
  const code = networkCode(error);
  const cause = new Error(code);
  return neverSent.test(code)
    ? new ProviderUnavailable("outage", undefined, { cause })
    : new ProviderUnclear({ cause });
}

/** `ECONNRESET` and its like; of several addresses that were tried, the first one's. */
export function networkCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return networkCode(error.errors[0]);
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > longestAnswer) throw new Error("the answer was too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // An error page of something in between.
    return undefined;
  }
}

/** Only whole seconds: nobody in this trade sends a date. */
function readRetryAfter(header: string | readonly string[] | undefined): number | undefined {
  if (typeof header !== "string" || !/^\d+$/.test(header)) return undefined;
  return Math.min(Number(header) * 1000, longestRetryAfterMs);
}
