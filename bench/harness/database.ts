import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";

import { startEmbeddedPostgres } from "#kernel/db/embedded.ts";
import { type Database, migrate, openDatabase } from "#kernel/db/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";

import { migrationSources } from "../../src/migrations.ts";
import { believe } from "./benchmark.ts";
import { serverProcessorMs } from "./processor-time.ts";

/** A PostgreSQL server that only the benchmarks use, as durable as a real one. */
export interface BenchServer {
  readonly version: string;
  readonly url: string;
  /** 0 where it cannot be told. */
  readonly processorMs: () => Promise<number>;
  /** A fresh, migrated database. */
  readonly newDatabase: () => Promise<Database>;
  readonly stop: () => Promise<void>;
}

/** What a crash must not take: checked on the running server, because a number without it would be worth nothing. */
const durable = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" };

export async function startBenchServer(): Promise<BenchServer> {
  const directory = await mkdtemp(join(tmpdir(), "telecast-bench-"));
  // The server's own user must be able to enter.
  await chmod(directory, 0o755);
  const server = await startEmbeddedPostgres({
    dataDir: directory,
    clock: systemClock,
    log: silentLogger(),
    settings: { max_connections: "200", ...durable },
    temporary: true,
  });
  await checkDurability(server.url);
  const open: Database[] = [];
  return {
    version: server.version,
    url: server.url,
    processorMs: async () => (await serverProcessorMs(server.pid)) ?? 0,
    newDatabase: async () => {
      const url = await createDatabase(server.url, `bench_${open.length + 1}`);
      await migrate(url, migrationSources);
      const database = openDatabase({ url, log: silentLogger(), connections: 4 });
      open.push(database);
      return database;
    },
    stop: async () => {
      await Promise.all(open.map(async ({ close }) => await close()));
      await server.stop();
    },
  };
}

async function checkDurability(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const [name, wanted] of Object.entries(durable)) {
    const { rows } = await client.query<{ value: string }>("select current_setting($1) as value", [name]);
    believe(rows[0]?.value === wanted, `PostgreSQL runs with ${name} ${rows[0]?.value}`);
  }
  await client.end();
}

async function createDatabase(server: string, name: string): Promise<string> {
  const client = new Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
