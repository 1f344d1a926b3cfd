import { Agent, type FormData, request } from "undici";

import { networkCode } from "#kernel/lib/errors.ts";

import { ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string;
  readonly retryAfterMs: number | undefined;
}

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | FormData | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One HTTP request and its whole answer. `exchange` resolves with every answer that came, and otherwise rejects with
 * `ProviderUnavailable` when the request was surely not received, `ProviderUnclear` when it may have been, or the signal's
 * reason. Nothing is ever sent twice.
 */
export interface Exchanger {
  readonly exchange: (call: HttpCall) => Promise<HttpAnswer>;
  readonly close: () => Promise<void>;
}

export interface ExchangerOptions {
  /** For the head of the answer, and between two parts of its body. */
  readonly timeoutMs?: number;
  readonly longestAnswer?: number;
}

const usualTimeoutMs = 60_000;
const connectTimeoutMs = 10_000;
const usualLongestAnswer = 4 * 1024 * 1024;
/** Longer waits are the service's mistake: the caller's own backoff is better. */
const longestRetryAfterMs = 60 * 60_000;

export function createExchanger({
  timeoutMs = usualTimeoutMs,
  longestAnswer = usualLongestAnswer,
}: ExchangerOptions = {}): Exchanger {
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
    exchange: async ({ method, url, headers, body, signal }) => {
      signal?.throwIfAborted();
      try {
        const answer = await request(url, {
          dispatcher: agent,
          method,
          headers,
          body: body ?? null,
          signal: signal ?? null,
        });
        const contentType = answer.headers["content-type"];
        return {
          status: answer.statusCode,
          text: await readText(answer.body, longestAnswer),
          contentType: typeof contentType === "string" ? contentType : "",
          retryAfterMs: readRetryAfter(answer.headers["retry-after"]),
        };
      } catch (error) {
        signal?.throwIfAborted();
        throw networkFailure(error);
      }
    },
    close: async () => {
      await agent.destroy();
    },
  };
}

const neverSent =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/;

/** Only the code is kept: messages of network errors may quote what was sent. */
function networkFailure(error: unknown): Error {
  const code = networkCode(error);
  const cause = new Error(code);
  return neverSent.test(code)
    ? new ProviderUnavailable("outage", undefined, { cause })
    : new ProviderUnclear({ cause });
}

async function readText(body: AsyncIterable<Buffer>, longest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > longest) throw new Error("the answer was too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Only whole seconds: nobody in this trade sends a date. */
function readRetryAfter(header: string | readonly string[] | undefined): number | undefined {
  if (typeof header !== "string" || !/^\d+$/.test(header)) return undefined;
  return Math.min(Number(header) * 1000, longestRetryAfterMs);
}
