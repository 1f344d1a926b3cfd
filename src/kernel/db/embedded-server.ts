import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import type { Clock } from "#kernel/lib/clock.ts";
import { pause } from "#kernel/lib/clock.ts";

import { serverEnvironment } from "./embedded-binaries.ts";
import type { Binaries } from "./embedded-binaries.ts";
import { configure, lastPort } from "./embedded-cluster.ts";
import type { Settings } from "./embedded-cluster.ts";
import { embeddedFailure, explainOutput } from "./embedded-errors.ts";
import type { Home } from "./embedded-home.ts";
import { askServer } from "./embedded-probe.ts";
import type { Answer } from "./embedded-probe.ts";
import { findPostmaster, pidIsTaken, processStamp, sendSignal, waitUntilGone } from "./embedded-process.ts";

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly version: string;
}

/** Recovery after a crash replays at most `max_wal_size`; on a slow disk that takes minutes. */
const recoveryTimeoutMs = 300_000;
/** An orphan that listens and says nothing for so long hangs; to stop it in vain costs little. */
const orphanSilenceMs = 2000;
/** A server of our own may be that slow on a machine that is busy with something else. */
const ownSilenceMs = 30_000;
/** How long what a killed server left behind (its last processes, its port) may stand in the way. */
const remnantsTimeoutMs = 15_000;

/**
 * The server that runs on this data, whoever started it. An orphan that does not answer is stopped. Throws
 * `db.embedded_failed` for a server that refuses us, or does not answer while another application uses it.
 */
export async function adoptServer(home: Home, clock: Clock, isUsed: boolean): Promise<RunningServer | undefined> {
  const pid = findPostmaster(home.cluster);
  if (pid === undefined) return undefined;
  const found = await waitForAnswer(home, pid, orphanSilenceMs, clock);
  if (found.kind === "running") return found.server;
  if (found.kind === "refused") throw explainOutput(found.reason, failureContext(home));
  if (found.kind === "hung" && isUsed) {
    const advice = "End the application that uses it, then start again";
    throw embeddedFailure(`the running server, process ${pid}, does not answer`, advice);
  }
  await killServer(pid, clock);
  return undefined;
}

/** Starts the server and waits until it takes connections. Throws `db.embedded_failed`. */
export async function startServer(
  home: Home,
  binaries: Binaries,
  settings: Settings,
  clock: Clock,
): Promise<RunningServer> {
  const until = clock.monotonicMs() + remnantsTimeoutMs;
  let port = (await lastPort(home)) ?? anyPort();
  for (;;) {
    await configure(home, port, settings);
    dropMisleadingPidFile(home);
    const outcome = await launch(home, binaries, clock);
    if (typeof outcome !== "string") return outcome;
    if (clock.monotonicMs() > until) throw explainOutput(outcome, failureContext(home));
    if (/Address already in use|could not bind/.test(outcome)) port = anyPort();
    else if (/pre-existing shared memory block|lock file .* already exists/.test(outcome)) await pause(clock, 100);
    else throw explainOutput(outcome, failureContext(home));
  }
}

type Step = readonly [signal: NodeJS.Signals, timeoutMs: number];

/** A fast shutdown disconnects everybody and writes a checkpoint; an immediate one leaves the rest to crash recovery. */
const orderly: readonly Step[] = [
  ["SIGINT", 60_000],
  ["SIGQUIT", 10_000],
  ["SIGKILL", 10_000],
];
const abrupt: readonly Step[] = [
  ["SIGQUIT", 1000],
  ["SIGKILL", 10_000],
];

/** Stops the server, disconnecting its clients, and waits until it is gone. */
export async function stopServer(pid: number, clock: Clock, steps = orderly): Promise<void> {
  for (const [signal, timeoutMs] of steps) {
    if (processStamp(pid) === undefined || !sendSignal(pid, signal)) return;
    if (await waitUntilGone(pid, timeoutMs, clock)) return;
  }
  throw embeddedFailure(`the server with process id ${pid} cannot be stopped`, "End that process, then start again");
}

/** Stops a server that hangs, or whose data nobody needs. */
export async function killServer(pid: number, clock: Clock): Promise<void> {
  await stopServer(pid, clock, abrupt);
}

type Outcome =
  | { readonly kind: "running"; readonly server: RunningServer }
  /** It answers, but not to us. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "gone" | "hung"; readonly reason: string };

/** The running server, or what was printed before it ended. */
async function launch(home: Home, binaries: Binaries, clock: Clock): Promise<RunningServer | string> {
  const logsBefore = await logSizes(home);
  // In a session of its own: Ctrl-C in the terminal goes to the application, which stops the server when it is done.
  const child = spawn(binaries.postgres, ["-D", home.cluster], {
    ...home.user.spawnAs,
    cwd: home.directory,
    env: serverEnvironment,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  try {
    await once(child, "spawn");
    const { pid } = child;
    if (pid === undefined) throw new Error("a spawned process has no id");
    const found = await waitForAnswer(home, pid, ownSilenceMs, clock);
    if (found.kind === "running") return found.server;
    if (found.kind !== "gone") await killServer(pid, clock);
    return `${await lastWords(() => output, home, logsBefore, clock)}\n${found.reason}`;
  } finally {
    child.stderr.destroy();
    child.unref();
  }
}

/** Asks until the server with this pid answers, or never will. */
async function waitForAnswer(home: Home, pid: number, silenceMs: number, clock: Clock): Promise<Outcome> {
  const began = clock.monotonicMs();
  let heard = began;
  while (processStamp(pid) !== undefined) {
    const noted = readPidFile(home);
    const isUp = noted?.pid === pid && noted.isUp;
    const answer: Answer = isUp ? await askServer(home, noted.port) : { kind: "busy" };
    const now = clock.monotonicMs();
    if (isUp && answer.kind === "ours") {
      return { kind: "running", server: { pid, port: noted.port, version: answer.version } };
    }
    if (answer.kind === "foreign") return { kind: "refused", reason: `could not use the server: ${answer.reason}` };
    if (answer.kind !== "silent") heard = now;
    else if (now - heard > silenceMs) return { kind: "hung", reason: `could not reach it: ${answer.reason}` };
    if (now - began > recoveryTimeoutMs) return { kind: "hung", reason: "could not wait any longer for recovery" };
    await pause(clock, 5);
  }
  return { kind: "gone", reason: "" };
}

interface PidFile {
  readonly pid: number;
  readonly port: number;
  /** It listens, though it may still be recovering. */
  readonly isUp: boolean;
}

/** The server's own note: pid, directory, start time, port, socket, address, memory key, state; line by line. */
function readPidFile({ cluster }: Home): PidFile | undefined {
  const path = join(cluster, "postmaster.pid");
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, "utf8").split("\n");
  return { pid: Number(lines[0]), port: Number(lines[3]), isUp: lines[7]?.trim() === "ready" };
}

/**
 * PostgreSQL itself gets over the pid file of a dead server, but takes any process of the same user with that pid for it:
 * a stranger, or the dead server's zombie, which stays for ever in a container whose first process buries nobody. What
 * a dead server may have left running is still noticed, by its shared memory.
 */
function dropMisleadingPidFile(home: Home): void {
  const noted = readPidFile(home);
  if (noted === undefined || !pidIsTaken(noted.pid) || findPostmaster(home.cluster) !== undefined) return;
  rmSync(join(home.cluster, "postmaster.pid"));
}

/** Below the range from which systems take the ports of outgoing connections, so that it is free again after a restart. */
function anyPort(): number {
  return randomInt(20_000, 32_000);
}

type Sizes = ReadonlyMap<string, number>;

async function logSizes({ logs }: Home): Promise<Sizes> {
  const names = existsSync(logs) ? await readdir(logs) : [];
  return new Map(await Promise.all(names.map(async (name) => [name, (await stat(join(logs, name))).size] as const)));
}

/** The log collector writes down what a server said before it ended, a moment after that. */
const lastWordsTimeoutMs = 1000;

/** What the server printed, and what its log collector, which takes over early in the start, wrote since. */
async function lastWords(printed: () => string, home: Home, before: Sizes, clock: Clock): Promise<string> {
  const until = clock.monotonicMs() + lastWordsTimeoutMs;
  for (;;) {
    const words = `${printed()}${await logsSince(home, before)}`;
    if (/FATAL|PANIC/.test(words) || clock.monotonicMs() > until) return words;
    await pause(clock, 10);
  }
}

async function logsSince(home: Home, before: Sizes): Promise<string> {
  const names = [...(await logSizes(home)).keys()];
  const texts = names.map(async (name) => (await readFile(join(home.logs, name))).subarray(before.get(name) ?? 0));
  return Buffer.concat(await Promise.all(texts)).toString("utf8");
}

function failureContext({ dataDir, logs }: Home): { readonly directory: string; readonly logDirectory: string } {
  return { directory: dataDir, logDirectory: logs };
}
