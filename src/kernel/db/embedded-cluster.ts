import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Binaries } from "./embedded-binaries.ts";
import { serverEnvironment } from "./embedded-binaries.ts";
import { embeddedFailure, explainOutput } from "./embedded-errors.ts";
import type { Home } from "./embedded-home.ts";
import { runAs } from "./embedded-user.ts";

/** The role that owns the server; only used to create the application's own role and database. */
export const superuser = "postgres";

export type Settings = Readonly<Record<string, string>>;

/**
 * Durable, and sized for a small machine that the application shares. `ALTER SYSTEM SET …` wins over these.
 * Nothing a client sends reaches the log: statements, parameters and errors hold prompts and secrets, and the
 * application reports its own errors.
 */
const defaults: Settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_level: "replica",
  max_wal_senders: "2",
  wal_buffers: "16MB",
  max_wal_size: "1GB",
  min_wal_size: "128MB",
  checkpoint_timeout: "10min",
  shared_buffers: "128MB",
  effective_cache_size: "1GB",
  work_mem: "8MB",
  maintenance_work_mem: "64MB",
  random_page_cost: "1.1",
  jit: "off",
  // Two cores serve many short statements better than one statement two cores.
  max_parallel_workers_per_gather: "0",
  max_worker_processes: "4",
  io_workers: "1",
  // Queue tables turn over completely within minutes.
  autovacuum_naptime: "15s",
  autovacuum_max_workers: "2",
  // After a crash every file is flushed first: in one call, not in a thousand.
  recovery_init_sync_method: process.platform === "linux" ? "syncfs" : "fsync",
  timezone: "UTC",
  log_timezone: "UTC",
  logging_collector: "on",
  // A file per weekday, overwritten a week later.
  log_filename: "postgresql-%a.log",
  log_rotation_age: "1d",
  log_rotation_size: "0",
  log_truncate_on_rotation: "on",
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  log_checkpoints: "off",
};

/** Throws `db.embedded_failed` when the data was written by another major version of PostgreSQL. */
export async function checkMajor({ cluster, dataDir }: Home, { major }: Binaries): Promise<void> {
  const path = join(cluster, "PG_VERSION");
  const found = existsSync(path) ? (await readFile(path, "utf8")).trim() : "an unknown version";
  if (found === major) return;
  throw embeddedFailure(
    `the data in ${cluster} was written by PostgreSQL ${found}, and this version of Telecast brings ${major}`,
    `Make a backup with the Telecast that wrote it, move ${dataDir} away, and restore the backup here`,
  );
}

/** Makes the data directory. A crash halfway leaves nothing that a later start would take for one. */
export async function createCluster(home: Home, { initdb }: Binaries): Promise<void> {
  const fresh = `${home.cluster}.new`;
  const passwordFile = join(home.directory, "initdb-password");
  await runAs(home.user, 'rm -rf "$1"; cat > "$2"', [fresh, passwordFile], home.password);
  // Code-point order: Hangul syllables stand in dictionary order, and an index never breaks when a library's sort
  // order changes. Lower-casing knows all of Unicode. Synced afterwards, see `syncCluster`.
  const files = ["-D", fresh, `--pwfile=${passwordFile}`, "--no-sync", "--no-instructions"];
  const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const access = [`--username=${superuser}`, "--auth=scram-sha-256"];
  await runInitdb(home, initdb, [...files, ...locale, ...access, "--text-search-config=simple"]);
  await runAs(home.user, 'mv "$1" "$2"; rm "$3"', [fresh, home.cluster, passwordFile]);
}

/** Puts a new cluster's files on the disk, which `initdb --no-sync` left to the system; nothing has to wait for it. */
export async function syncCluster(home: Home, { initdb }: Binaries): Promise<void> {
  await runInitdb(home, initdb, ["-D", home.cluster, "--sync-only"]);
}

async function runInitdb(home: Home, program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, {
    ...home.user.spawnAs,
    cwd: home.directory,
    env: serverEnvironment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => output.push(text));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  if (code !== 0) throw explainOutput(output.join(""), home);
}

/** Writes the server's configuration; `settings` win over the defaults. */
export async function configure(home: Home, port: number, settings: Settings): Promise<void> {
  const all = { ...defaults, ...settings, port: String(port), log_directory: home.logs };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  const header = "# Written at each start. Your own changes: ALTER SYSTEM SET …";
  const content = [header, ...lines, ""].join("\n");
  await runAs(home.user, 'mkdir -p "$1"; cat > "$2"', [home.logs, configurationFile(home)], content);
}

/** The port of the last start, kept so that connection strings noted elsewhere stay right. */
export async function lastPort(home: Home): Promise<number | undefined> {
  const path = configurationFile(home);
  const found = existsSync(path) ? /^port = '(\d+)'$/m.exec(await readFile(path, "utf8"))?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

function configurationFile({ cluster }: Home): string {
  return join(cluster, "postgresql.conf");
}
