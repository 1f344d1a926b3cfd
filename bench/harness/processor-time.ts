import { readdir, readFile } from "node:fs/promises";

/** Linux counts in hundredths of a second, on every machine there is. */
const tickMs = 10;

interface Stat {
  readonly parent: number;
  readonly ownTicks: number;
  /** Of its children that have ended. */
  readonly endedTicks: number;
}

/**
 * Processor time of a PostgreSQL server so far, in milliseconds: its processes, and those that have ended.
 * Undefined where there is no `/proc`.
 */
export async function serverProcessorMs(postmaster: number): Promise<number | undefined> {
  const root = await readStat(postmaster);
  if (root === undefined) return undefined;
  let ticks = root.ownTicks + root.endedTicks;
  for (const name of await readdir("/proc")) {
    const stat = /^\d+$/.test(name) ? await readStat(Number(name)) : undefined;
    if (stat?.parent === postmaster) ticks += stat.ownTicks;
  }
  return ticks * tickMs;
}

/** Memory a process holds, in MB. Undefined where there is no `/proc`. */
export async function residentMb(pid: number): Promise<number | undefined> {
  const status = await readOrNothing(`/proc/${pid}/status`);
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

async function readStat(pid: number): Promise<Stat | undefined> {
  const line = await readOrNothing(`/proc/${pid}/stat`);
  // The name, in brackets, may contain anything.
  const fields = line
    .slice(line.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((index) => fields[index]);
  if (parent === undefined || user === undefined || system === undefined) return undefined;
  return { parent, ownTicks: user + system, endedTicks: (endedUser ?? 0) + (endedSystem ?? 0) };
}

async function readOrNothing(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    // The process has ended, or the system has no /proc.
    return "";
  }
}
