import { sql } from "kysely";

import type { Accounts, Chat, ChatType } from "./account.ts";

export type Chats = Pick<Accounts, "noteChat" | "chatById" | "suspendChat" | "reactivateChat" | "migrateChat">;

interface ChatRow {
  readonly id: number;
  readonly type: ChatType;
  readonly title: string;
  readonly person_id: number | null;
  readonly suspended_reason: string | null;
  readonly suspended_at: Date | null;
}

export function makeChats(): Chats {
  return {
    noteChat: async (tx, { id, type, title }) => {
      // As for people: only a read when nothing has changed.
      const { rows } = await sql<ChatRow>`
        with given (id, type, title, person_id) as (
          select ${id}::bigint, ${type}::text, ${title}::text,
            (select id from account.person where telegram_id = ${id} and ${type} = 'private')
        ), same as (
          select chat.* from account.chat join given using (id)
          where chat.type = given.type and chat.title = given.title
            and chat.person_id is not distinct from given.person_id
        ), written as (
          insert into account.chat (id, type, title, person_id)
          select * from given where not exists (select from same)
          on conflict (id) do update set type = excluded.type, title = excluded.title, person_id = excluded.person_id
          returning *
        )
        select * from same union all select * from written`.execute(tx);
      const [row] = rows;
      if (row === undefined) throw new Error("the statement that notes a chat answered with none");
      return chatFrom(row);
    },
    chatById: async (db, chatId) => {
      const { rows } = await sql<ChatRow>`select * from account.chat where id = ${chatId}`.execute(db);
      return rows[0] && chatFrom(rows[0]);
    },
    suspendChat: async (tx, chatId, reason) => {
      // A chat may be suspended before it was ever heard of: an id from the API that leads nowhere.
      await sql`
        insert into account.chat (id, type, title, suspended_reason, suspended_at)
        values (${chatId}, ${likelyType(chatId)}, '', ${reason}, now())
        on conflict (id) do update set
          suspended_reason = excluded.suspended_reason,
          suspended_at = coalesce(chat.suspended_at, excluded.suspended_at)`.execute(tx);
    },
    reactivateChat: async (tx, chatId) => {
      const { numAffectedRows } = await sql`
        update account.chat set suspended_reason = null, suspended_at = null
        where id = ${chatId} and suspended_reason is not null`.execute(tx);
      return numAffectedRows === 1n;
    },
    migrateChat: async (tx, from, to) => {
      // Something from the supergroup may have come before the news of it: what was noted then gives way to the group's own.
      await sql`
        delete from account.chat where id = ${to} and exists (select from account.chat where id = ${from})`.execute(tx);
      await sql`
        update account.chat
        set id = ${to}, type = 'supergroup', suspended_reason = null, suspended_at = null
        where id = ${from}`.execute(tx);
    },
  };
}

function chatFrom(row: ChatRow): Chat {
  return {
    id: row.id,
    type: row.type,
    title: row.title,
    userId: row.person_id ?? undefined,
    suspended:
      row.suspended_reason === null || row.suspended_at === null
        ? undefined
        : { reason: row.suspended_reason, since: row.suspended_at },
  };
}

/** How Telegram numbers its chats. */
function likelyType(chatId: number): ChatType {
  if (chatId > 0) return "private";
  return chatId <= -1_000_000_000_000 ? "supergroup" : "group";
}
