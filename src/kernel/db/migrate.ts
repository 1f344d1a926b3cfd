import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

import { sql } from "kysely";
import { Client } from "pg";

import { AppError } from "../lib/errors.ts";
import { connectionTimeoutMillis, type Db } from "./database.ts";
import { changedMigration, newerSchema } from "./errors.ts";

export interface MigrationSource {
  /** Also the name of the module's schema. */
  readonly module: string;
  /** The directory of its numbered `.sql` files. */
  readonly directory: URL;
}

interface Migration {
  readonly module: string;
  readonly number: number;
  readonly name: string;
  readonly statements: string;
  readonly checksum: string;
}

/** Any number, the same in every version: two programs that start at once migrate one after the other. */
const advisoryLock = 7_316_512;

/**
 * Brings the database to this program's version: each file that is not yet applied, in the order of the sources and
 * their numbers, each in a transaction of its own. Forward only.
 * @returns how many files were applied.
 * @throws AppError `db.migration_changed` when an applied file differs, `db.schema_newer` when the database knows a
 * migration of one of these modules that this program does not have.
 */
export async function migrate(url: string, sources: readonly MigrationSource[]): Promise<number> {
  const client = new Client({ connectionString: url, application_name: "telecast migrate", connectionTimeoutMillis });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [advisoryLock]);
    await client.query("set lock_timeout = '10s'");
    await client.query(bootstrap);
    return await applyMissing(
      client,
      sources.flatMap((source) => readMigrations(source)),
    );
  } finally {
    await client.end();
  }
}

/** How the database stands to this program. */
export interface MigrationState {
  /** How many files are not applied yet. */
  readonly pending: number;
  /** Applied ones that this program does not have: it is older than the database. */
  readonly unknown: readonly string[];
  /** Applied ones that differ from this program's. */
  readonly changed: readonly string[];
}

/** Looks, and changes nothing. */
export async function migrationState(db: Db, sources: readonly MigrationSource[]): Promise<MigrationState> {
  const known = new Map(
    sources.flatMap((source) => readMigrations(source)).map((each) => [`${each.module}/${each.number}`, each]),
  );
  const { rows: made } = await sql<{ is_there: boolean }>`
    select to_regclass('kernel.migration') is not null as is_there`.execute(db);
  if (made[0]?.is_there !== true) return { pending: known.size, unknown: [], changed: [] };
  const { rows } = await sql<{ module: string; number: number; checksum: string }>`
    select module, number, checksum from kernel.migration`.execute(db);
  const modules = new Set(sources.map(({ module }) => module));
  const applied = rows.map(({ module, number, checksum }) => ({ module, key: `${module}/${number}`, checksum }));
  return {
    pending: known.size - applied.filter(({ key }) => known.has(key)).length,
    unknown: applied.filter(({ module, key }) => modules.has(module) && !known.has(key)).map(({ key }) => key),
    changed: applied
      .filter(({ key, checksum }) => known.has(key) && known.get(key)?.checksum !== checksum)
      .map(({ key }) => key),
  };
}

const bootstrap = `
  create schema if not exists kernel;
  create table if not exists kernel.migration (
    module text not null,
    number int not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    primary key (module, number)
  )`;

async function applyMissing(client: Client, known: readonly Migration[]): Promise<number> {
  const { rows } = await client.query<{ module: string; number: number; checksum: string }>(
    "select module, number, checksum from kernel.migration",
  );
  const applied = new Map(rows.map((row) => [`${row.module}/${row.number}`, row.checksum]));
  refuseNewer(rows, known);
  let count = 0;
  for (const migration of known) {
    const before = applied.get(`${migration.module}/${migration.number}`);
    if (before === migration.checksum) continue;
    if (before !== undefined) throw new AppError(changedMigration, { file: `${migration.module}/${migration.name}` });
    await apply(client, migration);
    count += 1;
  }
  return count;
}

function refuseNewer(rows: readonly { module: string; number: number }[], known: readonly Migration[]): void {
  for (const module of new Set(known.map((migration) => migration.module))) {
    const newest = Math.max(...known.filter((each) => each.module === module).map(({ number }) => number));
    const ahead = rows.find((row) => row.module === module && row.number > newest);
    if (ahead !== undefined) throw new AppError(newerSchema, { module, number: ahead.number });
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(migration.statements);
    await client.query("insert into kernel.migration (module, number, name, checksum) values ($1, $2, $3, $4)", [
      migration.module,
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new Error(`migration ${migration.module}/${migration.name} failed`, { cause: error });
  }
}

function readMigrations({ module, directory }: MigrationSource): readonly Migration[] {
  return readdirSync(directory)
    .filter((name) => /^\d{4}_[\w-]+\.sql$/.test(name))
    .toSorted()
    .map((name, index, all) => {
      if (all[index - 1]?.slice(0, 4) === name.slice(0, 4)) {
        throw new Error(`two migrations of ${module} have one number: ${all[index - 1] ?? ""} and ${name}`);
      }
      const statements = readFileSync(new URL(name, directory), "utf8");
      const checksum = createHash("sha256").update(statements).digest("hex");
      return { module, number: Number(name.slice(0, 4)), name, statements, checksum };
    });
}
