import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { systemClock } from "#kernel/lib/clock.ts";
import { cleanUp } from "#test/support/clean-up.ts";

import { usersOf, withDirectoryLock } from "./embedded-lock.ts";

async function freshDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "telecast-lock-"));
  cleanUp(async () => {
    await rm(directory, { recursive: true });
  });
  return directory;
}

/** Runs 20 tasks that each need the lock, and says how many were ever inside at once. */
async function crowd(directory: string): Promise<number> {
  let inside = 0;
  let most = 0;
  const task = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise(setImmediate);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, async () => await withDirectoryLock(directory, systemClock, task)));
  return most;
}

test("one at a time, and the lock is gone afterwards", async () => {
  const directory = await freshDirectory();
  assert.equal(await crowd(directory), 1);
  assert.equal(existsSync(join(directory, "lock")), false);
});

test("the lock of a process that died, or whose pid somebody else has now, is taken over by one", async () => {
  for (const holder of ["999999999 123\n", `${process.pid} 1\n`]) {
    const directory = await freshDirectory();
    await writeFile(join(directory, "lock"), holder);
    assert.equal(await crowd(directory), 1);
  }
});

test("a lock whose holder died before it wrote its name is taken over after a moment", async () => {
  const directory = await freshDirectory();
  await writeFile(join(directory, "lock"), "");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(join(directory, "lock"), longAgo, longAgo);
  assert.equal(await crowd(directory), 1);
});

test("work that fails gives the lock back", async () => {
  const directory = await freshDirectory();
  const failing = withDirectoryLock(directory, systemClock, async () => await Promise.reject(new Error("no")));
  await assert.rejects(failing, /no/);
  assert.equal(await crowd(directory), 1);
});

test("only applications that live are counted as users", async () => {
  const directory = await freshDirectory();
  const users = usersOf(directory);
  const [one, two] = [users.join(), users.join()];
  await writeFile(join(directory, "user-999999999-x"), "999999999 123\n");
  assert.equal(users.othersThan(one), 1);
  assert.equal(existsSync(join(directory, "user-999999999-x")), false, "the dead one is forgotten");
  users.leave(two);
  assert.equal(users.othersThan(one), 0);
});
