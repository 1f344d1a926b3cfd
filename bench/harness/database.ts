import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";

import { superuser } from "#kernel/db/embedded-cluster.ts";
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

/** @param of `quick`: as new as it is. Otherwise as if it had been in use. */
export async function startBenchServer(of: { readonly quick: boolean }): Promise<BenchServer> {
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
  if (!of.quick) await useLogFiles(server.url);
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

/** Half a gigabyte: more than is written from one checkpoint to the next. */
const usedLogFiles = 32;

/**
 * Has PostgreSQL use files for its log and keep them, as one has that runs for some minutes under the same load: each file
 * that it must make (16 MB; at 200 updates a second every 25 s) holds up every commit for about 50 ms.
 */
async function useLogFiles(url: string): Promise<void> {
  const privileged = new URL(url);
  privileged.username = superuser;
  const client = new Client({ connectionString: privileged.href });
  await client.connect();
  for (let used = 0; used < usedLogFiles; used += 1) {
    // A file without anything in it would not be left.
    await client.query("select pg_logical_emit_message(true, 'bench', ''), pg_switch_wal()");
  }
  await client.query("checkpoint");
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
