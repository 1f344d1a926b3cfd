import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";
import { untilLockWait } from "#test/support/lock-wait.ts";

import { createAccounts } from "./index.ts";

const { db } = await testDatabase();
const accounts = createAccounts({
  cipher: createCipher(Buffer.alloc(32)),
  clock: systemClock,
  ids: systemIds,
  adminChatIds: [],
  monitoringChatIds: [],
  environmentKey: undefined,
});

async function write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  return await inTransaction(db, work);
}

test("a private chat belongs to the person with the same id, also when he is noted later", async () => {
  const early = await write(async (tx) => await accounts.noteChat(tx, { id: 5, type: "private", title: "Ann" }));
  assert.equal(early.userId, undefined);
  const user = await write(async (tx) => await accounts.noteUser(tx, { id: 5, firstName: "Ann" }));
  const chat = await write(async (tx) => await accounts.noteChat(tx, { id: 5, type: "private", title: "Ann" }));
  assert.equal(chat.userId, user.id);
  assert.deepEqual(await accounts.chatById(db, 5), chat);
});

test("noting a chat again writes nothing until its title changes", async () => {
  const group = { id: -50, type: "group", title: "Team" } as const;
  await write(async (tx) => await accounts.noteChat(tx, group));
  const version = async (): Promise<unknown> =>
    (await sql<{ xmin: string }>`select xmin::text from account.chat where id = -50`.execute(db)).rows[0]?.xmin;
  const before = await version();
  await write(async (tx) => await accounts.noteChat(tx, group));
  assert.equal(await version(), before);
  const renamed = await write(async (tx) => await accounts.noteChat(tx, { ...group, title: "Crew" }));
  assert.equal(renamed.title, "Crew");
  assert.equal(renamed.userId, undefined);
});

test("a suspension keeps its first time and its latest reason, survives news and ends once", async () => {
  await write(async (tx) => await accounts.noteChat(tx, { id: -60, type: "group", title: "G" }));
  await write(async (tx) => {
    await accounts.suspendChat(tx, -60, "not_found");
  });
  const first = (await accounts.chatById(db, -60))?.suspended;
  await write(async (tx) => {
    await accounts.suspendChat(tx, -60, "kicked");
  });
  const noted = await write(async (tx) => await accounts.noteChat(tx, { id: -60, type: "group", title: "G2" }));
  assert.deepEqual(noted.suspended, { reason: "kicked", since: first?.since });
  assert.equal(await write(async (tx) => await accounts.reactivateChat(tx, -60)), true);
  assert.equal(await write(async (tx) => await accounts.reactivateChat(tx, -60)), false);
  assert.equal((await accounts.chatById(db, -60))?.suspended, undefined);
});

test("a chat nobody has heard of can be suspended", async () => {
  for (const [id, type] of [
    [61, "private"],
    [-62, "group"],
    [-1_000_000_000_063, "supergroup"],
  ] as const) {
    await write(async (tx) => {
      await accounts.suspendChat(tx, id, "not_found");
    });
    const chat = await accounts.chatById(db, id);
    assert.equal(chat?.type, type);
    assert.equal(chat?.suspended?.reason, "not_found");
  }
});

test("a group that becomes a supergroup keeps what refers to it, whatever came first, and however often it is told", async () => {
  await sql`
    create table public.thing (
      chat_id bigint references account.chat (id) on update cascade on delete cascade, what text
    )`.execute(db);
  const to = -1_000_000_000_070;
  await write(async (tx) => await accounts.noteChat(tx, { id: -70, type: "group", title: "G" }));
  await sql`insert into thing values (-70, 'kept')`.execute(db);
  await write(async (tx) => await accounts.noteChat(tx, { id: to, type: "supergroup", title: "G" }));
  await sql`insert into thing values (${to}, 'default')`.execute(db);
  for (let told = 0; told < 2; told += 1) {
    await write(async (tx) => {
      await accounts.migrateChat(tx, -70, to);
    });
    assert.equal(await accounts.chatById(db, -70), undefined);
    assert.equal((await accounts.chatById(db, to))?.type, "supergroup");
    assert.deepEqual((await sql`select * from thing`.execute(db)).rows, [{ chat_id: to, what: "kept" }]);
  }
});

test("a group becomes a supergroup while something from the supergroup is being noted", async () => {
  const to = -1_000_000_000_071;
  await write(async (tx) => await accounts.noteChat(tx, { id: -71, type: "group", title: "G" }));
  const migrated = await write(async (tx) => {
    await accounts.noteChat(tx, { id: to, type: "supergroup", title: "G" });
    const migration = write(async (other) => {
      await accounts.migrateChat(other, -71, to);
    });
    // Attached before it can fail.
    const outcome = Promise.allSettled([migration]);
    await untilLockWait(db, "the move");
    return { outcome };
  });
  assert.deepEqual(await migrated.outcome, [{ status: "fulfilled", value: undefined }]);
  assert.equal(await accounts.chatById(db, -71), undefined);
  assert.equal((await accounts.chatById(db, to))?.title, "G");
});
