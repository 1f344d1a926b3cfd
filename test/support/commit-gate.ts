import { Client } from "pg";

import { until } from "./until.ts";

/** A transaction, told by a row that it writes. */
export interface CommitPoint {
  /** With its schema. */
  readonly table: string;
  readonly event: "insert" | "update" | "delete";
  /** In SQL, of `new` and `old`, or with `chaos.goes_to(deliveries, chat)`; any row without it. */
  readonly when?: string;
}

/** What becomes of the transaction whose process died in front of its commit. Both happen. */
export type Fate = "commits" | "rolls_back";

/** Stops transactions of the program exactly in front of their commits. */
export interface CommitGate {
  /**
   * From now on whatever fits stops in front of its commit. To be called while nothing is stopped: a transaction that
   * waits here keeps its tables from being watched for anything else.
   */
  readonly arm: (points: readonly CommitPoint[]) => Promise<readonly ArmedPoint[]>;
  /** Lets the fate of everything that is stopped happen, and stops nothing more. */
  readonly release: (fate: Fate) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ArmedPoint {
  /** Resolves when a transaction that fits wants to commit. */
  readonly reached: () => Promise<void>;
}

/** Of a machine that has other things to do. */
const patienceMs = 120_000;
const firstKey = 7_200_400;

/** On a database of its own: the gate is a deferred trigger, which runs when everything else of the transaction is done. */
export async function openCommitGate(url: string): Promise<CommitGate> {
  const client = new Client({ connectionString: url, application_name: "commit gate" });
  await client.connect();
  await client.query(`
    create schema chaos;
    create function chaos.stop() returns trigger language plpgsql security definer as $$
    begin
      perform pg_advisory_xact_lock_shared(tg_argv[0]::bigint);
      return null;
    end $$;
    create function chaos.goes_to(ids bigint[], chat bigint) returns boolean language sql as $$
      select exists (select from delivery.outbox where id = any(ids) and chat_id = chat)
    $$;
    grant usage on schema chaos to public`);
  let armed: readonly (CommitPoint & { readonly key: number })[] = [];

  const waiting = async (keys: readonly number[]): Promise<readonly number[]> => {
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_locks where locktype = 'advisory' and objid::bigint = any($1) and not granted and database = " +
        "(select oid from pg_database where datname = current_database())",
      [keys],
    );
    return rows.map(({ pid }) => pid);
  };

  return {
    arm: async (points) => {
      armed = points.map((point, index) => ({ ...point, key: firstKey + index }));
      for (const { table, event, when, key } of armed) {
        await client.query("select pg_advisory_lock($1)", [key]);
        await client.query(
          `create constraint trigger chaos_stop_${key} after ${event} on ${table} deferrable initially deferred
           for each row ${when === undefined ? "" : `when (${when})`} execute function chaos.stop(${key})`,
        );
      }
      return armed.map(({ table, event, when = "", key }) => ({
        reached: async () => {
          const what = `a transaction that does ${event} on ${table} (${when}) to reach its commit`;
          await until(what, async () => (await waiting([key])).length > 0, patienceMs);
        },
      }));
    },
    release: async (fate) => {
      const stopped = await waiting(armed.map(({ key }) => key));
      if (fate === "rolls_back") {
        for (const pid of stopped) await client.query("select pg_terminate_backend($1)", [pid]);
      }
      // The server notices that nobody waits for the answer when it has committed, not before.
      await client.query("select pg_advisory_unlock_all()");
      await until("the stopped transactions to end", async () => {
        const { rows } = await client.query("select from pg_stat_activity where pid = any($1)", [stopped]);
        return rows.length === 0;
      });
      for (const { table, key } of armed) await client.query(`drop trigger chaos_stop_${key} on ${table}`);
      armed = [];
    },
    close: async () => {
      await client.end();
    },
  };
}
