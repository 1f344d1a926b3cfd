import { sql } from "kysely";

import type { Accounts } from "./account.ts";
import { blockTrace, type Traces } from "./traces.ts";

export type PersonalAccounts = Pick<Accounts, "forgetUser" | "exportUser">;

export function makePersonalAccounts(
  { auditLog }: Pick<Accounts, "auditLog">,
  { keepTrace }: Pick<Traces, "keepTrace">,
): PersonalAccounts {
  return {
    forgetUser: async (tx, userId) => {
      const { rows } = await sql`select from account.person where id = ${userId} and blocked`.execute(tx);
      if (rows.length > 0) await keepTrace(tx, userId, { name: blockTrace });
      await sql`delete from account.chat where person_id = ${userId}`.execute(tx);
      await sql`delete from account.chat_admin where person_id = ${userId}`.execute(tx);
      await sql`delete from account.link where person_id = ${userId}`.execute(tx);
      await sql`
        update account.person set
          telegram_id = null, first_name = '', username = null, language_tag = null, language = null,
          time_zone = 'UTC', role = 'user', forgotten_at = now()
        where id = ${userId} and forgotten_at is null`.execute(tx);
    },
    exportUser: async (db, userId) => {
      const { rows: people } = await sql`
        select id, telegram_id, first_name, username, language_tag, language, time_zone, role, blocked, created_at
        from account.person where id = ${userId} and telegram_id is not null`.execute(db);
      if (people[0] === undefined) return undefined;
      const { rows: chats } = await sql`
        select id, type, title, suspended_reason, suspended_at, created_at
        from account.chat where person_id = ${userId}`.execute(db);
      const { rows: links } = await sql`
        select subject, linked_at from account.link where person_id = ${userId}`.execute(db);
      const subject = `user:${userId}`;
      return {
        person: people[0],
        chats,
        links,
        done: await auditLog(db, { actor: subject, limit: exportedEntries }),
        concerning: await auditLog(db, { subject, limit: exportedEntries }),
      };
    },
  };
}

/** More than anybody has; a limit so that one export cannot fill the memory. */
const exportedEntries = 10_000;
