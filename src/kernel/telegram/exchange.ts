import { Readable } from "node:stream";

import type { Dispatcher } from "undici";

import type { Clock, Timer } from "../lib/clock.ts";
import { networkCode } from "../lib/errors.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: string | Readable | null;
}

export interface ExchangeLimits {
  readonly clock: Clock;
  /** From the call to the last byte of the answer, waiting for a connection included. */
  readonly timeoutMs: number;
  /** A longer body of a 200 is cut off and the exchange unclear, for the reason `answerTooLong`. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** How long a streamed body may stand still. */
  readonly stallMs?: number | undefined;
  /** How long the answer may take once a streamed body is written. */
  readonly answerMs?: number | undefined;
}

/** How one HTTP request ended, by what the server can know of it. */
export type Exchange =
  | { readonly outcome: "answered"; readonly status: number; readonly body: Buffer; readonly retryAfter: string }
  /** The server cannot have received the whole request. */
  | { readonly outcome: "unsent"; readonly reason: string }
  /** It may have. */
  | { readonly outcome: "unclear"; readonly reason: string };

export const answerTooLong = "answer too long";
export const timedOut = "timeout";
/** Error pages may always be this long. */
const longestErrorBytes = 65_536;

/**
 * Makes one HTTP request and tells "surely not received" from "perhaps received", which is what decides about sending
 * again. undici calls `onRequestStart` in the same tick in which it writes the head (and a body that is a string) to the
 * socket, so what failed earlier was not sent; a streamed body is only complete after `onRequestSent`, and nobody can act
 * on half a body. After that point nothing is sure: a peer that closed an idle connection a moment before our bytes
 * arrived looks exactly like one that acted on them and died.
 *
 * The pool must speak HTTP/1.1 without pipelining: one request per connection is what makes this decidable.
 * Never rejects. The caller destroys a streamed body that was not read to its end.
 */
export async function exchange(pool: Dispatcher, request: HttpRequest, limits: ExchangeLimits): Promise<Exchange> {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const { signal } = limits;
  const chunks: Buffer[] = [];
  let connection: Dispatcher.DispatchController | undefined;
  let written = false;
  let settled = false;
  let status = 0;
  let retryAfter = "";
  let bytes = 0;

  const settle = (result: Exchange): void => {
    if (settled) return;
    settled = true;
    timer.cancel();
    patience.over();
    signal?.removeEventListener("abort", onAbort);
    resolve(result);
  };
  const fail = (reason: string): void => {
    const perhapsReceived = connection !== undefined && (written || typeof request.body === "string");
    settle({ outcome: perhapsReceived ? "unclear" : "unsent", reason });
  };
  const giveUp = (reason: string): void => {
    fail(reason);
    connection?.abort(new Error(reason));
  };
  const onAbort = (): void => {
    giveUp("aborted");
  };
  const patience = createPatience(limits, giveUp);
  const timer = limits.clock.schedule(limits.timeoutMs, () => {
    giveUp(timedOut);
  });
  if (signal?.aborted) {
    fail("aborted");
    return await promise;
  }
  signal?.addEventListener("abort", onAbort, { once: true });

  const { method, path, body } = request;
  const isStream = body instanceof Readable;
  pool.dispatch(
    { method, path, headers: [...request.headers], body },
    {
      onRequestStart: (controller) => {
        // Throwing takes the request back before anything is written, and leaves the connection usable.
        if (settled) throw new Error("given up before it was sent");
        if (connection !== undefined) throw new Error("never sent twice");
        connection = controller;
        if (isStream) patience.moved();
      },
      onBodySent: () => {
        if (isStream) patience.moved();
      },
      onRequestSent: () => {
        written = true;
        if (isStream) patience.written();
      },
      onResponseStart: (_controller, statusCode, headers) => {
        patience.over();
        status = statusCode;
        const header = headers["retry-after"];
        retryAfter = typeof header === "string" ? header : "";
      },
      onResponseData: (_controller, chunk) => {
        chunks.push(chunk);
        bytes += chunk.byteLength;
        const maxBytes = status === 200 ? limits.maxBytes : Math.max(limits.maxBytes, longestErrorBytes);
        if (bytes > maxBytes) giveUp(answerTooLong);
      },
      onResponseEnd: () => {
        const [first] = chunks;
        const whole = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
        settle({ outcome: "answered", status, body: whole, retryAfter });
      },
      onResponseError: (_controller, error) => {
        fail(networkCode(error));
      },
    },
  );
  return await promise;
}

/** With a transfer that may take long as a whole, but not stand still. */
interface Patience {
  readonly moved: () => void;
  readonly written: () => void;
  readonly over: () => void;
}

function createPatience({ clock, stallMs, answerMs }: ExchangeLimits, giveUp: (reason: string) => void): Patience {
  let timer: Timer | undefined;
  const wait = (ms: number | undefined, reason: string): void => {
    timer?.cancel();
    if (ms !== undefined) timer = clock.schedule(ms, () => giveUp(reason));
  };
  return {
    moved: () => {
      wait(stallMs, "stalled");
    },
    written: () => {
      wait(answerMs, timedOut);
    },
    over: () => timer?.cancel(),
  };
}
