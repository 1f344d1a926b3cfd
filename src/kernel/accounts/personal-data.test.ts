import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";

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

test("an export holds everything kept on the person and nothing of others", async () => {
  const [user, other] = await write(async (tx) => [
    await accounts.noteUser(tx, { id: 1001, firstName: "Uma", username: "uma_k" }),
    await accounts.noteUser(tx, { id: 1002, firstName: "Olaf" }),
  ]);
  await write(async (tx) => {
    await accounts.noteChat(tx, { id: 1001, type: "private", title: "Uma" });
    await accounts.noteChat(tx, { id: 1002, type: "private", title: "Olaf" });
    await sql`insert into account.link (subject, person_id) values ('web-uma', ${user.id}), ('web-o', ${other.id})`.execute(
      tx,
    );
    const entry = { action: "test.done", origin: "chat" };
    await accounts.audit(tx, { ...entry, actor: `user:${user.id}`, subject: "thing:1", after: { amount: 5n } });
    await accounts.audit(tx, { ...entry, actor: "cli", subject: `user:${user.id}`, before: 1 });
    await accounts.audit(tx, { ...entry, actor: "cli", subject: `user:${other.id}`, before: "Olaf's" });
  });
  const text = JSON.stringify(await accounts.exportUser(db, user.id));
  for (const part of ["Uma", "uma_k", "1001", "thing:1", "web-uma", '"amount":"5"'])
    assert.ok(text.includes(part), part);
  for (const part of ["Olaf", "1002", "web-o"]) assert.ok(!text.includes(part), part);
  assert.equal(await accounts.exportUser(db, 999_999), undefined);
});

test("a forgotten person leaves a row without a name; who comes back is somebody new", async () => {
  const person = { id: 2001, firstName: "Fay", username: "fay_x", languageTag: "ko" };
  const user = await write(async (tx) => await accounts.noteUser(tx, person));
  await write(async (tx) => {
    await accounts.noteChat(tx, { id: 2001, type: "private", title: "Fay" });
    await accounts.setTimeZone(tx, user.id, "Asia/Seoul");
  });
  for (let time = 0; time < 2; time += 1) {
    await write(async (tx) => {
      await accounts.forgetUser(tx, user.id);
    });
  }
  const { rows } = await sql<{ text: string }>`
    select row_to_json(person)::text as text from account.person where id = ${user.id}`.execute(db);
  assert.equal(rows.length, 1);
  for (const part of ["2001", "Fay", "fay_x", "ko", "Seoul"]) assert.ok(!rows[0]?.text.includes(part), part);
  assert.equal(await accounts.chatById(db, 2001), undefined);
  assert.equal(await accounts.userById(db, user.id), undefined);
  assert.equal(await accounts.userByUsername(db, "fay_x"), undefined);
  assert.equal(await accounts.exportUser(db, user.id), undefined);
  const again = await write(async (tx) => await accounts.noteUser(tx, person));
  assert.notEqual(again.id, user.id);
});

test("the audit log reads by subject and actor, newest first, by pages", async () => {
  await write(async (tx) => {
    for (const n of [1, 2, 3]) {
      await accounts.audit(tx, { actor: "user:7", action: "test.counted", subject: "log", after: n, origin: "http" });
    }
  });
  const first = await accounts.auditLog(db, { subject: "log", limit: 2 });
  const rest = await accounts.auditLog(db, { actor: "user:7", beforeId: first[1]?.id ?? 0, limit: 2 });
  assert.deepEqual(
    [...first, ...rest].map(({ after }) => after),
    [3, 2, 1],
  );
});

test("what is in the audit log stays as it is", async () => {
  for (const statement of [
    sql`update account.audit set actor = 'x'`,
    sql`delete from account.audit`,
    sql`truncate account.audit`,
  ]) {
    await assert.rejects(statement.execute(db), /audit is append-only/);
  }
});

test("who was shut out stays shut out when he comes back, until an operator lets him in", async () => {
  const person = { id: 3001, firstName: "Bo" };
  const comeBack = async (): Promise<{ readonly id: number; readonly blocked: boolean }> =>
    await write(async (tx) => await accounts.noteUser(tx, person));
  const forget = async (id: number): Promise<void> => {
    await write(async (tx) => {
      await accounts.forgetUser(tx, id);
    });
  };
  const first = await comeBack();
  await write(async (tx) => {
    await accounts.setBlocked(tx, first.id, true);
  });
  await forget(first.id);
  const second = await comeBack();
  assert.notEqual(second.id, first.id);
  assert.equal(second.blocked, true);
  await forget(second.id);
  const third = await comeBack();
  assert.equal(third.blocked, true);
  await write(async (tx) => {
    await accounts.setBlocked(tx, third.id, false);
  });
  await forget(third.id);
  assert.equal((await comeBack()).blocked, false);
});

test("what is kept of a forgotten person are numbers under a hash that nobody finds without the key", async () => {
  const person = { id: 3_000_111_222, firstName: "Nobody" };
  const user = await write(async (tx) => await accounts.noteUser(tx, person));
  await write(async (tx) => {
    await accounts.keepTrace(tx, user.id, { name: "test.used", amount: 3, expiresAt: new Date(Date.now() + 60_000) });
    await accounts.keepTrace(tx, user.id, { name: "test.over", expiresAt: new Date(Date.now() - 60_000) });
    await accounts.forgetUser(tx, user.id);
  });
  const { rows } = await sql<{ text: string }>`select trace::text as text from account.trace`.execute(db);
  assert.ok(rows.length > 0 && !JSON.stringify(rows).includes("3000111222"));
  const back = await write(async (tx) => await accounts.noteUser(tx, person));
  assert.equal(await accounts.trace(db, back.id, "test.used"), 3);
  assert.equal(await accounts.trace(db, back.id, "test.over"), 0);
  const stranger = await write(async (tx) => await accounts.noteUser(tx, { id: 3_000_111_223, firstName: "X" }));
  assert.equal(await accounts.trace(db, stranger.id, "test.used"), 0);
});
