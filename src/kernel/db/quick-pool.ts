import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import { DatabaseError, type Pool, type PoolClient } from "pg";

/**
 * The pool as Kysely sees it, with less of what is dear (a round trip, and planning a statement; see docs/numbers.md):
 * - `begin` does not wait for its answer: it goes out together with the first statement of its transaction.
 * - what is sent within one turn of the event loop is one write: a write wakes the server, which is dearer than what it says.
 * - a statement that comes often is prepared, so that each connection parses and plans it once.
 *
 * The pool must pipeline: otherwise what stands behind `begin` would wait for its answer all the same.
 */
export function quickPool(pool: Pool): PostgresPool {
  const names = createNames();
  const wrapped = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    connect: async () => {
      const client = await pool.connect();
      const known = wrapped.get(client);
      if (known !== undefined) return known;
      const made = quickClient(client, names);
      wrapped.set(client, made);
      return made;
    },
    end: async () => {
      await pool.end();
    },
    options: pool.options,
  };
}

const begun: PostgresQueryResult<never> = { command: "SELECT", rowCount: 0, rows: [] };

function quickClient(client: PoolClient, names: Names): PostgresPoolClient {
  const holdTogether = makeHoldTogether(client);
  let beginning: Promise<unknown> | undefined;
  /** `own`: with settings that hold for it alone, of which a plan that is kept knows nothing. */
  let transaction: "none" | "usual" | "own" = "none";

  const run = async <R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
    const name = transaction === "own" ? undefined : names.of(text);
    holdTogether();
    const query = { text, values: [...values], ...(name !== undefined && { name }) };
    try {
      return (await client.query(query)) as unknown as PostgresQueryResult<R>;
    } catch (error) {
      if (name === undefined || !(error instanceof DatabaseError) || error.code !== planOutdated) throw error;
      names.forgetAll();
      // A transaction is lost by it, and runs again as a whole; a statement of its own has done nothing yet.
      if (transaction !== "none") throw error;
      return await run(text, values);
    }
  };

  // Kysely also declares a form for cursors, which a pipelining connection cannot have.
  const query = async <R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
    if (text === "begin") {
      transaction = "usual";
      holdTogether();
      beginning = client.query(text);
      // Heard at the end; whatever comes before it fails as well.
      beginning.catch(() => undefined);
      return begun;
    }
    if (text.startsWith("set local")) transaction = "own";
    // Without a beginning each statement has been a transaction of its own: nothing must pass for committed.
    if (text === "commit") await beginning;
    if (text === "commit" || text === "rollback") transaction = "none";
    return await run<R>(text, values);
  };
  return {
    query: query as PostgresPoolClient["query"],
    release: (destroy) => {
      client.release(destroy);
    },
  };
}

/** @returns a function that keeps what the connection writes from now on until this turn of the event loop is over. */
function makeHoldTogether(client: PoolClient): () => void {
  const { stream } = client.connection;
  let isHeld = false;
  return () => {
    if (isHeld) return;
    isHeld = true;
    stream.cork();
    // After all microtasks: whoever waited for the same answer has sent what it wants by then.
    process.nextTick(() => {
      isHeld = false;
      stream.uncork();
    });
  };
}

/** Another version of the program has changed the table: what was prepared for it fails from now on. */
const planOutdated = "0A000";

/** Often enough to be worth a place in the memory of each connection. */
const oftenTimes = 10;
const mostNames = 400;
const mostCounted = 4000;

interface Names {
  /** Its own for a text that comes often; undefined for the others. */
  readonly of: (text: string) => string | undefined;
  /** Whatever else uses the table that has changed would fail one after the other. Names given before are not given again. */
  readonly forgetAll: () => void;
}

function createNames(): Names {
  const names = new Map<string, string>();
  const counts = new Map<string, number>();
  let given = 0;
  return {
    of: (text) => {
      const name = names.get(text);
      if (name !== undefined || names.size >= mostNames) return name;
      const count = (counts.get(text) ?? 0) + 1;
      if (count < oftenTimes) {
        if (counts.size >= mostCounted) counts.clear();
        counts.set(text, count);
        return undefined;
      }
      counts.delete(text);
      given += 1;
      const made = `often-${given}`;
      names.set(text, made);
      return made;
    },
    forgetAll: () => {
      names.clear();
    },
  };
}
