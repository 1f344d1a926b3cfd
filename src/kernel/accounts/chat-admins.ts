import { sql } from "kysely";

import type { Clock } from "../lib/clock.ts";
import type { Accounts } from "./account.ts";

export type ChatAdmins = Pick<Accounts, "noteChatAdmin" | "isChatAdmin">;

/** Long enough to go through a few screens, short enough for somebody who has just lost the right. */
const believedMs = 15 * 60_000;

export function makeChatAdmins({ clock }: { readonly clock: Clock }): ChatAdmins {
  const oldest = (): Date => new Date(clock.now().getTime() - believedMs);
  return {
    noteChatAdmin: async (tx, chatId, userId) => {
      await sql`delete from account.chat_admin where seen_at <= ${oldest()}`.execute(tx);
      await sql`
        insert into account.chat_admin (chat_id, person_id, seen_at) values (${chatId}, ${userId}, ${clock.now()})
        on conflict (chat_id, person_id) do update set seen_at = excluded.seen_at`.execute(tx);
    },
    isChatAdmin: async (db, chatId, userId) => {
      const { rows } = await sql`
        select from account.chat_admin
        where chat_id = ${chatId} and person_id = ${userId} and seen_at > ${oldest()}`.execute(db);
      return rows.length > 0;
    },
  };
}
