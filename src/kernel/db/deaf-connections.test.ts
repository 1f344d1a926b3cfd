import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { openProxy } from "#test/chaos/proxy.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { silentLogger } from "../observability/index.ts";
import { inTransaction, openDatabase } from "./index.ts";

const direct = await testDatabase();
await sql`create table thing (id int constraint thing_pkey primary key)`.execute(direct.db);
const line = await openProxy(() => Number(new URL(direct.url).port));
cleanUp(line.close);
const through = new URL(direct.url);
through.port = String(line.port);
const database = openDatabase({
  url: through.href,
  log: silentLogger(),
  connections: 2,
  deafness: { silenceMs: 300, everyMs: 50 },
});
cleanUp(database.close);
const { db } = database;

test("queries on connections that went deaf fail, and the pool goes on with new ones", async () => {
  await Promise.all([sql`select 1`.execute(db), sql`select 2`.execute(db)]);
  line.swallow("open");
  const lost = await Promise.allSettled([1, 2].map(async () => await sql`select 1`.execute(db)));
  assert.deepEqual(
    lost.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  const { rows } = await sql<{ n: number }>`select 3 as n`.execute(db);
  assert.deepEqual(rows, [{ n: 3 }]);
});

test("one that is found out gives away those that were idle beside it", async () => {
  await Promise.all([sql`select pg_sleep(0.1)`.execute(db), sql`select pg_sleep(0.1)`.execute(db)]);
  line.swallow("open");
  await assert.rejects(sql`select 1`.execute(db));
  const { rows } = await sql<{ n: number }>`select 2 as n`.execute(db);
  assert.deepEqual(rows, [{ n: 2 }]);
});

test("what a deaf transaction has locked is free again", async () => {
  const broken = inTransaction(db, async (tx) => {
    await sql`insert into thing values (1)`.execute(tx);
    line.swallow("open");
    await sql`insert into thing values (2)`.execute(tx);
  });
  await assert.rejects(broken);
  await until("the lock to be free", async () => {
    const { rows } = await sql`
      select from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`.execute(direct.db);
    return rows.length === 0;
  });
  await inTransaction(db, async (tx) => await sql`insert into thing values (1)`.execute(tx));
});

test("a query that takes its time is left alone", async () => {
  const { rows } = await sql<{ done: string }>`select pg_sleep(1.5)::text as done`.execute(db);
  assert.equal(rows.length, 1);
});

test("a transaction whose handler takes its time between two queries is left alone", async () => {
  await inTransaction(db, async (tx) => {
    await sql`select 1`.execute(tx);
    // Long enough for the watch to have looked, and to have found out what really works.
    await sql`select pg_sleep(1)`.execute(db);
    await sql`select 2`.execute(tx);
  });
});
