import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

import { Client, type QueryResultRow } from "pg";

import { findPostmaster } from "#kernel/db/embedded-process.ts";
import { killServer } from "#kernel/db/embedded-server.ts";
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from "#kernel/db/embedded.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";

import { cleanUp } from "./clean-up.ts";

const run = promisify(execFile);

/** A data directory that does not exist yet, in a place that everybody may enter; gone, with its server, after the file. */
export async function freshDataDir(mode = 0o755): Promise<string> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), "telecast-embedded-")));
  await chmod(parent, mode);
  const dataDir = join(parent, "db");
  cleanUp(async () => {
    await endServerOf(clusterOf(dataDir));
    await rm(parent, { recursive: true, force: true });
  });
  return dataDir;
}

/**
 * Gives data directories after a first start and a clean stop; copies of one, because a first start takes most of a
 * test's time. Call it at the top of a test file.
 */
export async function prepareDataDir(): Promise<() => Promise<string>> {
  const template = await freshDataDir();
  const server = await start(template);
  await server.stop();
  return async () => {
    const dataDir = await freshDataDir();
    await run("cp", ["-a", template, dataDir]);
    return dataDir;
  };
}

async function endServerOf(cluster: string): Promise<void> {
  const pid = findPostmaster(cluster);
  if (pid !== undefined) await killServer(pid, systemClock);
}

export function clusterOf(dataDir: string): string {
  return join(dataDir, "server", "data");
}

/** Starts it in this process, stopped at the latest after the file. Without waiting for the disk unless told so. */
export async function start(
  dataDir: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const log = silentLogger();
  const server = await startEmbeddedPostgres({
    dataDir,
    clock: systemClock,
    log,
    settings: { fsync: "off" },
    ...options,
  });
  cleanUp(server.stop);
  return server;
}

/** The first row of one statement on a connection of its own. */
export async function query<R extends QueryResultRow>(url: string, statement: string): Promise<R> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // The server may end while we are connected; the statement fails with the same error.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<R>(statement);
    const [row] = rows;
    return row ?? ({} as R);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function answers(url: string): Promise<boolean> {
  return await query(url, "select 1").then(
    () => true,
    () => false,
  );
}

/** What the application below prints when it is ready. */
export interface AppReport {
  readonly url: string;
  readonly pid: number;
  readonly directory: string;
  readonly reused: boolean;
}

/** What it prints when it cannot start. */
export interface AppFailure {
  readonly code: string;
  readonly message: string;
}

export interface App {
  readonly child: ChildProcess;
  readonly report: AppReport;
  /** Resolves once it is gone. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
}

/** An application that starts the database, ignores Ctrl-C, and stops cleanly on SIGTERM. */
const program = `
const { startEmbeddedPostgres } = await import(process.argv[1] + "/src/kernel/db/embedded.ts");
const { systemClock } = await import(process.argv[1] + "/src/kernel/lib/clock.ts");
const { silentLogger } = await import(process.argv[1] + "/src/kernel/observability/index.ts");
const print = (report) => console.log(JSON.stringify(report));
process.on("SIGINT", () => {});
try {
  const options = JSON.parse(process.argv[2]);
  const server = await startEmbeddedPostgres({ clock: systemClock, log: silentLogger(), ...options });
  const anchor = setInterval(() => {}, 1000);
  process.on("SIGTERM", async () => { await server.stop(); clearInterval(anchor); });
  print({ url: server.url, pid: server.pid, directory: server.directory, reused: server.reused });
} catch (error) {
  print({ failure: { code: error.code, message: error.message } });
}
`;

export interface AppOptions {
  readonly options: { readonly dataDir: string } & Partial<EmbeddedPostgresOptions>;
  /** Where the repository lies. */
  readonly root?: string;
  readonly as?: { readonly uid: number; readonly gid: number };
  /** A shell command before it, such as a limit. */
  readonly limits?: string;
}

/** Starts the application and waits until it is ready. Killed, with its server, at the latest after the file. */
export async function startApp(options: AppOptions): Promise<App> {
  const { child, kill } = spawnApp(options);
  const report = await firstReport(child);
  if ("failure" in report) throw new Error(report.failure.message);
  cleanUp(async () => {
    await endServerOf(join(report.directory, "data"));
  });
  return { child, kill, report };
}

/** Starts the application and waits until it has refused to start. */
export async function failingApp(options: AppOptions): Promise<AppFailure> {
  const report = await firstReport(spawnApp(options).child);
  if ("failure" in report) return report.failure;
  throw new Error("the application started");
}

async function firstReport({ stdout }: Spawned["child"]): Promise<AppReport | { readonly failure: AppFailure }> {
  for await (const line of createInterface({ input: stdout })) {
    return JSON.parse(line) as AppReport | { readonly failure: AppFailure };
  }
  throw new Error("the application ended without a report");
}

interface Spawned {
  readonly child: ChildProcessByStdio<null, Readable, null>;
  readonly kill: App["kill"];
}

/** The application, as a process group of its own, as a terminal would start it. */
export function spawnApp({ options, root = repository, as, limits = "true" }: AppOptions): Spawned {
  const settings = { fsync: "off", ...options.settings };
  const args = ["--input-type=module", "-e", program, root, JSON.stringify({ ...options, settings })];
  const script = `${limits}; exec "$0" "$@"`;
  const child = spawn("/bin/sh", ["-c", script, process.execPath, ...args], {
    ...as,
    cwd: "/",
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await gone;
  };
  cleanUp(async () => {
    await kill("SIGKILL");
  });
  return { child, kill };
}

export const repository = join(import.meta.dirname, "..", "..");
