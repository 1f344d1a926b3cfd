import { type RawBuilder, sql } from "kysely";

import type { Db } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { type Delivery, type DeliveryFilter, type DeliveryRecord, type DeliveryState, lanes } from "./delivery.ts";
import { badCursor } from "./errors.ts";
import { timelineOf } from "./timeline.ts";

/** A row of the view `delivery.record`: the outbox and the history as one. */
export interface RecordRow {
  readonly id: number;
  readonly lane: number;
  readonly chat_id: number;
  readonly topic: string;
  readonly state: DeliveryState;
  readonly silent: boolean;
  readonly plain: boolean;
  readonly attempts: number;
  readonly dedupe_key: string | null;
  readonly created_at: Date;
  readonly not_before: Date | null;
  readonly held: boolean;
  readonly expires_at: Date | null;
  readonly claimed_at: Date | null;
  readonly finished_at: Date | null;
  readonly message_id: number | null;
  readonly digest_id: number | null;
  readonly refusal: string | null;
  readonly error: string | null;
}

/** With what went differently, in the order of time. */
interface StoredRecord extends RecordRow {
  readonly entries: readonly { readonly at: string; readonly event: string; readonly detail: string }[] | null;
}

export const records: Pick<Delivery, "find" | "list"> = {
  find: async (db, id) => (await read(db, sql`select * from delivery.record where id = ${id}`))[0],
  list: async (db, filter) => {
    // One more than asked for, to see whether there is a next page.
    const found = await read(
      db,
      sql`select * from delivery.record where ${conditionsOf(filter)} order by id desc limit ${filter.limit + 1}`,
    );
    const deliveries = found.slice(0, filter.limit);
    const last = deliveries.at(-1);
    return {
      deliveries,
      nextCursor: found.length > filter.limit && last !== undefined ? cursorOf(last.id) : undefined,
    };
  },
};

function conditionsOf({ chatId, topic, state, cursor }: DeliveryFilter): ReturnType<typeof sql> {
  const conditions = [
    ...(chatId === undefined ? [] : [sql`chat_id = ${chatId}`]),
    ...(topic === undefined ? [] : [sql`topic = ${topic}`]),
    ...(state === undefined ? [] : [sql`state = ${state}`]),
    ...(cursor === undefined ? [] : [sql`id < ${idOf(cursor)}`]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

function cursorOf(id: number): string {
  return Buffer.from(String(id)).toString("base64url");
}

function idOf(cursor: string): number {
  const id = Number(Buffer.from(cursor, "base64url").toString());
  if (!Number.isSafeInteger(id) || id <= 0) throw new AppError(badCursor);
  return id;
}

/** One round trip for both: most deliveries have no entries, and to ask for them again would cost as much as the delivery. */
async function read(db: Db, chosen: RawBuilder<unknown>): Promise<readonly DeliveryRecord[]> {
  const { rows } = await sql<StoredRecord>`
    select chosen.*, (
      select json_agg(json_build_object('at', at, 'event', event, 'detail', detail) order by at)
      from delivery.entry where delivery_id = chosen.id
    ) as entries
    from (${chosen}) as chosen
    order by id desc`.execute(db);
  return rows.map(recordFrom);
}

function recordFrom(row: StoredRecord): DeliveryRecord {
  const entries = row.entries?.map(({ at, event, detail }) => ({ at: new Date(at), event, detail })) ?? [];
  return {
    id: row.id,
    chatId: row.chat_id,
    topic: row.topic,
    lane: lanes[row.lane] ?? "bulk",
    state: row.state,
    dedupeKey: row.dedupe_key ?? undefined,
    attempts: row.attempts,
    messageId: row.message_id ?? undefined,
    error: row.error ?? row.refusal ?? undefined,
    createdAt: row.created_at,
    notBefore: row.not_before ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    timeline: timelineOf(row, entries),
  };
}
