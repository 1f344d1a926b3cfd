import type { Update } from "grammy/types";
import { sql } from "kysely";

import type { Db } from "../db/index.ts";
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
