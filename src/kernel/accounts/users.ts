import { type RawBuilder, sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { type Language, languageFor } from "../lib/language.ts";
import { timeZoneNamed } from "../lib/time-zone.ts";
import type { Accounts, Role, TelegramPerson, User, UserCounts, UserFilter } from "./account.ts";
import { unknownTimeZone, unknownUser } from "./errors.ts";
import { blockTrace, type Traces } from "./traces.ts";

export type Users = Pick<
  Accounts,
  | "noteUser"
  | "userById"
  | "userByTelegramId"
  | "userByUsername"
  | "userBySubject"
  | "listUsers"
  | "countUsers"
  | "setLanguage"
  | "setTimeZone"
  | "setBlocked"
  | "setRole"
>;

export interface PersonRow {
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
export function makeUserFrom(adminChatIds: readonly number[]): (row: PersonRow) => User {
  const admins = new Set(adminChatIds);
  return (row) => ({
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
}

export function makeUsers(adminChatIds: readonly number[], traces: Traces): Users {
  const userFrom = makeUserFrom(adminChatIds);
  const one = async (db: Db, query: RawBuilder<PersonRow>): Promise<User | undefined> => {
    const row = await firstRow(db, query);
    return row && userFrom(row);
  };

  return {
    noteUser: async (tx, person) => {
      const known = await firstRow(tx, byTelegramId(person.id));
      if (known !== undefined && isUpToDate(notedOf(known), person)) return userFrom(known);
      const written = await firstRow(tx, upsert(person, traces.hashOf(person.id)));
      if (written === undefined) throw new Error("a person that was written did not come back");
      return userFrom(written);
    },
    userById: async (db, id) =>
      await one(db, sql`select * from account.person where id = ${id} and telegram_id is not null`),
    userByTelegramId: async (db, telegramId) => await one(db, byTelegramId(telegramId)),
    userByUsername: async (db, username) =>
      await one(
        db,
        sql`
          select * from account.person where lower(username) = ${username.replace(/^@/, "").toLowerCase()}
          order by named_at desc, id desc limit 1`,
      ),
    userBySubject: async (db, subject) =>
      await one(
        db,
        sql`
          select person.* from account.link join account.person on person.id = link.person_id
          where link.subject = ${subject} and person.telegram_id is not null`,
      ),
    listUsers: async (db, filter) => (await listed(filter, adminChatIds).execute(db)).rows.map(userFrom),
    countUsers,
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
      if (!blocked) await traces.dropTrace(tx, userId, blockTrace);
    },
    setRole: async (tx, userId, role) => {
      await change(tx, userId, sql`role = ${role}`);
    },
  };
}

async function firstRow(db: Db, query: RawBuilder<PersonRow>): Promise<PersonRow | undefined> {
  const { rows } = await query.execute(db);
  return rows[0];
}

function byTelegramId(telegramId: number): RawBuilder<PersonRow> {
  return sql`select * from account.person where telegram_id = ${telegramId}`;
}

/** What Telegram said of the person last. */
export function notedOf(row: PersonRow): TelegramPerson {
  return {
    id: row.telegram_id,
    firstName: row.first_name,
    username: row.username ?? undefined,
    languageTag: row.language_tag ?? undefined,
  };
}

export function isUpToDate(noted: TelegramPerson, { firstName, username, languageTag }: TelegramPerson): boolean {
  return noted.firstName === firstName && noted.username === username && noted.languageTag === languageTag;
}

/** Also for who was added by another transaction since he was looked for. Who was shut out before he had himself forgotten still is. */
function upsert({ id, firstName, username, languageTag }: TelegramPerson, hash: string): RawBuilder<PersonRow> {
  return sql`
    insert into account.person (telegram_id, first_name, username, language_tag, blocked)
    values (${id}, ${firstName}, ${username ?? null}, ${languageTag ?? null},
      exists (select from account.trace where person_hash = ${hash} and name = ${blockTrace}))
    on conflict (telegram_id) do update set
      first_name = excluded.first_name,
      username = excluded.username,
      language_tag = excluded.language_tag,
      named_at = case
        when person.username is distinct from excluded.username then excluded.named_at else person.named_at
      end
    returning *`;
}

function listed(filter: UserFilter, adminChatIds: readonly number[]): RawBuilder<PersonRow> {
  const { search = "", afterId = 0, only, newestFirst = false, skip = 0, limit } = filter;
  const kinds = {
    staff: sql`(role <> 'user' or telegram_id = any(${adminChatIds}::bigint[]))`,
    blocked: sql`blocked`,
  };
  return sql`
    select * from account.person
    where id > ${afterId} and telegram_id is not null
      and ${search === "" ? sql`true` : found(search)} and ${only === undefined ? sql`true` : kinds[only]}
    order by ${newestFirst ? sql`id desc` : sql`id`} limit ${limit} offset ${skip}`;
}

async function countUsers(db: Db, since: Date): Promise<UserCounts> {
  const { rows } = await sql<UserCounts>`
    select count(*) as all, count(*) filter (where created_at >= ${since}) as fresh,
      count(*) filter (where blocked) as blocked
    from account.person where telegram_id is not null`.execute(db);
  return rows[0] ?? { all: 0, fresh: 0, blocked: 0 };
}

/** Each way of finding in a query of its own, because each has an index of its own. */
function found(search: string): RawBuilder<boolean> {
  const name = search.replace(/^@/, "").toLowerCase();
  const prefix = `${name.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const number = /^\d{1,16}$/.test(name) ? Number(name) : null;
  return sql`id in (
    select id from account.person where lower(username) like ${prefix}
    union select id from account.person where telegram_id = ${number}
    union select ${number}::bigint
  )`;
}

async function change(tx: Tx, userId: number, assignment: RawBuilder<unknown>): Promise<void> {
  const { numAffectedRows } = await sql`update account.person set ${assignment} where id = ${userId}`.execute(tx);
  if (numAffectedRows !== 1n) throw new AppError(unknownUser, { userId });
}
