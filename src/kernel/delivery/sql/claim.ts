import { sql } from "kysely";
import type { Pool } from "pg";

import type { Tx } from "../../db/index.ts";
import type { Claimed } from "../claimed.ts";
import { arrayLiteral } from "./array-literal.ts";

/** What nearly no delivery has comes in one column, usually null: reading twenty took the program a quarter longer. */
const columns = `o.id, o.lane, o.chat_id, o.content_id, o.silent,
      extract(epoch from now() - coalesce(o.not_before, o.created_at))::float8 as waited,
      case when o.plain or o.perhaps_repeat or o.is_digest or o.attempts > 0
          or num_nonnulls(o.sent_ids, o.thread_id, o.reply_to, o.edit_message_id, o.card_id, o.settle_handler) > 0
        then json_build_object('plain', o.plain, 'perhaps_repeat', o.perhaps_repeat, 'attempts', o.attempts,
          'sent_ids', o.sent_ids, 'thread_id', o.thread_id, 'reply_to', o.reply_to,
          'edit_message_id', o.edit_message_id, 'card_id', o.card_id, 'card_message_id', card.message_id,
          'shown', card.shown, 'is_digest', o.is_digest, 'settles', o.settle_handler is not null)
      end as special`;

/**
 * Marks the chosen deliveries as being on the wire: one new row that names them all, written and flushed before the
 * first byte leaves, and the chosen rows only read.
 *
 * Measured at 64 a claim (2 cores, PostgreSQL 18, fsync on): this way 4 µs of the server's time per delivery; with
 * `for update skip locked` and an epoch written into each row 7–14 µs, half the page kept free for the second version,
 * and a vacuum's work left behind. Locks have nothing to protect here: one sender exists, by lease; whoever else changes a
 * queued row (a newer card, a suspension) is noticed when the result is recorded. The lock on the sender's row makes a
 * claim of a deposed sender impossible, not merely unlikely: its successor waits for claims under way before it looks.
 *
 * The order is for the planner, which must not sort: only the primary key has it. While the queue is empty every index
 * looks alike, and those that hold the id somewhere behind would be read as a whole.
 */
const claim = {
  name: "delivery-claim",
  text: `with me as (
    select from delivery.sender where epoch = $2 for share
  ), due as (
    select ${columns}
    from (select * from delivery.outbox where id = any($1) order by id) as o
    left join delivery.card on card.id = o.card_id
    where o.state = 'queued' and o.refusal is null
      and (o.expires_at is null or o.expires_at > now())
      and (o.quiet_at is null or o.quiet_at > now())
      and exists (select from me)
  ), flight as (
    insert into delivery.flight (epoch, delivery_ids)
    select $2, array_agg(id) from due having count(*) > 0
    returning id as flight_id, extract(epoch from claimed_at)::float8 as claimed_at
  )
  select due.*, flight.* from due cross join flight`,
};

interface ClaimedRow {
  readonly id: number;
  readonly lane: number;
  readonly chat_id: number;
  readonly content_id: number;
  readonly silent: boolean;
  readonly waited: number;
  readonly special: Special | null;
  readonly flight_id: number;
  readonly claimed_at: number;
}

interface Special {
  readonly plain: boolean;
  readonly perhaps_repeat: boolean;
  readonly attempts: number;
  readonly sent_ids: readonly number[] | null;
  readonly thread_id: number | null;
  readonly reply_to: number | null;
  readonly edit_message_id: number | null;
  readonly card_id: number | null;
  readonly card_message_id: number | null;
  readonly shown: "text" | "media" | null;
  readonly is_digest: boolean;
  readonly settles: boolean;
}

/** @returns those that were still to be sent; the others have been finished, held or changed by other hands. */
export async function claimDeliveries(pool: Pool, ids: readonly number[], epoch: number): Promise<readonly Claimed[]> {
  const { rows } = await pool.query<ClaimedRow>({ ...claim, values: [arrayLiteral(ids), epoch] });
  return rows.map(claimedFrom);
}

/** What senders before this epoch have left on the wire. */
export async function readInFlight(tx: Tx, epoch: number): Promise<readonly Claimed[]> {
  const { rows } = await sql<ClaimedRow>`
    select distinct on (o.id) ${sql.raw(columns)}, flight.id as flight_id, extract(epoch from flight.claimed_at)::float8 as claimed_at
    from delivery.flight
    cross join lateral unnest(flight.delivery_ids) as claimed (id)
    join delivery.outbox as o on o.id = claimed.id
    left join delivery.card on card.id = o.card_id
    where flight.epoch < ${epoch}
    order by o.id, flight.id desc`.execute(tx);
  return rows.map(claimedFrom);
}

function claimedFrom(row: ClaimedRow): Claimed {
  return {
    id: row.id,
    lane: row.lane,
    chatId: row.chat_id,
    contentId: row.content_id,
    silent: row.silent,
    ...(row.special === null ? ordinary : fromSpecial(row.special)),
    waitedSeconds: row.waited,
    flightId: row.flight_id,
    claimedAt: row.claimed_at,
  };
}

type Specialities = Omit<
  Claimed,
  "id" | "lane" | "chatId" | "contentId" | "silent" | "waitedSeconds" | "flightId" | "claimedAt"
>;

const ordinary: Specialities = {
  plain: false,
  perhapsRepeat: false,
  attempts: 0,
  sentIds: [],
  threadId: null,
  replyTo: null,
  editMessageId: null,
  card: undefined,
  isDigest: false,
  settles: false,
};

function fromSpecial(special: Special): Specialities {
  const { card_id: cardId, card_message_id: messageId, shown } = special;
  return {
    plain: special.plain,
    perhapsRepeat: special.perhaps_repeat,
    attempts: special.attempts,
    sentIds: special.sent_ids ?? [],
    threadId: special.thread_id,
    replyTo: special.reply_to,
    editMessageId: special.edit_message_id,
    card: cardId === null ? undefined : { id: cardId, messageId, shown: shown ?? "text" },
    isDigest: special.is_digest,
    settles: special.settles,
  };
}

/** @param flightIds what is known to be on the wire. */
export async function unclaimExcept(pool: Pool, epoch: number, flightIds: readonly number[]): Promise<void> {
  await pool.query("delete from delivery.flight where epoch = $1 and id <> all($2)", [epoch, flightIds]);
}

export async function unclaim(pool: Pool, epoch: number, ids: readonly number[]): Promise<void> {
  await pool.query(
    `update delivery.flight set delivery_ids = array(select unnest(delivery_ids) except select unnest($2::bigint[]))
     where epoch = $1 and delivery_ids && $2::bigint[]`,
    [epoch, ids],
  );
}
