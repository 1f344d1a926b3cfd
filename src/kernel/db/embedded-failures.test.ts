import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { AppError } from "#kernel/lib/errors.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import {
  clusterOf,
  failingApp,
  freshDataDir,
  query,
  spawnApp,
  start,
  startApp,
  prepareDataDir,
} from "#test/support/embedded.ts";
import { until } from "#test/support/until.ts";

import { processStamp } from "./embedded-process.ts";

const usedDataDir = await prepareDataDir();

/** One line, with the code that programs branch on. */
function refusal(pattern: RegExp): (thrown: unknown) => true {
  return (thrown) => {
    assert.ok(thrown instanceof AppError, String(thrown));
    assert.equal(thrown.code, "db.embedded_failed");
    assert.match(thrown.message, pattern);
    assert.doesNotMatch(thrown.message, /\n/);
    return true;
  };
}

test("data of another major version is refused with the way out, and not touched", async () => {
  const dataDir = await usedDataDir();
  const versionFile = join(clusterOf(dataDir), "PG_VERSION");
  const version = await readFile(versionFile, "utf8");
  await writeFile(versionFile, "15\n");
  await assert.rejects(start(dataDir), refusal(/written by PostgreSQL 15.*brings 18.*backup/));
  assert.equal(existsSync(join(dataDir, "lock")), false);
  await writeFile(versionFile, version);
  await (await start(dataDir)).stop();
});

test("a directory that cannot be made is refused with its path", async () => {
  const dataDir = await freshDataDir();
  await writeFile(dataDir, "a file, not a directory");
  await assert.rejects(start(join(dataDir, "db")), refusal(/cannot be used.*DATA_DIR/));
});

test("no room left is said in so many words, and the next start begins afresh", async () => {
  const dataDir = await freshDataDir();
  // No file may grow beyond 64 kB, which meets the server where a full disk would.
  const { code, message } = await failingApp({ options: { dataDir }, limits: "ulimit -f 128" });
  assert.equal(code, "db.embedded_failed");
  assert.match(message, /no room left to write.*Free some space/);
  const server = await start(dataDir);
  assert.deepEqual(await query(server.url, "select 1 as n"), { n: 1 });
  await server.stop();
});

test("a missing password is not replaced by one that the data does not know", async () => {
  const dataDir = await usedDataDir();
  await rm(join(dataDir, "password"));
  await assert.rejects(start(dataDir), refusal(/password is missing.*Restore that file/));
});

test("a server that refuses our password is left running for whoever uses it", async () => {
  const dataDir = await usedDataDir();
  const { report } = await startApp({ options: { dataDir } });
  await writeFile(join(dataDir, "password"), "another\n");
  await assert.rejects(start(dataDir), refusal(/refuses our password.*Restore the file/));
  assert.notEqual(processStamp(report.pid), undefined);
  assert.deepEqual(await query(report.url, "select 1 as n"), { n: 1 });
});

test("a hanging server is not taken from an application that uses it", async () => {
  const dataDir = await usedDataDir();
  const { report, kill } = await startApp({ options: { dataDir } });
  process.kill(report.pid, "SIGSTOP");
  await assert.rejects(start(dataDir), refusal(/does not answer.*End the application that uses it/));
  process.kill(report.pid, "SIGCONT");
  await kill("SIGTERM");
});

test("a stale pid file that names a stranger of the same user is no obstacle", async () => {
  const dataDir = await usedDataDir();
  const { uid, gid } = await stat(clusterOf(dataDir));
  const stranger = spawn("sleep", ["60"], process.getuid?.() === 0 ? { uid, gid } : {});
  cleanUp(() => stranger.kill());
  await once(stranger, "spawn");
  const lines = [stranger.pid, clusterOf(dataDir), 1_700_000_000, 5432, "", "127.0.0.1", "", "ready   ", ""];
  await writeFile(join(clusterOf(dataDir), "postmaster.pid"), lines.join("\n"));

  const server = await start(dataDir);
  assert.equal(server.reused, false);
  await server.stop();
  assert.equal(stranger.exitCode, null);
});

test("a first start that was killed halfway is begun again", async () => {
  const dataDir = await freshDataDir();
  const { child } = spawnApp({ options: { dataDir } });
  const unfinished = `${clusterOf(dataDir)}.new`;
  await until("initdb is at work", () => existsSync(join(unfinished, "global")));
  assert.ok(child.pid !== undefined);
  process.kill(-child.pid, "SIGKILL");
  await once(child, "exit");
  assert.deepEqual([existsSync(unfinished), existsSync(clusterOf(dataDir))], [true, false]);

  const server = await start(dataDir);
  assert.deepEqual(await query(server.url, "select 1 as n"), { n: 1 });
  await server.stop();
  assert.equal(existsSync(unfinished), false);
});

test("when its port is taken the server moves to another one", async () => {
  const dataDir = await usedDataDir();
  const first = await start(dataDir);
  await first.stop();
  const squatter = createServer().listen(Number(new URL(first.url).port), "127.0.0.1");
  cleanUp(() => squatter.close());
  await once(squatter, "listening");
  const second = await start(dataDir);
  assert.notEqual(second.url, first.url);
  assert.deepEqual(await query(second.url, "select 1 as n"), { n: 1 });
  await second.stop();
});

test("a setting that PostgreSQL does not know is named", async () => {
  const settings = { shared_bufers: "1MB" };
  await assert.rejects(start(await usedDataDir(), { settings }), refusal(/shared_bufers.*log is in/));
});
