import { setTimeout } from "node:timers/promises";

import { Kysely, PostgresDialect, type Transaction, sql } from "kysely";
import { DatabaseError, Pool, TypeOverrides } from "pg";

import type { Logger } from "../observability/index.ts";
import { type DeafnessOptions, watchForDeafness } from "./deaf-connections.ts";
import { pipeline } from "./pipeline.ts";
import { quickPool } from "./quick-pool.ts";

/** No table is known here: each module narrows with `withTables<ItsTables>()`, so it cannot name another's by accident. */
export type NoTables = unknown;
/** For reading. A `Tx` is one too. */
export type Db = Kysely<NoTables>;
/** For writing: functions that write take it first, so that what belongs together commits together. */
export type Tx = Transaction<NoTables>;

export interface Database {
  readonly db: Db;
  /** For the few places that need a connection of their own (listening, batch pipelines). */
  readonly pool: Pool;
  readonly url: string;
  readonly close: () => Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly log: Logger;
  /** How many connections the pool may hold. */
  readonly connections?: number;
  /**
   * For statements that find each row by an index. A queue is empty one moment and long the next, and a plan is made once:
   * planned over an empty table it would read all of what came later (with 500,000 rows a tenth of a second instead of a
   * millisecond), so the planner is left no other way.
   */
  readonly byIndex?: boolean;
  /** When a connection is taken for dead; the usual unless a test is in a hurry. */
  readonly deafness?: DeafnessOptions;
}

const int8 = 20;
/** A server that takes the connection and says nothing holds nobody up for longer, at the start neither. */
export const connectionTimeoutMillis = 10_000;

const byIndexOnly = ["seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"]
  .map((way) => `set enable_${way} = off`)
  .concat("set plan_cache_mode = force_generic_plan")
  .join("; ");

/**
 * Opens the pool. `bigint` columns are read as numbers and anything beyond 2^53 throws: Telegram's ids (52 bits), our
 * own ids and counts all fit, and a silent loss of precision cannot happen. The ledger turns amounts into `bigint` at its edge.
 */
export function openDatabase({ url, log, connections = 10, byIndex, deafness }: DatabaseOptions): Database {
  // Parsers of our own beside pg's global table, which other users of pg in this process share.
  const types = new TypeOverrides();
  types.setTypeParser(int8, safeInteger);
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    pipeline: true,
    application_name: "telecast",
    types,
  });
  // An idle connection that breaks is replaced by the pool; without a listener the event would end the process.
  pool.on("error", (error) => {
    log.warn({ err: error }, "idle database connection lost");
  });
  // The same for one that breaks inside a transaction while no statement runs: the next statement says it.
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    // Not among what a connection begins with, which a pooler in front of PostgreSQL refuses. It goes out before whatever
    // the connection was made for; where it fails, so does that.
    if (byIndex === true) client.query(byIndexOnly).catch(() => undefined);
  });
  const unwatch = watchForDeafness(pool, { url, log, ...(deafness && { deafness }) });
  const db = new Kysely<NoTables>({ dialect: new PostgresDialect({ pool: quickPool(pool) }) });
  return {
    db,
    pool,
    url,
    close: async () => {
      unwatch();
      await db.destroy();
      // It ends the pool only if it has ever used it.
      if (!pool.ended) await pool.end();
    },
  };
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the bigint ${text} does not fit a number`);
  return value;
}

/** What a transaction of `inTransaction` is to do at its end. */
interface Ending {
  readonly withCommit: (() => Promise<unknown>)[];
  readonly afterCommit: (() => void)[];
}
const endings = new WeakMap<Tx, Ending>();

/**
 * SQLSTATEs after which the same transaction, run again, can succeed: conflicts, deadlocks, and a prepared statement whose
 * table another version of the program has just changed.
 */
const transient = new Set(["40001", "40P01", "0A000"]);
const attempts = 3;
/**
 * A victim of a deadlock that runs again at once takes the very lock the other is about to get, and both are where they
 * were (seen in every fifth case). Real time, not a clock's: it is a matter between connections.
 */
const pauseMs = 20;

/**
 * Runs `work` in one transaction and commits, or rolls back and throws. A deadlock or serialization failure runs `work`
 * again (up to 3 times in all), so `work` must touch nothing but the database.
 */
export async function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const { result, afterCommit: tasks } = await committed(db, work);
  // Outside the retries: what is committed must not run again because a wake-up failed.
  for (const task of tasks) task();
  return result;
}

async function committed<T>(
  db: Db,
  work: (tx: Tx) => Promise<T>,
): Promise<Pick<Ending, "afterCommit"> & { readonly result: T }> {
  for (let attempt = 1; ; attempt += 1) {
    const ending: Ending = { withCommit: [], afterCommit: [] };
    let last: Promise<unknown> = Promise.resolve();
    try {
      const result = await db.transaction().execute(async (serial) => {
        const tx = await pipeline(serial);
        endings.set(tx, ending);
        const made = await work(tx);
        last = Promise.all(ending.withCommit.map(async (send) => await send()));
        // Heard below, when the commit has ended as well.
        last.catch(() => undefined);
        return made;
      });
      await last;
      return { result, afterCommit: ending.afterCommit };
    } catch (error) {
      // A commit behind a statement that failed says only that it was none.
      const reason: unknown = await last.then(
        () => error,
        (why: unknown) => why,
      );
      if (attempt >= attempts || !transient.has(sqlState(reason) ?? "")) throw reason;
      await setTimeout(pauseMs * attempt);
    }
  }
}

/** Runs `task` once the transaction has committed, never if it does not. For waking things in this process. */
export function afterCommit(tx: Tx, task: () => void): void {
  endingOf(tx).afterCommit.push(task);
}

/**
 * Sends the last statement of a transaction together with its commit, which saves a round trip. Where it fails nothing is
 * committed, and `inTransaction` throws what it failed of.
 */
export function withCommit(tx: Tx, send: () => Promise<unknown>): void {
  endingOf(tx).withCommit.push(send);
}

function endingOf(tx: Tx): Ending {
  const ending = endings.get(tx);
  if (ending === undefined) throw new Error("this needs a transaction that inTransaction opened");
  return ending;
}

/** Tells every replica at commit. At most one per channel and transaction: Postgres folds equal ones. */
export async function notify(tx: Tx, channel: string, payload = ""): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(tx);
}

/** The SQLSTATE of a database error, such as `23505` for a unique violation; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}

/** The name of the constraint a database error broke. Constraints are named because code matches on them. */
export function brokenConstraint(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.constraint : undefined;
}
