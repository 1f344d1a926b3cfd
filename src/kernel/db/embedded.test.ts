import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Pool } from "pg";

import { answers, clusterOf, freshDataDir, query, start, startApp, prepareDataDir } from "#test/support/embedded.ts";
import { until } from "#test/support/until.ts";

import { findPostmaster, processStamp } from "./embedded-process.ts";

const usedDataDir = await prepareDataDir();

test("a first start makes a durable UTF-8 database that knows Korean, and a later one finds the data", async (t) => {
  const dataDir = await freshDataDir();
  const began = performance.now();
  const first = await start(dataDir, { settings: {} });
  t.diagnostic(`first start: ${Math.round(performance.now() - began)} ms`);
  assert.deepEqual(
    await query(
      first.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits,
              current_setting('full_page_writes') as pages, current_setting('server_encoding') as encoding,
              current_setting('TimeZone') as zone, lower('ÀÉÎ ЖЩ') as lowered,
              (select string_agg(word, '' order by word) from unnest(array['하','가','나','각']) as word) as sorted`,
    ),
    {
      fsync: "on",
      commits: "on",
      pages: "on",
      encoding: "UTF8",
      zone: "UTC",
      lowered: "àéî жщ",
      sorted: "가각나하",
    },
  );
  await query(first.url, "create table kept as select '한국어 😀' as word");
  await first.stop();
  assert.equal(processStamp(first.pid), undefined);

  const again = performance.now();
  const second = await start(dataDir, { settings: {} });
  t.diagnostic(`later start: ${Math.round(performance.now() - again)} ms`);
  assert.equal(second.url, first.url);
  assert.equal(second.reused, false);
  assert.deepEqual(await query(second.url, "select word from kept"), { word: "한국어 😀" });
  await second.stop();
});

test("only this machine and only the password's owner get in, and not as a superuser", async () => {
  const dataDir = await usedDataDir();
  const { url, stop } = await start(dataDir);
  assert.deepEqual(await query(url, "select rolsuper from pg_roles where rolname = current_user"), { rolsuper: false });
  assert.equal((await stat(join(dataDir, "password"))).mode & 0o777, 0o600);

  const wrong = new URL(url);
  wrong.password = "guess";
  await assert.rejects(query(wrong.href, "select 1"), { code: "28P01" });
  const elsewhere = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).filter(({ family, internal }) => family === "IPv4" && !internal),
  );
  for (const { address } of elsewhere) {
    const outside = new URL(url);
    outside.hostname = address;
    await assert.rejects(query(outside.href, "select 1"), { code: "ECONNREFUSED" });
  }
  await stop();
});

test("nothing that a client sends reaches the server's log", async () => {
  const dataDir = await usedDataDir();
  const { url, stop } = await start(dataDir);
  await assert.rejects(query(url, "select 'a secret prompt'::int"));
  await assert.rejects(query(url, "syntax error with a secret prompt"));
  await stop();
  const logs = join(dataDir, "server", "log");
  const texts = await Promise.all((await readdir(logs)).map(async (name) => await readFile(join(logs, name), "utf8")));
  assert.match(texts.join(""), /ready to accept connections/);
  assert.doesNotMatch(texts.join(""), /secret prompt/);
});

test("it stops while a pool is open, and leaves no process", async () => {
  const server = await start(await usedDataDir());
  const pool = new Pool({ connectionString: server.url });
  const lost: unknown[] = [];
  pool.on("error", (error) => lost.push(error));
  await Promise.all([1, 2, 3].map(async () => await pool.query("select pg_sleep(0.01)")));
  await Promise.all([server.stop(), server.stop()]);
  assert.equal(processStamp(server.pid), undefined);
  assert.equal(await answers(server.url), false);
  await until("every idle connection has broken", () => lost.length === 3);
  await pool.end();
});

test("after kill -9 of the application its server is used again, and stopped with the second one", async () => {
  const dataDir = await usedDataDir();
  const app = await startApp({ options: { dataDir } });
  await query(app.report.url, "create table kept as select 1 as n");
  await app.kill("SIGKILL");

  const next = await start(dataDir);
  assert.deepEqual([next.reused, next.pid, next.url], [true, app.report.pid, app.report.url]);
  assert.deepEqual(await query(next.url, "select n from kept"), { n: 1 });
  await next.stop();
  assert.equal(processStamp(app.report.pid), undefined);
});

test("after kill -9 of application and server a start recovers what was committed", async () => {
  const dataDir = await usedDataDir();
  const app = await startApp({ options: { dataDir } });
  await query(app.report.url, "create table kept as select generate_series(1, 50000) as n");
  await app.kill("SIGKILL");
  process.kill(app.report.pid, "SIGKILL");

  const next = await start(dataDir);
  assert.equal(next.reused, false);
  assert.notEqual(next.pid, app.report.pid);
  assert.deepEqual(await query(next.url, "select count(*)::int as n from kept"), { n: 50_000 });
  await next.stop();
});

test("a server that was killed under a running application comes back by itself at the same address", async () => {
  const server = await start(await usedDataDir());
  const { url, pid } = server;
  await query(url, "create table kept as select 1 as n");
  process.kill(pid, "SIGKILL");
  await until("the server is back", async () => server.pid !== pid && (await answers(url)));
  assert.equal(server.url, url);
  assert.deepEqual(await query(url, "select n from kept"), { n: 1 });
  await server.stop();
  assert.equal(processStamp(server.pid), undefined);
});

test("a server that hangs is replaced", async () => {
  const dataDir = await usedDataDir();
  const app = await startApp({ options: { dataDir } });
  await app.kill("SIGKILL");
  process.kill(app.report.pid, "SIGSTOP");

  const next = await start(dataDir);
  assert.equal(next.reused, false);
  assert.equal(processStamp(app.report.pid), undefined);
  assert.deepEqual(await query(next.url, "select 1 as n"), { n: 1 });
  await next.stop();
});

test("two applications that start at once share one server, which goes with the last of them", async () => {
  const dataDir = await freshDataDir();
  const [a, b] = await Promise.all([startApp({ options: { dataDir } }), startApp({ options: { dataDir } })]);
  assert.equal(a.report.pid, b.report.pid);
  assert.notEqual(a.report.reused, b.report.reused);

  const [starter, guest] = a.report.reused ? [b, a] : [a, b];
  await starter.kill("SIGTERM");
  assert.deepEqual(await query(guest.report.url, "select 1 as n"), { n: 1 });
  await guest.kill("SIGTERM");
  assert.equal(processStamp(a.report.pid), undefined);
  assert.deepEqual((await readdir(dataDir)).sort(), ["password", "server"]);
});

test("an application that died does not keep the server alive", async () => {
  const dataDir = await usedDataDir();
  const survivor = await startApp({ options: { dataDir } });
  const victim = await startApp({ options: { dataDir } });
  await victim.kill("SIGKILL");
  await survivor.kill("SIGTERM");
  assert.equal(processStamp(survivor.report.pid), undefined);
});

test("two starts in one process share a server too", async () => {
  const dataDir = await usedDataDir();
  const [one, two] = await Promise.all([start(dataDir), start(dataDir)]);
  assert.equal(one.pid, two.pid);
  await one.stop();
  assert.equal(await answers(two.url), true);
  await two.stop();
  assert.equal(findPostmaster(clusterOf(dataDir)), undefined);
});

test("Ctrl-C reaches the application alone", async () => {
  const dataDir = await usedDataDir();
  const { child, report, kill } = await startApp({ options: { dataDir } });
  assert.ok(child.pid !== undefined);
  // What a terminal does: the signal goes to the whole group. This application does not end on it.
  process.kill(-child.pid, "SIGINT");
  assert.deepEqual(await query(report.url, "select 1 as n"), { n: 1 });
  await kill("SIGTERM");
  assert.equal(processStamp(report.pid), undefined);
});

test("a temporary one leaves nothing behind, whether its application stops it or is killed", async () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const dataDir = await usedDataDir();
    const { report, kill } = await startApp({ options: { dataDir, temporary: true } });
    await kill(signal);
    await until("the server is gone", () => processStamp(report.pid) === undefined);
    await until("the data is gone", () => !existsSync(dataDir));
  }
});
