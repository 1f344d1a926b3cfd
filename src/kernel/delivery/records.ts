import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { type Delivery, type DeliveryFilter, type DeliveryRecord, type DeliveryState, lanes } from "./delivery.ts";
import { badCursor } from "./errors.ts";
import { type StoredEntry, timelineOf } from "./timeline.ts";

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

export const records: Pick<Delivery, "find" | "list"> = {
  find: async (db, id) => {
    const { rows } = await sql<RecordRow>`select * from delivery.record where id = ${id}`.execute(db);
    return (await withTimelines(db, rows))[0];
  },
  list: async (db, filter) => {
    // One more than asked for, to see whether there is a next page.
    const { rows } = await sql<RecordRow>`
      select * from delivery.record
      where ${conditionsOf(filter)}
      order by id desc
      limit ${filter.limit + 1}`.execute(db);
    const page = rows.slice(0, filter.limit);
    const last = page.at(-1);
    return {
      deliveries: await withTimelines(db, page),
      nextCursor: rows.length > filter.limit && last !== undefined ? cursorOf(last.id) : undefined,
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

async function withTimelines(db: Db, rows: readonly RecordRow[]): Promise<readonly DeliveryRecord[]> {
  if (rows.length === 0) return [];
  const { rows: entries } = await sql<StoredEntry & { delivery_id: number }>`
    select delivery_id, at, event, detail from delivery.entry
    where delivery_id = any(${rows.map(({ id }) => id)}) order by at`.execute(db);
  return rows.map((row) => ({
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
    timeline: timelineOf(
      row,
      entries.filter((entry) => entry.delivery_id === row.id),
    ),
  }));
}
