import { once } from "node:events";
import type { Socket } from "node:net";

import { Client, type Pool, type PoolClient } from "pg";

import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";

export interface DeafnessOptions {
  /** A query without an answer for so long is looked into. */
  readonly silenceMs: number;
  /** How often is looked. */
  readonly everyMs: number;
}

const usual: DeafnessOptions = { silenceMs: 4000, everyMs: 2000 };
const lookTimeoutMs = 5000;

/** What of a connection is not in its declared type. Both have been there since pg 7. */
type Inner = PoolClient & {
  /** False from a question to the end of its answer. */
  readonly readyForQuery: boolean;
  readonly processID: number | null;
  readonly connection: { readonly stream: Socket };
};

interface Watched {
  bytesRead: number;
  /** When something came from it last. */
  heardMs: number;
  /** When it was first seen to wait for an answer since then. */
  askedMs: number | undefined;
  /** The server did not work for it when it was asked. */
  isSuspect: boolean;
}

/**
 * Breaks off connections whose other end is gone without a word: a router forgot them, a machine vanished. A query there
 * would wait for ever, and once all connections of the pool wait, so does the program, and for ever.
 *
 * A query may rightly take minutes, so silence alone proves nothing: the server is asked over a fresh connection whether
 * it works for the silent one. If it does not, and still nothing has come at the next look, the connection is broken off
 * (its query fails, the pool makes a new one) and its session ended, because a transaction left open there keeps its locks.
 *
 * Real time and not a clock's: it is a matter between sockets. @returns what ends it.
 */
export function watchForDeafness(
  pool: Pool,
  { url, log, deafness = usual }: { readonly url: string; readonly log: Logger; readonly deafness?: DeafnessOptions },
): () => void {
  const watched = new Map<Inner, Watched>();
  pool.on("connect", (client) => {
    watched.set(client as Inner, {
      bytesRead: 0,
      heardMs: performance.now(),
      askedMs: undefined,
      isSuspect: false,
    });
  });
  pool.on("remove", (client) => {
    watched.delete(client as Inner);
  });

  /** Those that have waited for long, by the process that serves them. */
  const silent = (): ReadonlyMap<number, readonly [Inner, Watched]> => {
    const nowMs = performance.now();
    const found = new Map<number, readonly [Inner, Watched]>();
    for (const [client, state] of watched) {
      const { bytesRead } = client.connection.stream;
      if (bytesRead !== state.bytesRead) Object.assign(state, { bytesRead, heardMs: nowMs, askedMs: undefined });
      if (client.readyForQuery || state.askedMs === undefined) state.isSuspect = false;
      if (client.readyForQuery) state.askedMs = undefined;
      else state.askedMs ??= nowMs;
      if (client.processID === null || state.askedMs === undefined) continue;
      if (nowMs - state.askedMs >= deafness.silenceMs) found.set(client.processID, [client, state]);
    }
    return found;
  };

  /** What has been idle all the time went the same way, and would be found out one query after the other. */
  const companions = (sinceMs: number): readonly Inner[] =>
    [...watched].flatMap(([client, { heardMs }]) => (client.readyForQuery && heardMs <= sinceMs ? [client] : []));

  const look = async (): Promise<void> => {
    const found = silent();
    if (found.size === 0) return;
    await withClient(url, async (asker) => {
      const working = await whoWorks(asker, [...found.keys()]);
      const waiting: Inner[] = [];
      const idle = new Set<Inner>();
      for (const [pid, [client, state]] of found) {
        if (state.isSuspect && !working.has(pid)) {
          waiting.push(client);
          for (const companion of companions(state.askedMs ?? 0)) idle.add(companion);
        }
        state.isSuspect = !working.has(pid);
      }
      if (waiting.length === 0) return;
      const pids = [...waiting, ...idle].flatMap(({ processID }) => processID ?? []);
      log.warn({ pids }, "database connections are deaf: broken off");
      // First those that nobody uses: whoever is told that his query failed must not get one of them for the next.
      await Promise.all([...idle].map(breakOff));
      await Promise.all(waiting.map(breakOff));
      await endIdle(asker, pids);
    });
  };

  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look()
      .catch((error: unknown) => {
        // The database is away altogether; connections that survive that are looked at when it is back.
        log.debug({ err: toError(error) }, "silent connections could not be looked into");
      })
      .finally(() => {
        looking = false;
      });
  }, deafness.everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

async function breakOff({ connection: { stream } }: Inner): Promise<void> {
  if (!stream.closed) await once(stream.destroy(), "close");
}

const isWorking = "state = 'active' and wait_event_type is distinct from 'Client'";

/** One that waits for us to speak or to listen does not work, whatever it has begun. */
async function whoWorks(client: Client, pids: readonly number[]): Promise<ReadonlySet<number>> {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_stat_activity where pid = any($1::int[]) and ${isWorking}`,
    [pids],
  );
  return new Set(rows.map(({ pid }) => pid));
}

async function endIdle(client: Client, pids: readonly number[]): Promise<void> {
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where pid = any($1::int[]) and usename = current_user and not (${isWorking})`,
    [pids],
  );
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: lookTimeoutMs,
    query_timeout: lookTimeoutMs,
    application_name: "telecast watch",
  });
  // It may break while nobody waits for it; whoever waits is told.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
