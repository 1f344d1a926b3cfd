import { type RawBuilder, sql } from "kysely";

import type { Tx } from "../../db/index.ts";
import type { Settlement } from "../delivery.ts";

/** How deliveries end. */
export interface End {
  readonly state: Settlement["state"];
  readonly error?: string | undefined;
  readonly messageId?: number | undefined;
  /** When they were on the wire: of an attempt that counts. */
  readonly claimedAt?: number | undefined;
}

export interface Finished {
  readonly id: number;
  readonly chat_id: number;
  readonly is_digest: boolean;
  readonly settle_handler: string | null;
  readonly settle_reference: string | null;
}

/**
 * Moves deliveries from the outbox to the history.
 * @param which a condition on `o`, the outbox row.
 * @returns those that were there.
 */
export async function finish(tx: Tx, which: RawBuilder<unknown>, end: End): Promise<readonly Finished[]> {
  const attempted = end.claimedAt !== undefined;
  const { rows } = await sql<Finished>`
    with done as (
      delete from delivery.outbox as o where ${which} returning o.*
    ), kept as (
      insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat, attempts, sent_ids,
        created_at, not_before, held, expires_at, thread_id, reply_to, card_id, edit_message_id, digest_id, claimed_at,
        message_id, error)
      select id, lane, chat_id, content_id, ${end.state}::text, silent, plain, perhaps_repeat,
        attempts + ${attempted ? 1 : 0}::int, sent_ids, created_at, not_before, held, expires_at, thread_id, reply_to, card_id,
        edit_message_id, digest_id, to_timestamp(${end.claimedAt ?? null}::float8), ${end.messageId ?? null}::bigint,
        ${end.error ?? null}::text
      from done
    )
    select id, chat_id, is_digest, settle_handler, settle_reference from done order by id`.execute(tx);
  return rows;
}

/** A line of the timeline that the delivery itself does not tell. */
export async function addEntry(tx: Tx, deliveryId: number, event: string, detail: string): Promise<void> {
  await sql`
    insert into delivery.entry (delivery_id, event, detail) values (${deliveryId}, ${event}, ${detail})`.execute(tx);
}

/** Nothing goes to this chat any more: what waits for it is finished as suppressed by the sender. */
export async function refuseChat(tx: Tx, chatId: number, reason: string): Promise<void> {
  await sql`
    update delivery.outbox set refusal = ${reason} where chat_id = ${chatId} and refusal is null`.execute(tx);
}

/** The chat has another id from now on. */
export async function moveDeliveries(tx: Tx, from: number, to: number): Promise<void> {
  await sql`
    update delivery.outbox set chat_id = ${to}, reply_to = null, thread_id = null where chat_id = ${from}`.execute(tx);
  await sql`update delivery.history set chat_id = ${to} where chat_id = ${from}`.execute(tx);
  // A card that somebody opens in the supergroup at this moment is opened before us, or waits until we are done.
  await sql`
    insert into delivery.card (chat_id, key) select ${to}, key from delivery.card where chat_id = ${from}
    on conflict (key, chat_id) do update set changed_at = now()`.execute(tx);
  await sql`
    delete from delivery.card as old
    where chat_id = ${to} and exists (select from delivery.card where chat_id = ${from} and key = old.key)`.execute(tx);
  // Ids of messages do not survive the change: nothing that waits quotes one any more, and the cards are sent anew.
  await sql`update delivery.card set chat_id = ${to}, message_id = null where chat_id = ${from}`.execute(tx);
}
