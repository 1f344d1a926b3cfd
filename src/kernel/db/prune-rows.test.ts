import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "#test/support/database.ts";

import { pruneRows } from "./prune-rows.ts";

const { db } = await testDatabase();
await sql`create table public.thing (id int, at timestamptz)`.execute(db);

test("what is old goes, in statements of bounded size, and what is not stays", async () => {
  await sql`create table public.statement (rows bigint)`.execute(db);
  await sql`
    create function public.count_rows() returns trigger language plpgsql as $$
    begin
      insert into public.statement select count(*) from gone;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger counted after delete on public.thing referencing old table as gone
    for each statement execute function public.count_rows()`.execute(db);
  await sql`insert into public.thing select n, now() - n * interval '1 hour' from generate_series(1, 100) as n`.execute(
    db,
  );
  const where = sql`at < now() - interval '24 hours 30 minutes'`;
  assert.equal(await pruneRows(db, { table: "public.thing", where, batch: 30 }), 76);
  const { rows } = await sql<{ rows: number }>`select rows from public.statement`.execute(db);
  assert.deepEqual(
    rows.map((row) => row.rows),
    [30, 30, 16],
  );
  assert.equal(await pruneRows(db, { table: "public.thing", where }), 0);
});

test("it ends between two statements when it is told to", async () => {
  await sql`truncate public.thing`.execute(db);
  await sql`insert into public.thing select n, now() from generate_series(1, 100) as n`.execute(db);
  const signal = AbortSignal.abort();
  assert.equal(await pruneRows(db, { table: "public.thing", where: sql`true`, batch: 10, signal }), 10);
});
