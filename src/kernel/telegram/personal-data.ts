import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";

/** What this module keeps on a person: an open dialog and updates that could not be handled. To be asked before accounts forget him. */
export function telegramPersonalData(accounts: Pick<Accounts, "userById">): {
  readonly export: (db: Db, userId: number) => Promise<unknown>;
  readonly forget: (tx: Tx, userId: number) => Promise<void>;
} {
  return {
    export: async (db, userId) => {
      const user = await accounts.userById(db, userId);
      const telegramId = user?.telegramId ?? null;
      const dialogs = await sql`
        select flow, step, updated_at from telegram.dialog where user_id = ${userId}`.execute(db);
      const failed = await sql`
        select kind, received_at, reference from telegram.update
        where state = 'failed' and (person_id = ${telegramId} or chat_id = ${telegramId})`.execute(db);
      return { dialogs: dialogs.rows, updatesPutAside: failed.rows };
    },
    forget: async (tx, userId) => {
      await sql`delete from telegram.dialog where user_id = ${userId}`.execute(tx);
      const user = await accounts.userById(tx, userId);
      if (user === undefined) return;
      const { telegramId } = user;
      // In whatever chat he wrote it; a private chat has the person's id. The ids of what was handled stay: they tell a repeat.
      await sql`
        delete from telegram.update
        where state = 'failed' and (person_id = ${telegramId} or chat_id = ${telegramId})`.execute(tx);
      await sql`
        update telegram.update set chat_id = 0, callback_id = null
        where state = 'handled' and chat_id = ${telegramId}`.execute(tx);
    },
  };
}
