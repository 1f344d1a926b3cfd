import type { Pool } from "pg";

import { arrayLiteral } from "./array-literal.ts";

/** One that arrived and of which nothing else has to be known. */
export interface SentRecord {
  readonly id: number;
  /** As it was claimed: when a newer one has taken its place, the delivery stays. */
  readonly contentId: number;
  readonly messageId: number | null;
  readonly claimedAt: number;
}

/**
 * The usual end of a delivery, for as many as have arrived in a few milliseconds: out of the outbox, into the history, in
 * one statement, if the sender is still the one (6 µs of the server's time per delivery at 64 a statement, measured as in
 * claim.ts). Flights of which this was the last go with it.
 *
 * Ids are compared as a range because an equality would allow a plan that reads the whole queue in the order of its ids and
 * looks for each row among those that were sent. Where statistics say that the queue is empty that costs the same, and was
 * taken: records of 500 µs a delivery, for as long as the plan lasted.
 */
const record = {
  name: "delivery-record-sent",
  text: `with landed as (
    delete from delivery.flight where id = any($6)
  ), done as (
    delete from delivery.outbox as o
    using unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::float8[]) as sent (id, content_id, message_id, claimed_at)
    where o.id >= sent.id and o.id <= sent.id and o.content_id = sent.content_id
      and exists (select from delivery.sender where epoch = $1)
    returning o.*, sent.message_id, to_timestamp(sent.claimed_at) as claimed_at
  )
  insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat, attempts, sent_ids,
    created_at, not_before, held, expires_at, thread_id, reply_to, claimed_at, message_id)
  select id, lane, chat_id, content_id, 'sent', silent, plain, perhaps_repeat, attempts + 1, sent_ids,
    created_at, not_before, held, expires_at, thread_id, reply_to, claimed_at, message_id
  from done`,
};

/** @returns how many were recorded: fewer when the sender was deposed or somebody erased a delivery meanwhile. */
export async function recordSent(
  pool: Pool,
  of: { readonly epoch: number; readonly sent: readonly SentRecord[]; readonly landedFlights: readonly number[] },
): Promise<number> {
  const { sent } = of;
  const { rowCount } = await pool.query({
    ...record,
    values: [
      of.epoch,
      arrayLiteral(sent.map(({ id }) => id)),
      arrayLiteral(sent.map(({ contentId }) => contentId)),
      arrayLiteral(sent.map(({ messageId }) => messageId)),
      arrayLiteral(sent.map(({ claimedAt }) => claimedAt)),
      arrayLiteral(of.landedFlights),
    ],
  });
  return rowCount ?? 0;
}
