import { readFileSync, readlinkSync } from "node:fs";

import type { Ids } from "../lib/ids.ts";
import { pidIsTaken, processStamp } from "./embedded-process.ts";

/**
 * A name for a process of this program, different after each start, from which others on the same machine can tell
 * whether it still runs. Where the system does not tell machines apart it is only a name.
 */
export function nameProcess(ids: Pick<Ids, "next">, pid: number = process.pid): string {
  const machine = machineName();
  const stamp = processStamp(pid);
  return machine === undefined || stamp === undefined ? ids.next() : `${ids.next()} ${machine} ${pid} ${stamp}`;
}

/**
 * Whether the process with this name has surely ended: false for one that cannot be seen from here, that runs, or that
 * only its parent could bury.
 */
export function hasEnded(name: string): boolean {
  const [, machine, pid, stamp] = name.split(" ");
  if (machine === undefined || pid === undefined || machine !== machineName()) return false;
  if (!pidIsTaken(Number(pid))) return true;
  // Another process may have the number by now. One that cannot be looked at may be the one.
  const found = processStamp(Number(pid));
  return found !== undefined && found !== stamp;
}

/** The kernel as it was booted, and the namespace in which a process id means something; both, or undefined. */
function machineName(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    // Not Linux, or a /proc that shows less.
    return undefined;
  }
}
