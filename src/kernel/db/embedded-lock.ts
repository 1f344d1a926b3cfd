import { randomUUID } from "node:crypto";
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Clock } from "#kernel/lib/clock.ts";
import { pause } from "#kernel/lib/clock.ts";

import { embeddedFailure } from "./embedded-errors.ts";
import { processStamp } from "./embedded-process.ts";

/** Longer than any start: crash recovery of a large database is waited for under the lock. */
const lockTimeoutMs = 330_000;
/** A lock without content belongs to a process that is about to write it, or that died before it could. */
const emptyLockGraceMs = 2000;

/**
 * Runs `work` while no other process (and no other call in this one) does so for the same directory. A lock whose holder
 * has died is taken over. Should two processes ever pass at once, PostgreSQL's own `postmaster.pid` still keeps the
 * second server out; this lock makes the normal case orderly.
 */
export async function withDirectoryLock<T>(directory: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const path = join(directory, "lock");
  const mine = describeProcess(process.pid);
  const until = clock.monotonicMs() + lockTimeoutMs;
  while (!tryLock(path, mine)) {
    if (clock.monotonicMs() > until) {
      throw embeddedFailure(
        `another process has held ${path} for minutes`,
        "Look at that process, or stop it and start again",
      );
    }
    breakStaleLock(path, clock);
    await pause(clock, 10);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryLock(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx", mode: 0o644 });
    return true;
  } catch (thrown) {
    if (hasCode(thrown, "EEXIST")) return false;
    throw thrown;
  }
}

function breakStaleLock(path: string, clock: Clock): void {
  const content = readIfThere(path);
  if (content === undefined || !isStale(path, content, clock)) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    // Somebody else may have broken the lock and taken it since we looked: then give it back.
    if (readFileSync(aside, "utf8") !== content) linkSync(aside, path);
  } catch (thrown) {
    if (!hasCode(thrown, "ENOENT") && !hasCode(thrown, "EEXIST")) throw thrown;
  } finally {
    rmSync(aside, { force: true });
  }
}

function isStale(path: string, content: string, clock: Clock): boolean {
  if (content !== "") return !runs(content);
  const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && clock.now().getTime() - written > emptyLockGraceMs;
}

/** The applications that use a server: one file each, beside the data. Read and changed only under the lock. */
export interface Users {
  /** Adds an application that lives as long as this process, until `leave`. */
  readonly join: () => string;
  readonly leave: (id: string) => void;
  /** How many live applications use the server, apart from `id`; forgets those that died. */
  readonly othersThan: (id: string) => number;
}

export function usersOf(directory: string): Users {
  const prefix = "user-";
  return {
    join: () => {
      const id = `${prefix}${process.pid}-${randomUUID()}`;
      writeFileSync(join(directory, id), describeProcess(process.pid), { mode: 0o644 });
      return id;
    },
    leave: (id) => {
      rmSync(join(directory, id), { force: true });
    },
    othersThan: (id) => {
      const others = readdirSync(directory).filter((name) => name.startsWith(prefix) && name !== id);
      const [alive, dead] = [[] as string[], [] as string[]];
      for (const name of others) (runs(readIfThere(join(directory, name)) ?? "") ? alive : dead).push(name);
      for (const name of dead) rmSync(join(directory, name), { force: true });
      return alive.length;
    },
  };
}

function describeProcess(pid: number): string {
  return `${pid} ${processStamp(pid) ?? "?"}\n`;
}

function runs(description: string): boolean {
  const [pid, ...stamp] = description.trim().split(" ");
  return processStamp(Number(pid)) === stamp.join(" ");
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return undefined;
    throw thrown;
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
