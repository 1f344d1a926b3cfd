import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

/** A video that has reached its person, as far as it is remembered: not what was asked for. */
export interface FinishedVideo {
  readonly id: string;
  /** The one that really made it. */
  readonly model: string;
  readonly durationSeconds: number;
  readonly orderedAt: Date;
  /** Telegram's copy: sending it again costs nothing. */
  readonly telegramFileId: string;
}

/** The person's own, newest first. @param before of the last one of the page before. */
export async function finishedVideos(
  db: Db,
  { userId, before, limit }: { readonly userId: number; readonly before?: Date | undefined; readonly limit: number },
): Promise<readonly FinishedVideo[]> {
  const { rows } = await sql<{
    readonly id: string;
    readonly model: string;
    readonly duration_seconds: number;
    readonly ordered_at: Date;
    readonly telegram_file_id: string;
  }>`
    select id, coalesce(stand_in, model) as model, duration_seconds, ordered_at, telegram_file_id
    from studio.job
    where user_id = ${userId} and ordered_at < coalesce(${before ?? null}::timestamptz, 'infinity')
      and state = 'delivered' and telegram_file_id is not null
    order by ordered_at desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    model: row.model,
    durationSeconds: row.duration_seconds,
    orderedAt: row.ordered_at,
    telegramFileId: row.telegram_file_id,
  }));
}
