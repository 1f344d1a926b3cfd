import type { Pool } from "pg";

import type { Look } from "../backlog.ts";
import { type Candidate, gapSize } from "../horizon.ts";

interface CandidateRow {
  readonly id: number;
  readonly lane: number;
  readonly chat_id: number;
  readonly content_id: number;
  readonly edit: boolean;
  readonly wait_ms: number | null;
}

const columns = `o.id, o.lane, o.chat_id, o.content_id,
    o.edit_message_id is not null or card.message_id is not null as edit,
    extract(epoch from o.retry_at - now())::float8 * 1000 as wait_ms`;

/** What may go; what is refused, expired or to be judged again is found by the sweeps. */
const open = `o.state = 'queued' and o.refusal is null and (o.expires_at is null or o.expires_at > now())`;

/**
 * Reads each lane forward from an id. The index `outbox_next` holds nothing but queued rows in this order, so the cost is
 * what is returned, at any depth: 1.0 µs a row at 100,000 rows and at 5,000,000. Finished rows just passed are dead index
 * entries that the first passer marks, which is why this starts where it stood and not at the beginning.
 *
 * Rows are compared as a whole because that, and the order, fit no other index: with `lane = … and id > …` the primary key
 * looked as good while nearly all that waits is of one lane, and each look into the other lanes read all of it.
 */
const forward = {
  name: "delivery-look",
  text: `select ${columns}
  from unnest($1::smallint[], $2::bigint[]) as look (lane, after)
  cross join lateral (
    select * from delivery.outbox as o
    where (o.lane, o.id) > (look.lane, look.after) and (o.lane, o.id) < (look.lane + 1, 0) and ${open}
    order by o.lane, o.id
    limit $3
  ) as o
  left join delivery.card on card.id = o.card_id`,
};

export async function lookForward(pool: Pool, looks: readonly Look[]): Promise<readonly (readonly Candidate[])[]> {
  const limit = Math.max(...looks.map((look) => look.limit));
  const { rows } = await pool.query<CandidateRow>({
    ...forward,
    values: [looks.map(({ lane }) => lane), looks.map(({ after }) => after), limit],
  });
  return looks.map(({ lane }) => candidatesFrom(rows.filter((row) => row.lane === lane)));
}

/** As the index `outbox_chat` has them, which hides the id from everybody else. */
const ofChats = {
  name: "delivery-look-chats",
  text: `select ${columns}
  from unnest($2::bigint[], $3::bigint[]) as gap (chat_id, after)
  cross join lateral (
    select * from delivery.outbox as o
    where (o.chat_id, o.lane, o.id + 0) > (gap.chat_id, $1, gap.after)
      and (o.chat_id, o.lane, o.id + 0) < (gap.chat_id, $1 + 1, 0) and ${open}
    order by o.chat_id, o.lane, o.id + 0
    limit ${gapSize}
  ) as o
  left join delivery.card on card.id = o.card_id`,
};

/** The next deliveries of single chats in a lane, by chat. */
export async function lookIntoChats(
  pool: Pool,
  lane: number,
  gaps: readonly { readonly chatId: number; readonly afterId: number }[],
): Promise<ReadonlyMap<number, readonly Candidate[]>> {
  const { rows } = await pool.query<CandidateRow>({
    ...ofChats,
    values: [lane, gaps.map(({ chatId }) => chatId), gaps.map(({ afterId }) => afterId)],
  });
  return new Map(
    gaps.map(({ chatId }) => [chatId, candidatesFrom(rows.filter((row) => row.chat_id === chatId))] as const),
  );
}

/** In their order, which a join need not keep. */
function candidatesFrom(rows: readonly CandidateRow[]): readonly Candidate[] {
  return rows.map(candidateFrom).toSorted((a, b) => a.id - b.id);
}

function candidateFrom(row: CandidateRow): Candidate {
  return {
    id: row.id,
    lane: row.lane,
    chatId: row.chat_id,
    contentId: row.content_id,
    edit: row.edit,
    fileless: false,
    waitMs: Math.max(row.wait_ms ?? 0, 0),
  };
}
