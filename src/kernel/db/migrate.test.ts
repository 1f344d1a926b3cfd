import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { sql } from "kysely";

import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { emptyDatabase } from "#test/support/database.ts";

import { type Db, migrate, type MigrationSource, openDatabase } from "./index.ts";

const root = mkdtempSync(join(tmpdir(), "telecast-migrations-"));
cleanUp(() => {
  rmSync(root, { recursive: true });
});

interface Fresh {
  readonly url: string;
  readonly db: Db;
}

async function fresh(): Promise<Fresh> {
  const url = await emptyDatabase({ template: false });
  const database = openDatabase({ url, log: silentLogger(), connections: 2 });
  cleanUp(database.close);
  return { url, db: database.db };
}

function source(module: string, files: Readonly<Record<string, string>>): MigrationSource {
  const directory = mkdtempSync(join(root, `${module}-`));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return { module, directory: pathToFileURL(`${directory}/`) };
}

const first = { "0001_begin.sql": "create schema a; create table a.one (n int);" };
const second = { "0002_go_on.sql": "alter table a.one add m int; insert into a.one values (1, 2);" };

test("two files of one number are refused by name, before anything is applied", async () => {
  const { url } = await fresh();
  const twice = source("a", { "0001_begin.sql": "select 1;", "0001_go_on.sql": "select 2;" });
  await assert.rejects(
    migrate(url, [twice]),
    /two migrations of a have one number: 0001_begin\.sql and 0001_go_on\.sql/,
  );
});

test("files are applied once, by number within a module and in the order of the modules", async () => {
  const { url, db } = await fresh();
  const a = source("a", { ...second, ...first, "README.md": "no migration", "1_short.sql": "not one either" });
  const b = source("b", { "0001_uses_a.sql": "create table b_one as select * from a.one;" });
  assert.equal(await migrate(url, [a, b]), 3);
  assert.equal(await migrate(url, [a, b]), 0);
  assert.deepEqual((await sql`select * from b_one`.execute(db)).rows, [{ n: 1, m: 2 }]);
  const { rows } = await sql`select module, number, name from kernel.migration order by applied_at`.execute(db);
  assert.deepEqual(rows, [
    { module: "a", number: 1, name: "0001_begin.sql" },
    { module: "a", number: 2, name: "0002_go_on.sql" },
    { module: "b", number: 1, name: "0001_uses_a.sql" },
  ]);
});

test("programs that start at the same time migrate one after the other", async () => {
  const { url } = await fresh();
  const a = source("a", { ...first, ...second });
  const counts = await Promise.all([1, 2, 3, 4].map(async () => await migrate(url, [a])));
  assert.deepEqual(new Set(counts), new Set([2, 0]));
  assert.equal(counts.filter((count) => count === 2).length, 1);
});

test("a file that fails leaves nothing of itself, all before it, and can be put right", async () => {
  const { url, db } = await fresh();
  const broken = { "0002_go_on.sql": "insert into a.one values (7); select 1 / 0;" };
  await assert.rejects(migrate(url, [source("a", { ...first, ...broken })]), /migration a\/0002_go_on\.sql failed/);
  assert.deepEqual((await sql`select * from a.one`.execute(db)).rows, []);
  assert.equal(await migrate(url, [source("a", { ...first, ...second })]), 1);
});

test("a file that was changed after it had been applied stops the start", async () => {
  const { url } = await fresh();
  await migrate(url, [source("a", first)]);
  const changed = source("a", { "0001_begin.sql": `${first["0001_begin.sql"]} -- better` });
  await assert.rejects(migrate(url, [changed]), { code: "db.migration_changed", params: { file: "a/0001_begin.sql" } });
});

test("a database of a newer program stops the start before anything is touched", async () => {
  const { url, db } = await fresh();
  await migrate(url, [source("a", { ...first, ...second })]);
  const older = [source("a", first), source("b", { "0001_b.sql": "create table never ();" })];
  await assert.rejects(migrate(url, older), { code: "db.schema_newer", params: { module: "a", number: 2 } });
  const { rows } = await sql`select to_regclass('never') as found`.execute(db);
  assert.deepEqual(rows, [{ found: null }]);
});

test("modules that were switched off keep their tables and are in nobody's way", async () => {
  const { url, db } = await fresh();
  const b = source("b", { "0001_b.sql": "create table kept ();" });
  await migrate(url, [source("a", first), b]);
  assert.equal(await migrate(url, [source("a", first)]), 0);
  assert.deepEqual((await sql`select * from kept`.execute(db)).rows, []);
});
