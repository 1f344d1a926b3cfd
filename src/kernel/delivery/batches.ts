import { type RawBuilder, sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import { type Content, renderContent, renderEdit } from "../telegram/index.ts";
import { contentToJson } from "./content-json.ts";
import type { DeliveryState, Lane, NotificationType } from "./delivery.ts";
import { insertBatch, type NewBatch } from "./sql/insert-batch.ts";
import { laneIndex, type Topics } from "./topics.ts";
import type { Wakeup } from "./wakeup.ts";

/** One message to many chats that does not read the same everywhere: a content for each language, format and so on. */
export interface Batches {
  /**
   * Queues each chat's content in one statement, applying preferences, suspension and quiet hours in SQL. Those for now
   * stand before those for later.
   * @param recipients a query with the columns `chat_id bigint`, `content int` (1 for the first of `contents`) and
   * `not_before timestamptz`, null for now. It names no chat twice.
   */
  readonly fanOut: (tx: Tx, recipients: RawBuilder<unknown>, batch: Batch) => Promise<FannedOut>;
  /**
   * Says something else instead: what has arrived is edited, what still waits goes out as the new or, withdrawn, not at
   * all. What is on the wire at this moment goes out as the old: revise again, with `sentSince`, when it has landed.
   * What arrived in a digest stays as it is. @returns the contents of what waits now, one for each revision.
   */
  readonly revise: (tx: Tx, revisions: readonly Revision[], how: Revising) => Promise<readonly number[]>;
  /** Answers each message that has arrived. @returns how many. */
  readonly answer: (
    tx: Tx,
    answers: readonly Revision[],
    how: Omit<Revising, "waiting" | "sentSince">,
  ) => Promise<number>;
  /** Ends what waits as suppressed, for this reason. */
  readonly withdraw: (tx: Tx, contentIds: readonly number[], reason: string) => Promise<number>;
  /** How many deliveries of these contents are in which state. Edits and answers have contents of their own. */
  readonly states: (db: Db, contentIds: readonly number[]) => Promise<Readonly<Record<DeliveryState, number>>>;
  /** Deliveries of these contents by id, newest last. */
  readonly members: (db: Db, contentIds: readonly number[], page: MembersPage) => Promise<readonly Member[]>;
}

export interface Batch {
  readonly topic: string;
  readonly contents: readonly { readonly content: Content; readonly silent?: boolean }[];
  /** The topic's unless said otherwise. */
  readonly lane?: Lane;
  readonly expiresAt?: Date | undefined;
  /** For whoever reads the deliveries: what they belong to. It does not keep a second fan-out from happening. */
  readonly reference?: string;
}

export interface FannedOut {
  /** In the order of the contents. */
  readonly contentIds: readonly number[];
  /** For how many chats: not those it was refused for (muted, suspended). */
  readonly count: number;
}

/** What becomes of the deliveries of these contents. */
export interface Revision {
  readonly contentIds: readonly number[];
  readonly content: Content;
}

export interface Revising {
  readonly topic: string;
  /** Of the edits or answers; the topic's unless said otherwise. */
  readonly lane?: Lane;
  readonly waiting: "replace" | "withdraw";
  /** Only what has arrived since. */
  readonly sentSince?: Date;
}

export interface MembersPage {
  readonly chatId?: number | undefined;
  readonly state?: DeliveryState | undefined;
  readonly afterId?: number | undefined;
  readonly limit: number;
}

export interface Member {
  readonly id: number;
  readonly chatId: number;
  readonly state: DeliveryState;
  readonly createdAt: Date;
  /** Until then it waits. */
  readonly notBefore: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly messageId: number | undefined;
  /** Why it did not arrive. */
  readonly reason: string | undefined;
}

export function createBatches({ topics, wakeup }: { readonly topics: Topics; readonly wakeup: Wakeup }): Batches {
  const insert = async (tx: Tx, batch: NewBatch): Promise<FannedOut> => {
    // Its cost estimate would have the statement compiled, which takes longer than running it. And it is planned for
    // few recipients, by look-ups, because nobody can foresee how many a feature's query gives: 5 s instead of 1 for
    // 100,000.
    await sql`set local jit = off`.execute(tx);
    await sql`set local enable_nestloop = off`.execute(tx);
    const { rows } = await insertBatch(batch).execute(tx);
    await sql`set local enable_nestloop = on`.execute(tx);
    const [row] = rows;
    if (row === undefined) throw new Error("the statement of a batch answered with nothing");
    if (row.queued > row.waiting) await wakeup.lane(tx, batch.lane);
    if (row.waiting + row.refused > 0) await wakeup.waiting(tx);
    return { contentIds: row.content_ids.map(Number), count: row.queued };
  };

  /** One message to each chat that got one of the contents. */
  const follow = async (tx: Tx, revisions: readonly Revision[], of: Following): Promise<number> => {
    if (revisions.length === 0) return 0;
    const type = topics.get(of.how.topic);
    const { count } = await insert(tx, {
      ...batchOf(type, of.how),
      // An edit makes no sound, so quiet hours and mutes do not concern it.
      ...(of.kind === "edit" && { optOut: false, quietMode: "pass" }),
      contents: revisions.map(({ content }) => ({ body: contentToJson(content), silent: of.kind === "answer" })),
      recipients: arrived(revisions, of),
    });
    return count;
  };

  return {
    fanOut: async (tx, recipients, { contents, ...how }) => {
      for (const { content } of contents) renderContent(content);
      return await insert(tx, {
        ...batchOf(topics.get(how.topic), how),
        contents: contents.map(({ content, silent = false }) => ({ body: contentToJson(content), silent })),
        recipients: sql`
          select chat_id, content, not_before, null::bigint as thread_id, null::bigint as reply_to,
            null::bigint as edit_message_id
          from (${recipients}) as given`,
      });
    },
    revise: async (tx, revisions, how) => {
      for (const { content } of revisions) renderEdit(content, "text");
      await replaceEdits(tx, revisions);
      await follow(tx, revisions, { kind: "edit", how });
      if (how.waiting === "replace") return await replaceWaiting(tx, revisions);
      await withdraw(tx, {
        wakeup,
        contentIds: revisions.flatMap(({ contentIds }) => contentIds),
        reason: "withdrawn",
      });
      return [];
    },
    answer: async (tx, answers, how) => {
      for (const { content } of answers) renderContent(content);
      return await follow(tx, answers, { kind: "answer", how });
    },
    withdraw: async (tx, contentIds, reason) => await withdraw(tx, { wakeup, contentIds, reason }),
    states: readStates,
    members: readMembers,
  };
}

interface Following {
  readonly kind: "edit" | "answer";
  readonly how: Pick<Revising, "topic" | "lane" | "sentSince">;
}

function batchOf(
  type: NotificationType,
  { lane = type.lane, expiresAt, reference }: Pick<Batch, "lane" | "expiresAt" | "reference">,
): Omit<NewBatch, "contents" | "recipients"> {
  return {
    lane: laneIndex(lane),
    topic: type.topic,
    optOut: type.optOut,
    quietMode: type.duringQuietHours,
    dedupeKey: reference,
    expiresAt,
  };
}

/** Where the contents have arrived, and what follows there. */
function arrived(revisions: readonly Revision[], { kind, how: { sentSince } }: Following): RawBuilder<unknown> {
  const isEdit = kind === "edit";
  return sql`
    select distinct on (h.chat_id) h.chat_id, old.content, null::timestamptz as not_before, h.thread_id,
      ${isEdit ? sql`null` : sql`h.message_id`} as reply_to, ${isEdit ? sql`h.message_id` : sql`null`} as edit_message_id
    from ${oldContents(revisions)}
    join delivery.history as h on h.content_id = old.content_id
    where h.state = 'sent' and h.message_id is not null and h.id > ${oldestOf(revisions)}
      ${sentSince === undefined ? sql`` : sql`and h.finished_at >= ${sentSince}`}
      and ${isEdit ? isEditable : sentSince === undefined ? sql`true` : isUnanswered}
    order by h.chat_id, h.id desc`;
}

/** Not a digest of many; and not one whose edit waits: that shows the newest already. */
const isEditable = sql`h.digest_id is null and not exists (
  select from delivery.outbox as o
  where o.chat_id = h.chat_id and o.edit_message_id = h.message_id
    and o.id not in (select unnest(flight.delivery_ids) from delivery.flight))`;

const isUnanswered = sql`not exists (
  select from delivery.outbox as o where o.chat_id = h.chat_id and o.reply_to = h.message_id
  union all
  select from delivery.history as o where o.chat_id = h.chat_id and o.id > h.id and o.reply_to = h.message_id)`;

const onTheWire = sql`select unnest(flight.delivery_ids) from delivery.flight`;

function oldContents(revisions: readonly Revision[]): RawBuilder<unknown> {
  const pairs = revisions.flatMap(({ contentIds }, index) => contentIds.map((id) => ({ id, index: index + 1 })));
  return sql`unnest(${pairs.map(({ id }) => id)}::bigint[], ${pairs.map(({ index }) => index)}::int[]) as old (content_id, content)`;
}

function oldestOf(revisions: readonly Revision[]): number {
  return Math.min(...revisions.flatMap(({ contentIds }) => contentIds));
}

/** Edits of these messages that still wait show the newest content. */
async function replaceEdits(tx: Tx, revisions: readonly Revision[]): Promise<void> {
  if (revisions.length === 0) return;
  await sql`
    with fresh as materialized (${freshContents(revisions)}), content as (
      insert into delivery.content (id, topic, body, opt_out, quiet_mode, silent, shared)
      select fresh.id, like_it.topic, fresh.body, false, 'pass', false, true
      from fresh join delivery.content as like_it on like_it.id = fresh.like_id
    )
    update delivery.outbox as o set content_id = fresh.id, plain = false
    from ${oldContents(revisions)}
    join delivery.history as h on h.content_id = old.content_id
    join fresh on fresh.n = old.content
    where o.chat_id = h.chat_id and o.edit_message_id = h.message_id and h.id > ${oldestOf(revisions)}
      and o.id not in (${onTheWire})`.execute(tx);
}

/**
 * What waits gets the new content, one for each old one, because how it was to be sent (quiet hours, sound) stays. Claims
 * are held off meanwhile, so that nothing is on the wire unseen.
 */
async function replaceWaiting(tx: Tx, revisions: readonly Revision[]): Promise<readonly number[]> {
  if (revisions.length === 0) return [];
  await holdClaims(tx);
  const { rows } = await sql<{ id: number }>`
    with fresh as materialized (${freshContents(revisions)}), content as (
      insert into delivery.content (id, topic, body, opt_out, quiet_mode, silent, dedupe_key, shared)
      select fresh.id, like_it.topic, fresh.body, like_it.opt_out, like_it.quiet_mode, like_it.silent, like_it.dedupe_key,
        true
      from fresh join delivery.content as like_it on like_it.id = fresh.like_id
    ), changed as (
      update delivery.outbox as o set content_id = fresh.id, plain = false
      from ${oldContents(revisions)}
      join fresh on fresh.n = old.content
      where o.content_id = old.content_id and o.id > ${oldestOf(revisions)} and o.refusal is null
        and o.id not in (${onTheWire})
    )
    select id from fresh order by n`.execute(tx);
  return rows.map(({ id }) => id);
}

function freshContents(revisions: readonly Revision[]): RawBuilder<unknown> {
  const bodies = revisions.map(({ content }) => contentToJson(content));
  const like = revisions.map(({ contentIds }) => contentIds[0] ?? 0);
  return sql`
    select nextval('delivery.delivery_id') as id, given.n, given.body::jsonb as body, given.like_id
    from unnest(${bodies}::text[], ${like}::bigint[]) with ordinality as given (body, like_id, n)`;
}

async function withdraw(
  tx: Tx,
  of: { readonly wakeup: Wakeup; readonly contentIds: readonly number[]; readonly reason: string },
): Promise<number> {
  if (of.contentIds.length === 0) return 0;
  await holdClaims(tx);
  const { numAffectedRows = 0n } = await sql`
    update delivery.outbox set refusal = ${of.reason}
    where content_id = any(${of.contentIds}) and id > ${Math.min(...of.contentIds)} and refusal is null
      and id not in (${onTheWire})`.execute(tx);
  if (numAffectedRows > 0n) await of.wakeup.waiting(tx);
  return Number(numAffectedRows);
}

/** Waits for a claim under way and lets none begin until the end of the transaction. */
async function holdClaims(tx: Tx): Promise<void> {
  await sql`select from delivery.sender for update`.execute(tx);
}

async function readStates(db: Db, contentIds: readonly number[]): Promise<Readonly<Record<DeliveryState, number>>> {
  const counts = { queued: 0, sending: 0, sent: 0, held: 0, expired: 0, suppressed: 0, failed: 0, unknown: 0 };
  if (contentIds.length === 0) return counts;
  const { rows } = await sql<{ state: DeliveryState; count: number }>`
    select state, count(*) from delivery.record
    where content_id = any(${contentIds}) and id > ${Math.min(...contentIds)} group by state`.execute(db);
  return { ...counts, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) };
}

interface MemberRow {
  readonly id: number;
  readonly chat_id: number;
  readonly state: DeliveryState;
  readonly created_at: Date;
  readonly not_before: Date | null;
  readonly finished_at: Date | null;
  readonly message_id: number | null;
  readonly reason: string | null;
}

async function readMembers(
  db: Db,
  contentIds: readonly number[],
  { chatId, state, afterId = 0, limit }: MembersPage,
): Promise<readonly Member[]> {
  if (contentIds.length === 0) return [];
  const { rows } = await sql<MemberRow>`
    select id, chat_id, state, created_at, not_before, finished_at, message_id, coalesce(error, refusal) as reason
    from delivery.record
    where content_id = any(${contentIds}) and id > ${Math.max(afterId, Math.min(...contentIds))}
      ${chatId === undefined ? sql`` : sql`and chat_id = ${chatId}`}
      ${state === undefined ? sql`` : sql`and state = ${state}`}
    order by id limit ${limit}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    chatId: row.chat_id,
    state: row.state,
    createdAt: row.created_at,
    notBefore: row.finished_at === null ? (row.not_before ?? undefined) : undefined,
    finishedAt: row.finished_at ?? undefined,
    messageId: row.message_id ?? undefined,
    reason: row.reason ?? undefined,
  }));
}
