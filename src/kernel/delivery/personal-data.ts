import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";

/** What this module keeps on a person: what was sent to his private chat, and what he wants of it. To be asked before accounts forget him. */
export function deliveryPersonalData(accounts: Pick<Accounts, "userById">): {
  readonly export: (db: Db, userId: number) => Promise<unknown>;
  readonly forget: (tx: Tx, userId: number) => Promise<void>;
} {
  return {
    export: async (db, userId) => {
      const user = await accounts.userById(db, userId);
      const chatId = user?.telegramId ?? null;
      const deliveries = await sql`
        select record.topic, record.state, record.created_at, record.finished_at, record.message_id,
          case when not content.shared then content.body end as content
        from delivery.record left join delivery.content on content.id = record.content_id
        where record.chat_id = ${chatId}::bigint order by record.id`.execute(db);
      const preferences = await sql`
        select topic, enabled, quiet_mode from delivery.preference where chat_id = ${chatId}::bigint`.execute(db);
      const quietHours = await sql`
        select from_time, to_time, time_zone from delivery.quiet_hours where chat_id = ${chatId}::bigint`.execute(db);
      return { deliveries: deliveries.rows, preferences: preferences.rows, quietHours: quietHours.rows[0] };
    },
    forget: async (tx, userId) => {
      const user = await accounts.userById(tx, userId);
      if (user === undefined) return;
      // A private chat has the person's id. What was made for him alone goes with it; broadcasts are not about him.
      const chatId = user.telegramId;
      await sql`
        with gone as (
          delete from delivery.outbox where chat_id = ${chatId} returning id, content_id
        ), past as (
          delete from delivery.history where chat_id = ${chatId} returning id, content_id
        ), entries as (
          delete from delivery.entry where delivery_id in (select id from gone union all select id from past)
        )
        delete from delivery.content
        where not shared and id in (select content_id from gone union all select content_id from past)`.execute(tx);
      for (const table of ["card", "preference", "quiet_hours", "flood"]) {
        await sql`delete from ${sql.id("delivery", table)} where chat_id = ${chatId}`.execute(tx);
      }
      await sql`delete from delivery.settlement where (outcome ->> 'chatId')::bigint = ${chatId}`.execute(tx);
    },
  };
}
