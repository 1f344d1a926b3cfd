import { Client } from "pg";

import { type Database, migrate, openDatabase } from "#kernel/db/index.ts";
import { silentLogger } from "#kernel/observability/index.ts";

import { migrationSources } from "../../src/migrations.ts";
import { cleanUp } from "./clean-up.ts";
import { startTestServer } from "./server.ts";

/** Set by `global-setup.ts` when the whole suite runs: one server and one migrated template for all files. */
export const serverVariable = "TELECAST_TEST_SERVER";
export const templateName = "telecast_template";

let made = 0;

/**
 * A fresh, migrated, real PostgreSQL database, dropped after the file's tests. Call it at the top of a test file. A file
 * that runs alone starts a server of its own (about a second).
 * @param connections how many the pool may hold.
 */
export async function testDatabase({ connections = 10 }: { readonly connections?: number } = {}): Promise<Database> {
  const url = await emptyDatabase({ template: true });
  const database = openDatabase({ url, log: silentLogger(), connections });
  cleanUp(database.close);
  return database;
}

/** The URL of a fresh database; without `template` it has no tables at all. Dropped after the file's tests. */
export async function emptyDatabase({ template }: { readonly template: boolean }): Promise<string> {
  const server = await sharedServer();
  made += 1;
  const name = `test_${process.pid}_${made}`;
  await run(server, `create database ${name} ${template ? `template ${templateName}` : ""}`);
  cleanUp(async () => {
    await run(server, `drop database if exists ${name} with (force)`);
  });
  return databaseUrl(server, name);
}

let own: Promise<string> | undefined;

async function sharedServer(): Promise<string> {
  const given = process.env[serverVariable];
  if (given !== undefined) return given;
  own ??= startTestServer().then(async ({ url, stop }) => {
    try {
      await makeTemplate(url);
    } catch (error) {
      await stop();
      throw error;
    }
    cleanUp(stop);
    return url;
  });
  return await own;
}

/** The database that every test's own is cloned from. */
export async function makeTemplate(server: string): Promise<void> {
  await run(server, `create database ${templateName}`);
  await migrate(databaseUrl(server, templateName), migrationSources);
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function run(server: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
