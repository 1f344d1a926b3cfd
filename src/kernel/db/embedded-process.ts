import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

import type { Clock } from "#kernel/lib/clock.ts";
import { pause } from "#kernel/lib/clock.ts";

const hasProcFs = existsSync("/proc/self/stat");

/**
 * When a process started, in whatever unit the system has, or undefined when it does not run. Together with the pid this
 * names a process for good: pids are reused, in containers at once. A zombie does not run, even when nobody buries it.
 */
export function processStamp(pid: number): string | undefined {
  return hasProcFs ? stampFromProc(pid) : stampFromPs(pid);
}

function stampFromProc(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The command name before it is in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  return state === undefined || state === "" || state === "Z" || state === "X" ? undefined : fields[19];
}

function stampFromPs(pid: number): string | undefined {
  const [state, ...started] = ps(["-o", "stat=,lstart=", "-p", String(pid)])
    .trim()
    .split(/\s+/);
  return state === undefined || state === "" || state.startsWith("Z") ? undefined : started.join(" ");
}

/** The postmaster that was started with `-D directory`, whatever its pid file says. */
export function findPostmaster(directory: string): number | undefined {
  const pids = hasProcFs ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : pidsFromPs();
  return pids.map(Number).find((pid) => isPostmasterOf(pid, directory));
}

/**
 * Whether `pid` runs and is the postmaster of `directory`. By its command line, which anybody may read; the working
 * directory in `/proc` would say it too, but is closed to root in a container without `CAP_SYS_PTRACE`.
 */
export function isPostmasterOf(pid: number, directory: string): boolean {
  if (processStamp(pid) === undefined) return false;
  if (!hasProcFs)
    return ps(["-o", "args=", "-p", String(pid)])
      .trim()
      .endsWith(`/postgres -D ${directory}`);
  const [program, flag, argument] = readIfThere(`/proc/${pid}/cmdline`).split("\0");
  return program?.endsWith("/postgres") === true && flag === "-D" && argument === directory;
}

/** Whether there is anything under this pid, were it a zombie. */
export function pidIsTaken(pid: number): boolean {
  return pid > 0 && sendSignal(pid, 0);
}

/** Sends the signal if the process still runs; says whether it did. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH") return false;
    if (signal === 0) return true;
    throw thrown;
  }
}

/** True as soon as the process is gone, false when it still runs after `timeoutMs`. */
export async function waitUntilGone(pid: number, timeoutMs: number, clock: Clock): Promise<boolean> {
  const stamp = processStamp(pid);
  const isThere = (): boolean => stamp !== undefined && processStamp(pid) === stamp;
  const until = clock.monotonicMs() + timeoutMs;
  while (isThere()) {
    if (clock.monotonicMs() > until) return false;
    await pause(clock, 5);
  }
  return true;
}

function pidsFromPs(): readonly string[] {
  return ps(["-axo", "pid="]).split("\n");
}

function ps(args: readonly string[]): string {
  try {
    return execFileSync("ps", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    // `ps` exits with 1 when no process matches.
    return "";
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process ended between the two looks, or never was.
    return "";
  }
}
