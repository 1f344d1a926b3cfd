import type { Socket } from "node:net";
import { urlToHttpOptions } from "node:url";

import { buildConnector } from "undici";

import type { Clock } from "../lib/clock.ts";
import { networkCode } from "../lib/errors.ts";
import { type Exchange, timedOut } from "./exchange.ts";
import { idleConnections } from "./idle-connections.ts";
import { type SendConnection, sendConnection } from "./send-connection.ts";

export interface SendLimits {
  /** From the call to the last byte of the answer, waiting for a connection included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Kept-alive HTTP/1.1 connections for small calls, one call at a time on each: the sender's way to Telegram (decision 9).
 * Like `exchange` it tells "surely not received" from "perhaps received", and here there is nothing to guess: a call is
 * unsent until its bytes are handed to a connection, and never handed to a second one.
 */
export interface SendConnections {
  /** Posts `body`, which is JSON. Never rejects. */
  readonly post: (path: string, body: string, limits: SendLimits) => Promise<Exchange>;
  /** Takes no more calls, waits for those under way, then closes the connections. */
  readonly close: () => Promise<void>;
}

export interface SendConnectionsDeps {
  /** Such as `https://api.telegram.org`. */
  readonly origin: string;
  readonly clock: Clock;
  readonly most: number;
  readonly connectTimeoutMs: number;
  /** An idle connection is closed after so long, or shortly before the server says that it will. */
  readonly keepMs: number;
  readonly maxBytes: number;
}

interface Call {
  readonly request: string;
  readonly settle: (ended: Exchange) => void;
  readonly ended: Promise<Exchange>;
  on: SendConnection | undefined;
}

/** So long before the server closes an idle connection, we do: no call meets a closing one. */
const keepMarginMs = 1000;

export function createSendConnections(deps: SendConnectionsDeps): SendConnections {
  const { clock, most, keepMs, maxBytes } = deps;
  const url = new URL(deps.origin);
  const { protocol, host, port } = url;
  // An IPv6 address without its brackets.
  const hostname = urlToHttpOptions(url).hostname ?? "";
  const connect = buildConnector({ allowH2: false, timeout: deps.connectTimeoutMs });
  const idle = idleConnections(clock, keepMs);
  const waiting = new Set<Call>();
  const underWay = new Set<Call>();
  let connecting = 0;
  let open = 0;
  let isClosed = false;

  const openMore = (): void => {
    while (connecting < waiting.size && connecting + open < most) {
      connecting += 1;
      connect({ protocol, hostname, host, port }, (error, socket) => {
        connecting -= 1;
        if (error === null) welcome(socket);
        else firstOf(waiting)?.settle({ outcome: "unsent", reason: networkCode(error) });
        openMore();
      });
    }
  };

  const welcome = (socket: Socket): void => {
    open += 1;
    const onClosed = (): void => {
      open -= 1;
      openMore();
    };
    makeFree(sendConnection(socket, { maxBytes, onClosed }), keepMs);
  };

  const makeFree = (connection: SendConnection, forMs: number): void => {
    const next = firstOf(waiting);
    if (forMs > 0 && next !== undefined) write(connection, next);
    else if (forMs > 0 && !isClosed) idle.put(connection, forMs);
    else connection.destroy();
  };

  const write = (connection: SendConnection, call: Call): void => {
    waiting.delete(call);
    call.on = connection;
    connection.write(call.request, (ended, keptForMs) => {
      if (keptForMs > 0) makeFree(connection, Math.min(keepMs, keptForMs - keepMarginMs));
      call.settle(ended);
    });
  };

  const begin = (call: Call): void => {
    const connection = idle.take();
    if (connection === undefined) {
      waiting.add(call);
      openMore();
    } else write(connection, call);
  };

  const fate: Fate = {
    clock,
    onTimedOut: ({ on }) => {
      // A connection that is dead without a word may not be the only one (see `renewablePool`).
      if (on !== undefined) idle.closeAll();
    },
    onSettled: (call) => {
      waiting.delete(call);
      underWay.delete(call);
    },
  };

  return {
    post: async (path, body, limits) => {
      const call = prepare(requestFor({ host, path, body }), limits, fate);
      underWay.add(call);
      if (isClosed) abandon(call, "closed");
      else if (limits.signal?.aborted) abandon(call, "aborted");
      else begin(call);
      return await call.ended;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...underWay].map(async ({ ended }) => await ended));
      idle.closeAll();
    },
  };
}

interface Fate {
  readonly clock: Clock;
  /** Before it is given up. */
  readonly onTimedOut: (call: Call) => void;
  readonly onSettled: (call: Call) => void;
}

function prepare(request: string, { timeoutMs, signal }: SendLimits, { clock, onTimedOut, onSettled }: Fate): Call {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const onAbort = (): void => {
    abandon(call, "aborted");
  };
  const call: Call = {
    request,
    ended: promise,
    on: undefined,
    settle: (ended) => {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
      onSettled(call);
      resolve(ended);
    },
  };
  const timer = clock.schedule(timeoutMs, () => {
    onTimedOut(call);
    abandon(call, timedOut);
  });
  signal?.addEventListener("abort", onAbort, { once: true });
  return call;
}

function firstOf(calls: ReadonlySet<Call>): Call | undefined {
  return calls.values().next().value;
}

function abandon(call: Call, reason: string): void {
  if (call.on === undefined) call.settle({ outcome: "unsent", reason });
  else call.on.giveUp(reason);
}

function requestFor(of: { readonly host: string; readonly path: string; readonly body: string }): string {
  const { host, path, body } = of;
  const length = Buffer.byteLength(body);
  return `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;
}
