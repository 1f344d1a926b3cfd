import { Client } from "pg";

import { type Backoff, backoffMs } from "../lib/backoff.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Logger } from "../observability/index.ts";

export interface Listener {
  /**
   * Calls `task` for each NOTIFY on `channel`, and once after every connection (what was notified meanwhile is lost,
   * so the caller must look for itself). Never more than a hint: everything that waits here also polls slowly.
   * To be called before `start`.
   */
  readonly on: (channel: string, task: (payload: string) => void) => void;
  /** Resolves when the first connection listens. */
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ListenerDeps {
  readonly url: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly ids: Ids;
  /**
   * The connection is asked for a sign of life this often and must answer this soon: one whose other end is gone without a
   * word would stay deaf for hours.
   */
  readonly heartbeat?: { readonly everyMs: number; readonly answerWithinMs: number };
}

const reconnect: Backoff = { firstMs: 100, longestMs: 2000 };
const usualHeartbeat = { everyMs: 15_000, answerWithinMs: 5000 };

/** One connection of its own that listens on all channels, and comes back by itself when it breaks. */
export function createListener({ url, log, clock, ids, heartbeat = usualHeartbeat }: ListenerDeps): Listener {
  const tasks = new Map<string, ((payload: string) => void)[]>();
  const stop = new AbortController();
  let loop: Promise<void> | undefined;

  const session = async (onReady: () => void): Promise<void> => {
    const client = new Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: heartbeat.answerWithinMs,
      query_timeout: heartbeat.answerWithinMs,
      application_name: "telecast listener",
    });
    const over = new AbortController();
    const ending = AbortSignal.any([stop.signal, over.signal]);
    client.once("end", () => {
      over.abort();
    });
    // A broken connection may say so more than once; an error nobody listens for would end the process.
    client.on("error", () => {
      over.abort();
    });
    client.on("notification", ({ channel, payload }) => {
      for (const task of tasks.get(channel) ?? []) task(payload ?? "");
    });
    try {
      await client.connect();
      for (const channel of tasks.keys()) await client.query(`listen ${client.escapeIdentifier(channel)}`);
      onReady();
      for (const task of [...tasks.values()].flat()) task("");
      for (;;) {
        await pause(clock, heartbeat.everyMs, ending);
        if (ending.aborted) return;
        await client.query("select");
      }
    } finally {
      // A connection that is already broken cannot be closed politely, and need not be.
      await client.end().catch(() => undefined);
    }
  };

  const keepConnected = async (onReady: () => void): Promise<void> => {
    let failures = 0;
    while (!stop.signal.aborted) {
      try {
        await session(() => {
          failures = 0;
          onReady();
        });
      } catch (error) {
        log.warn({ err: toError(error).message }, "database listener could not connect");
      }
      failures += 1;
      await pause(clock, backoffMs(reconnect, failures, ids.random()), stop.signal);
    }
  };

  return {
    on: (channel, task) => {
      if (loop !== undefined) throw new Error(`listening on ${channel} began after the listener had started`);
      tasks.set(channel, [...(tasks.get(channel) ?? []), task]);
    },
    start: async () => {
      await new Promise<void>((resolve) => {
        loop = keepConnected(resolve);
      });
    },
    close: async () => {
      stop.abort();
      await loop;
    },
  };
}
