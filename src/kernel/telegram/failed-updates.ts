import type { Update } from "grammy/types";
import { sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import { unsealUpdate } from "./inbox-store.ts";

/** An update that could not be handled and was set aside, so that its chat could go on. */
export interface FailedUpdate {
  /** What the person was given to quote. */
  readonly reference: string;
  readonly kind: string;
  readonly chatId: number;
  readonly error: string;
  readonly receivedAt: Date;
}

/** Newest first, without what people wrote. */
export async function listFailedUpdates(db: Db, limit: number): Promise<readonly FailedUpdate[]> {
  const { rows } = await sql<FailedUpdate>`
    select coalesce(reference, '-') as reference, kind, chat_id as "chatId", coalesce(error, 'unknown') as error,
      received_at as "receivedAt"
    from telegram.update where state = 'failed' order by finished_at desc limit ${limit}`.execute(db);
  return rows;
}

/** The update behind a reference, as Telegram sent it; undefined when there is none or its time is over. */
export async function openFailedUpdate(db: Db, cipher: Cipher, reference: string): Promise<Update | undefined> {
  const { rows } = await sql<{ botId: number; updateId: number; body: string }>`
    select bot_id as "botId", update_id as "updateId", body from telegram.update
    where state = 'failed' and reference = ${reference}`.execute(db);
  const [row] = rows;
  return row && unsealUpdate(cipher, row.botId, row);
}

/**
 * Has an update handled again, before whatever waits in its chat: the program finds it within seconds. What its handling
 * changed before was rolled back, so nothing happens twice.
 * @returns whether there was one.
 */
export async function retryFailedUpdate(tx: Tx, reference: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update telegram.update
    set state = 'waiting', finished_at = null, error = null, reference = null, attempts = 0
    where state = 'failed' and reference = ${reference}`.execute(tx);
  return (numAffectedRows ?? 0n) > 0n;
}
