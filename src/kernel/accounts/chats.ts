import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import type { Accounts, Chat, ChatType, TelegramChat } from "./account.ts";

export type Chats = Pick<Accounts, "noteChat" | "chatById" | "suspendChat" | "reactivateChat" | "migrateChat">;

export interface ChatRow {
  readonly id: number;
  readonly type: ChatType;
  readonly title: string;
  readonly person_id: number | null;
  readonly suspended_reason: string | null;
  readonly suspended_at: Date | null;
}

export function makeChats(): Chats {
  return {
    noteChat: async (tx, chat) => {
      const { rows } = await sql<ChatRow & { readonly owner_id: number | null }>`
        select chat.*, person.id as owner_id from account.chat
        left join account.person on person.telegram_id = chat.id and chat.type = 'private'
        where chat.id = ${chat.id}`.execute(tx);
      const [known] = rows;
      if (known?.type === chat.type && known.title === chat.title && known.person_id === known.owner_id) {
        return chatFrom(known);
      }
      return chatFrom(await upsert(tx, chat));
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
      // Whoever notes the supergroup at this moment has done so before us, or waits until we have.
      await sql`
        insert into account.chat (id, type, title)
        select ${to}, 'supergroup', title from account.chat where id = ${from}
        on conflict (id) do update set type = excluded.type`.execute(tx);
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

async function upsert(tx: Tx, { id, type, title }: TelegramChat): Promise<ChatRow> {
  const { rows } = await sql<ChatRow>`
    insert into account.chat (id, type, title, person_id)
    values (${id}, ${type}, ${title}, (
      select id from account.person where telegram_id = ${id} and ${type}::text = 'private'
    ))
    on conflict (id) do update set type = excluded.type, title = excluded.title, person_id = excluded.person_id
    returning *`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("a chat that was written did not come back");
  return row;
}

export function chatFrom(row: ChatRow): Chat {
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
