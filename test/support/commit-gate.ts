import { Client } from "pg";

import { until } from "./until.ts";

/** A transaction, told by a row that it writes. */
export interface CommitPoint {
  /** With its schema. */
  readonly table: string;
  readonly event: "insert" | "update" | "delete";
  /** In SQL, of `new` and `old`; any row without it. */
  readonly when?: string;
}

/** What becomes of the transaction whose process died in front of its commit. Both happen. */
export type Fate = "commits" | "rolls_back";

/** Stops a transaction of the program exactly in front of its commit. */
export interface CommitGate {
  /**
   * Waits until a transaction that fits wants to commit, runs `act` (which kills the process that waits for it), and then
   * lets its fate happen: so both sides of a commit can be met, not by luck.
   */
  readonly stopAt: (point: CommitPoint, fate: Fate, act: () => Promise<unknown>) => Promise<void>;
  readonly close: () => Promise<void>;
}

const key = 7_200_417;

/** On a database of its own: the gate is a deferred trigger, which runs when everything else of the transaction is done. */
export async function openCommitGate(url: string): Promise<CommitGate> {
  const client = new Client({ connectionString: url, application_name: "commit gate" });
  await client.connect();
  await client.query(`
    create schema chaos;
    create function chaos.stop() returns trigger language plpgsql security definer as $$
    begin
      perform pg_advisory_xact_lock_shared(${key});
      return null;
    end $$;
    grant usage on schema chaos to public`);

  const waiting = async (): Promise<readonly number[]> => {
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_locks where locktype = 'advisory' and objid = $1 and not granted and database = " +
        "(select oid from pg_database where datname = current_database())",
      [key],
    );
    return rows.map(({ pid }) => pid);
  };

  return {
    stopAt: async ({ table, event, when }, fate, act) => {
      await client.query("select pg_advisory_lock($1)", [key]);
      await client.query(
        `create constraint trigger chaos_stop after ${event} on ${table} deferrable initially deferred
         for each row ${when === undefined ? "" : `when (${when})`} execute function chaos.stop()`,
      );
      const stopped = await until(
        `a transaction that does ${event} on ${table} to reach its commit`,
        async () => {
          const pids = await waiting();
          return pids.length > 0 && pids;
        },
        60_000,
      );
      await act();
      if (fate === "rolls_back") {
        for (const pid of stopped) await client.query("select pg_terminate_backend($1)", [pid]);
      }
      // The server notices that nobody waits for the answer when it has committed, not before.
      await client.query("select pg_advisory_unlock($1)", [key]);
      await until("the stopped transactions to end", async () => {
        const { rows } = await client.query("select from pg_stat_activity where pid = any($1)", [stopped]);
        return rows.length === 0;
      });
      await client.query(`drop trigger chaos_stop on ${table}`);
    },
    close: async () => {
      await client.end();
    },
  };
}
