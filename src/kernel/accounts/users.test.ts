import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";

import { createAccounts, type TelegramPerson, type User } from "./index.ts";

const { db } = await testDatabase();
const accounts = createAccounts({
  cipher: createCipher(Buffer.alloc(32)),
  clock: systemClock,
  ids: systemIds,
  adminChatIds: [900, -1001],
  monitoringChatIds: [],
  environmentKey: undefined,
});

async function note(person: TelegramPerson): Promise<User> {
  return await inTransaction(db, async (tx) => await accounts.noteUser(tx, person));
}

/** Changes with every write of the row. */
async function rowVersion(userId: number): Promise<string> {
  const { rows } = await sql<{ version: string }>`
    select xmin::text || ctid::text as version from account.person where id = ${userId}`.execute(db);
  return rows[0]?.version ?? "";
}

test("a person is made once, then only read until Telegram says something new", async () => {
  const person = { id: 4_503_599_627_370_495, firstName: "Ann", username: "Ann_K", languageTag: "ko-KR" };
  const first = await note(person);
  assert.equal(first.telegramId, 4_503_599_627_370_495);
  assert.equal(first.language, "ko");
  assert.equal(first.timeZone, "UTC");
  assert.equal(first.role, "user");

  const before = await rowVersion(first.id);
  assert.deepEqual(await note(person), first);
  assert.equal(await rowVersion(first.id), before, "nothing was written");

  const renamed = await note({ ...person, firstName: "Anna", username: undefined });
  assert.equal(renamed.id, first.id);
  assert.equal(renamed.firstName, "Anna");
  assert.equal(renamed.username, undefined);
  assert.notEqual(await rowVersion(first.id), before);
});

test("twenty updates of a new person at the same time make one person and all get him", async () => {
  const people = await Promise.all(Array.from({ length: 20 }, async () => await note({ id: 77, firstName: "Bo" })));
  assert.equal(new Set(people.map(({ id }) => id)).size, 1);
});

test("the chosen language wins over Telegram's, which follows the app", async () => {
  const { id } = await note({ id: 10, firstName: "C", languageTag: "de" });
  assert.equal((await accounts.userById(db, id))?.language, "en");
  assert.equal((await note({ id: 10, firstName: "C", languageTag: "ko" })).language, "ko");
  await inTransaction(db, async (tx) => {
    await accounts.setLanguage(tx, id, "en");
  });
  assert.equal((await note({ id: 10, firstName: "C", languageTag: "ko" })).language, "en");
});

test("a time zone is an IANA name in its usual spelling, never an offset", async () => {
  const { id } = await note({ id: 11, firstName: "D" });
  const set = async (timeZone: string): Promise<string | undefined> => {
    await inTransaction(db, async (tx) => {
      await accounts.setTimeZone(tx, id, timeZone);
    });
    return (await accounts.userById(db, id))?.timeZone;
  };
  assert.equal(await set("asia/seoul"), "Asia/Seoul");
  for (const wrong of ["Mars/Base", "+09:00", "", "'; drop"]) {
    await assert.rejects(set(wrong), { code: "accounts.unknown_time_zone" });
  }
  assert.equal((await accounts.userById(db, id))?.timeZone, "Asia/Seoul");
});

test("who has his private chat among the admin chats is an admin, whatever is stored", async () => {
  const admin = await note({ id: 900, firstName: "E" });
  assert.equal(admin.role, "admin");
  const operator = await note({ id: 901, firstName: "F" });
  await inTransaction(db, async (tx) => {
    await accounts.setRole(tx, operator.id, "operator");
    await accounts.setRole(tx, admin.id, "user");
    await accounts.setBlocked(tx, operator.id, true);
  });
  assert.equal((await accounts.userByTelegramId(db, 900))?.role, "admin");
  const after = await accounts.userByTelegramId(db, 901);
  assert.equal(after?.role, "operator");
  assert.equal(after?.blocked, true);
});

test("changing somebody unknown is refused", async () => {
  await assert.rejects(
    inTransaction(db, async (tx) => {
      await accounts.setBlocked(tx, 123_456, true);
    }),
    { code: "accounts.unknown_user" },
  );
});

test("a username in any case finds its newest holder", async () => {
  const old = await note({ id: 20, firstName: "Old", username: "Handle" });
  assert.equal((await accounts.userByUsername(db, "@HANDLE"))?.id, old.id);
  const taker = await note({ id: 21, firstName: "New", username: "handle" });
  assert.equal((await accounts.userByUsername(db, "handle"))?.id, taker.id);
  // The old holder's other news do not make the name his again.
  await note({ id: 20, firstName: "Older", username: "Handle" });
  assert.equal((await accounts.userByUsername(db, "handle"))?.id, taker.id);
  assert.equal(await accounts.userByUsername(db, "nobody"), undefined);
});

test("people are listed by pages and found by the beginning of a name or a whole id", async () => {
  const made: User[] = [];
  for (const id of [301, 302, 303]) made.push(await note({ id, firstName: "P", username: `page_${id}` }));
  const first = await accounts.listUsers(db, { search: "@PAGE_", limit: 2 });
  const rest = await accounts.listUsers(db, { search: "page_", limit: 2, afterId: first[1]?.id ?? 0 });
  assert.deepEqual([...first, ...rest], made);
  assert.deepEqual(await accounts.listUsers(db, { search: "303", limit: 5 }), made.slice(2));
  assert.deepEqual(await accounts.listUsers(db, { search: "pageX", limit: 5 }), [], "an underscore is no wildcard");
});

test("people are listed newest first, page by page, all or only staff or the shut out, and counted", async () => {
  const people: User[] = [];
  for (const id of [50_001, 50_002, 50_003, 50_004]) people.push(await note({ id, firstName: `P${id}` }));
  const [first, second, third, fourth] = people;
  assert.ok(first !== undefined && second !== undefined && third !== undefined && fourth !== undefined);
  const before = await accounts.countUsers(db, first.createdAt);
  await inTransaction(db, async (tx) => {
    await accounts.setRole(tx, second.id, "operator");
    await accounts.setBlocked(tx, third.id, true);
  });
  const ids = async (filter: Parameters<typeof accounts.listUsers>[1]): Promise<readonly number[]> =>
    (await accounts.listUsers(db, filter)).map(({ id }) => id);
  assert.deepEqual(await ids({ newestFirst: true, limit: 2 }), [fourth.id, third.id]);
  assert.deepEqual(await ids({ newestFirst: true, skip: 2, limit: 2 }), [second.id, first.id]);
  assert.ok((await ids({ only: "blocked", limit: 100 })).includes(third.id));
  const admin = await note({ id: 900, firstName: "By the list" });
  const staff = await ids({ only: "staff", limit: 100 });
  assert.ok(staff.includes(second.id) && staff.includes(admin.id) && !staff.includes(first.id));
  assert.equal((await accounts.countUsers(db, first.createdAt)).blocked, before.blocked + 1);
  assert.ok(before.fresh >= 4 && before.all >= before.fresh);
  assert.equal((await accounts.countUsers(db, new Date("2100-01-01T00:00:00Z"))).fresh, 0);
});
