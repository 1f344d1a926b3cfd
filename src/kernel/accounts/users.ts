import { type RawBuilder, sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { type Language, languageFor } from "../lib/language.ts";
import { timeZoneNamed } from "../lib/time-zone.ts";
import type { Accounts, Role, TelegramPerson, User, UserFilter } from "./account.ts";
import { unknownTimeZone, unknownUser } from "./errors.ts";

export type Users = Pick<
  Accounts,
  | "noteUser"
  | "userById"
  | "userByTelegramId"
  | "userByUsername"
  | "listUsers"
  | "setLanguage"
  | "setTimeZone"
  | "setBlocked"
  | "setRole"
>;

interface PersonRow {
  readonly id: number;
  readonly telegram_id: number;
  readonly first_name: string;
  readonly username: string | null;
  readonly language_tag: string | null;
  readonly language: Language | null;
  readonly time_zone: string;
  readonly role: Role;
  readonly blocked: boolean;
  readonly created_at: Date;
}

/** @param adminChatIds whose private chat is listed is an admin, whatever is stored. */
export function makeUsers(adminChatIds: readonly number[]): Users {
  const admins = new Set(adminChatIds);

  const userFrom = (row: PersonRow): User => ({
    id: row.id,
    telegramId: row.telegram_id,
    firstName: row.first_name,
    username: row.username ?? undefined,
    language: row.language ?? languageFor(row.language_tag ?? undefined),
    timeZone: row.time_zone,
    role: admins.has(row.telegram_id) ? "admin" : row.role,
    blocked: row.blocked,
    createdAt: row.created_at,
  });

  const one = async (db: Db, query: RawBuilder<PersonRow>): Promise<User | undefined> => {
    const { rows } = await query.execute(db);
    return rows[0] && userFrom(rows[0]);
  };

  return {
    noteUser: async (tx, person) => {
      const user = await one(tx, upsert(person));
      if (user === undefined) throw new Error("the statement that notes a person answered with nobody");
      return user;
    },
    userById: async (db, id) =>
      await one(db, sql`select * from account.person where id = ${id} and telegram_id is not null`),
    userByTelegramId: async (db, telegramId) =>
      await one(db, sql`select * from account.person where telegram_id = ${telegramId}`),
    userByUsername: async (db, username) =>
      await one(
        db,
        sql`
          select * from account.person where lower(username) = ${username.replace(/^@/, "").toLowerCase()}
          order by named_at desc, id desc limit 1`,
      ),
    listUsers: async (db, filter) => (await listed(filter).execute(db)).rows.map(userFrom),
    setLanguage: async (tx, userId, language) => {
      await change(tx, userId, sql`language = ${language}`);
    },
    setTimeZone: async (tx, userId, given) => {
      const timeZone = timeZoneNamed(given);
      if (timeZone === undefined) throw new AppError(unknownTimeZone, { timeZone: given.slice(0, 50) });
      await change(tx, userId, sql`time_zone = ${timeZone}`);
    },
    setBlocked: async (tx, userId, blocked) => {
      await change(tx, userId, sql`blocked = ${blocked}`);
    },
    setRole: async (tx, userId, role) => {
      await change(tx, userId, sql`role = ${role}`);
    },
  };
}

/**
 * Runs for every update, so it only reads when nothing has changed. Whoever gets as far as the conflict has raced
 * another transaction that was adding the same person: he writes once more, for the sake of getting the row back.
 */
function upsert({ id, firstName, username, languageTag }: TelegramPerson): RawBuilder<PersonRow> {
  return sql`
    with given (telegram_id, first_name, username, language_tag) as (
      values (${id}::bigint, ${firstName}::text, ${username ?? null}::text, ${languageTag ?? null}::text)
    ), same as (
      select person.* from account.person join given using (telegram_id)
      where person.first_name = given.first_name
        and person.username is not distinct from given.username
        and person.language_tag is not distinct from given.language_tag
    ), written as (
      insert into account.person (telegram_id, first_name, username, language_tag)
      select * from given where not exists (select from same)
      on conflict (telegram_id) do update set
        first_name = excluded.first_name,
        username = excluded.username,
        language_tag = excluded.language_tag,
        named_at = case
          when person.username is distinct from excluded.username then excluded.named_at else person.named_at
        end
      returning *
    )
    select * from same union all select * from written`;
}

function listed({ search = "", afterId = 0, limit }: UserFilter): RawBuilder<PersonRow> {
  const name = search.replace(/^@/, "").toLowerCase();
  const number = /^\d{1,16}$/.test(name) ? Number(name) : null;
  const prefix = `${name.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`
    select * from account.person
    where id > ${afterId} and telegram_id is not null
      and (${name === ""} or lower(username) like ${prefix} or telegram_id = ${number} or id = ${number})
    order by id limit ${limit}`;
}

async function change(tx: Tx, userId: number, assignment: RawBuilder<unknown>): Promise<void> {
  const { numAffectedRows } = await sql`update account.person set ${assignment} where id = ${userId}`.execute(tx);
  if (numAffectedRows !== 1n) throw new AppError(unknownUser, { userId });
}
