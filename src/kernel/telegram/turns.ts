import type { Update } from "grammy/types";
import { sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import { unsealUpdate } from "./inbox-store.ts";
import { answeredAtOnce } from "./update-facts.ts";

/** The right to handle a chat's oldest waiting update, for one transaction; and how to end that transaction from outside. */
export interface Turn {
  readonly pid: number;
  readonly startedAt: string;
}

/** The update whose turn it is. */
export interface Head {
  readonly updateId: number;
  readonly receivedAt: Date;
  /** Handlings that began and never ended, politely or not. */
  readonly attempts: number;
  /** Another one of the same chat waits behind it. */
  readonly hasNext: boolean;
  /** @throws when it was sealed with another key. */
  readonly read: () => Update;
}

/**
 * The updates of one chat, one transaction each, in order, whichever replica takes them. A turn holds the chat's advisory
 * lock until its transaction ends, so two replicas never handle one chat at once, and the mark `handled` commits with
 * everything the handler did.
 */
export interface Turns {
  /**
   * Takes the chat's lock; undefined when another replica has it. The database ends the transaction by itself when it is
   * silent, or busy with one statement, for `limitMs`.
   */
  readonly take: (tx: Tx, chatId: number, limitMs: number) => Promise<Turn | undefined>;
  /** To be asked after `take`, in a statement of its own: a snapshot from before the lock may show what is done as waiting. */
  readonly head: (tx: Tx, chatId: number) => Promise<Head | undefined>;
  /** Counts a handling that may end the process. */
  readonly countAttempt: (updateId: number) => Promise<void>;
  /** @throws when the update no longer waits: then nothing of the transaction may stay. */
  readonly markHandled: (db: Db, updateId: number, handledBy: string) => Promise<void>;
  /** @returns false when it no longer waited. */
  readonly markFailed: (db: Db, updateId: number, why: FailureNote) => Promise<boolean>;
  /** Ends a turn's transaction together with its connection, so that whatever its handler does later fails. */
  readonly end: (turn: Turn) => Promise<void>;
}

export interface FailureNote {
  readonly error: string;
  /** What a person may quote, if one was told. */
  readonly reference: string | undefined;
}

export interface TurnsDeps {
  readonly db: Db;
  readonly cipher: Cipher;
  readonly botId: number;
}

export function createTurns({ db, cipher, botId }: TurnsDeps): Turns {
  const finish = (assignments: ReturnType<typeof sql>, updateId: number): ReturnType<typeof sql> => sql`
    update telegram.update set ${assignments}, finished_at = now()
    where bot_id = ${botId} and update_id = ${updateId} and state = 'waiting'`;

  return {
    take: async (tx, chatId, limitMs) => {
      const { rows } = await sql<{ mine: boolean; pid: number; started_at: string }>`
        select
          pg_try_advisory_xact_lock(hashtextextended(${`telegram.update:${botId}:${chatId}`}, 0)) as mine,
          pg_backend_pid() as pid,
          now()::text as started_at,
          set_config('statement_timeout', ${String(limitMs)}, true),
          set_config('idle_in_transaction_session_timeout', ${String(limitMs)}, true)`.execute(tx);
      const [turn] = rows;
      return turn?.mine === true ? { pid: turn.pid, startedAt: turn.started_at } : undefined;
    },
    head: async (tx, chatId) => {
      const { rows } = await sql<{ update_id: number; body: string; attempts: number; received_at: Date }>`
        select update_id, body, attempts, received_at from telegram.update
        where bot_id = ${botId} and chat_id = ${chatId} and state = 'waiting' 
          and kind <> all(${answeredAtOnce})
        order by seq limit 2`.execute(tx);
      const [row, next] = rows;
      return (
        row && {
          updateId: row.update_id,
          receivedAt: row.received_at,
          attempts: row.attempts,
          hasNext: next !== undefined,
          read: () => unsealUpdate(cipher, botId, { updateId: row.update_id, body: row.body }),
        }
      );
    },
    countAttempt: async (updateId) => {
      await sql`
        update telegram.update set attempts = attempts + 1
        where bot_id = ${botId} and update_id = ${updateId} and state = 'waiting'`.execute(db);
    },
    markHandled: async (tx, updateId, handledBy) => {
      const handled = sql`state = 'handled', handler = ${handledBy}, body = null, person_id = null`;
      const { numAffectedRows } = await finish(handled, updateId).execute(tx);
      if (numAffectedRows !== 1n) throw new Error(`update ${updateId} was handled by somebody else`);
    },
    markFailed: async (db, updateId, { error, reference }) => {
      const failed = finish(sql`state = 'failed', error = ${error}, reference = ${reference ?? null}`, updateId);
      return (await failed.execute(db)).numAffectedRows === 1n;
    },
    end: async ({ pid, startedAt }) => {
      // The start of its transaction tells this turn from a later one on the same connection.
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where pid = ${pid} and xact_start = ${startedAt}::timestamptz`.execute(db);
    },
  };
}
