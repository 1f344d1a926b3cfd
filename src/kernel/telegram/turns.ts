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
  /** Undefined when nothing waits. */
  readonly head: Head | undefined;
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
   * Takes the chat's lock and looks what waits; undefined when another replica has it. The database ends the transaction
   * by itself when it is silent, or busy with one statement, for `limitMs`.
   */
  readonly take: (tx: Tx, chatId: number, limitMs: number) => Promise<Turn | undefined>;
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

interface Waiting {
  readonly update_id: number;
  readonly body: string;
  readonly attempts: number;
  readonly received_at: Date;
  readonly has_next: boolean;
}

type TurnRow = { readonly pid: number; readonly started_at: string } & (Waiting | { readonly update_id: null });

export function createTurns({ db, cipher, botId }: TurnsDeps): Turns {
  const headOf = (row: TurnRow): Head | undefined =>
    row.update_id === null
      ? undefined
      : {
          updateId: row.update_id,
          receivedAt: row.received_at,
          attempts: row.attempts,
          hasNext: row.has_next,
          read: () => unsealUpdate(cipher, botId, { updateId: row.update_id, body: row.body }),
        };

  return {
    take: async (tx, chatId, limitMs) => {
      const { rows } = await sql<TurnRow>`
        select * from telegram.take_turn(${botId}, ${chatId}, ${answeredAtOnce}, ${String(limitMs)})`.execute(tx);
      const [row] = rows;
      return row && { pid: row.pid, startedAt: row.started_at, head: headOf(row) };
    },
    countAttempt: async (updateId) => {
      await sql`
        update telegram.update set attempts = attempts + 1
        where bot_id = ${botId} and update_id = ${updateId} and state = 'waiting'`.execute(db);
    },
    markHandled: async (tx, updateId, handledBy) => {
      await sql`select telegram.mark_handled(${botId}, ${updateId}, ${handledBy})`.execute(tx);
    },
    markFailed: async (db, updateId, { error, reference }) => {
      const { numAffectedRows } = await sql`
        update telegram.update
        set state = 'failed', error = ${error}, reference = ${reference ?? null}, finished_at = now()
        where bot_id = ${botId} and update_id = ${updateId} and state = 'waiting'`.execute(db);
      return numAffectedRows === 1n;
    },
    end: async ({ pid, startedAt }) => {
      // The start of its transaction tells this turn from a later one on the same connection.
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where pid = ${pid} and xact_start = ${startedAt}::timestamptz`.execute(db);
    },
  };
}
