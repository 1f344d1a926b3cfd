import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "../../../test/support/database.ts";
import { logWire } from "../../../test/support/wire-log.ts";
import { type Db, inTransaction, withCommit } from "./index.ts";

const { db, pool } = await testDatabase({ connections: 1 });
const logs = logWire(pool);

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

test("what comes often is prepared once", async () => {
  const prepared = async (): Promise<number> => {
    const { rows } = await pool.query("select from pg_prepared_statements where statement like '%select id from%'");
    return rows.length;
  };
  assert.equal(await prepared(), 0);
  for (let index = 0; index < 20; index += 1) await sql`select id from public.thing`.execute(db);
  assert.equal(await prepared(), 1);
});

test("a table that changes under what is prepared costs a transaction one more try, whatever it reads of it", async () => {
  // As many as the tries of a transaction: each of them fails by itself.
  const texts = ["select * from public.thing", "table public.thing", "select thing.* from public.thing"];
  let tries = 0;
  const readAll = async (): Promise<readonly unknown[]> =>
    await inTransaction(db, async (tx) => {
      tries += 1;
      const read: unknown[] = [];
      for (const text of texts) read.push((await sql.raw(text).execute(tx)).rows[0]);
      return read;
    });
  for (let index = 0; index < 20; index += 1) await readAll();
  await sql`alter table public.thing add column name text default 'new'`.execute(db);
  tries = 0;
  const row = { id: 1, name: "new" };
  assert.deepEqual(await readAll(), [row, row, row]);
  assert.equal(tries, 2);
});

test("a statement outside a transaction does not even notice", async () => {
  const read = async (): Promise<unknown> => (await sql`select * from public.thing`.execute(db)).rows[0];
  for (let index = 0; index < 20; index += 1) await read();
  await sql`alter table public.thing drop column name`.execute(db);
  assert.deepEqual(await read(), { id: 1 });
});

test("what is asked for at the same time is one write, its answers are awaited together", async () => {
  const [log] = logs;
  assert.ok(log !== undefined);
  log.length = 0;
  await inTransaction(db, async (tx) => {
    await Promise.all([sql`select 1`.execute(tx), sql`select 2`.execute(tx)]);
    withCommit(tx, async () => await sql`select 3`.execute(tx));
  });
  const together = "ask begin, ask select 1, ask select 2, write, answer begin, answer select 1, answer select 2";
  assert.equal(log.join(", "), `${together}, ask select 3, ask commit, write, answer select 3, answer commit`);
});
