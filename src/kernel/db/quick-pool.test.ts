import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "../../../test/support/database.ts";
import { type Db, inTransaction } from "./index.ts";

const { db, pool } = await testDatabase({ connections: 1 });

const count = async (of: Db): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from public.thing`.execute(of);
  return rows[0]?.count ?? -1;
};

test("what a transaction has written is gone when it throws, and there when it does not", async () => {
  await sql`create table public.thing (id int primary key)`.execute(db);
  await assert.rejects(
    inTransaction(db, async (tx) => {
      await sql`insert into public.thing values (1)`.execute(tx);
      throw new Error("changed my mind");
    }),
    /changed my mind/,
  );
  assert.equal(await count(db), 0);
  await inTransaction(db, async (tx) => {
    await sql`insert into public.thing values (1)`.execute(tx);
  });
  assert.equal(await count(db), 1);
});

test("a statement that fails takes its transaction with it, also the first", async () => {
  const twice = inTransaction(db, async (tx) => {
    await sql`insert into public.thing values (1)`.execute(tx);
  });
  await assert.rejects(twice, /duplicate key/);
  assert.equal(await count(db), 1);
});

test("a transaction that has done nothing commits", async () => {
  assert.equal(await inTransaction(db, async () => await Promise.resolve("nothing")), "nothing");
});

test("a transaction with settings of its own keeps no plans", async () => {
  for (let index = 0; index < 20; index += 1) {
    await inTransaction(db, async (tx) => {
      await sql`set local enable_seqscan = off`.execute(tx);
      await sql`select count(*) from public.thing where id > ${index}`.execute(tx);
    });
  }
  const { rows } = await pool.query("select from pg_prepared_statements where statement like '%where id >%'");
  assert.equal(rows.length, 0);
});

test("what comes often is prepared once, and a table that changes under it costs nothing but another try", async () => {
  const read = async (): Promise<unknown> =>
    await inTransaction(db, async (tx) => (await sql`select * from public.thing`.execute(tx)).rows[0]);
  const prepared = async (): Promise<readonly string[]> => {
    const { rows } = await pool.query<{ statement: string }>("select statement from pg_prepared_statements");
    return rows
      .map(({ statement }) => statement)
      .filter((statement) => statement.includes("select * from public.thing"));
  };
  assert.deepEqual(await prepared(), []);
  for (let index = 0; index < 20; index += 1) assert.deepEqual(await read(), { id: 1 });
  assert.equal((await prepared()).length, 1);
  await sql`alter table public.thing add column name text default 'new'`.execute(db);
  for (let index = 0; index < 20; index += 1) assert.deepEqual(await read(), { id: 1, name: "new" });
});
