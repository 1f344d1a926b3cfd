import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { sql } from "kysely";

import { openDatabase } from "#kernel/db/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { emptyDatabase } from "#test/support/database.ts";
import { openPerson } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import { startSandbox } from "../../src/sandbox/server.ts";

/** Two real processes on one database and one bot; the sandbox keeps the limits and the journal. */
const apiKey = "replica-key-0123456789abcdef";
const dataDir = await mkdtemp(join(tmpdir(), "telecast-replicas-"));
cleanUp(async () => {
  await rm(dataDir, { recursive: true, force: true });
});
const url = await emptyDatabase({ template: true });
const sandbox = await startSandbox({ clock: systemClock, ids: systemIds, host: "127.0.0.1", port: 0 });
cleanUp(sandbox.close);
const { db, close } = openDatabase({ url, log: silentLogger() });
cleanUp(close);

interface Replica {
  readonly process: ChildProcess;
  readonly url: string;
}

async function startReplica(): Promise<Replica> {
  const child = spawn(process.execPath, ["src/main.ts"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env["PATH"],
      PORT: "0",
      DATA_DIR: dataDir,
      DATABASE_URL: url,
      TELEGRAM_BOT_TOKEN: sandbox.botToken,
      TELEGRAM_API_ROOT: sandbox.url,
      TELECAST_API_KEY: apiKey,
      LOG_LEVEL: "warn",
    },
  });
  cleanUp(() => child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  const address = await until("a replica to be ready", () => /API\s+(http:\S+)\/docs/.exec(output)?.[1], 60_000);
  return { process: child, url: address };
}

async function notify(to: Replica, title: string): Promise<void> {
  const response = await fetch(`${to.url}/api/notifications`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ type: "announcement", title, message: "to everybody", audience: "everyone" }),
  });
  assert.equal(response.status, 202);
}

/** How often each of the sandbox's people got a message with this title. */
function arrivals(title: string): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { chatId, text = "" } of sandbox.journal.sends) {
    if (text.includes(title)) counts.set(chatId, (counts.get(chatId) ?? 0) + 1);
  }
  return counts;
}

async function holder(lease: string): Promise<string | undefined> {
  const { rows } = await sql<{ owner: string }>`
    select owner from kernel.lease
    where (name = ${lease} or name like ${`${lease}:%`}) and expires_at > now()`.execute(db);
  return rows[0]?.owner;
}

/** Nothing is on the wire or unrecorded: what a kill interrupts now is nothing ambiguous. */
async function settled(): Promise<void> {
  await until("everything to be recorded", async () => {
    const { rows } = await sql<{ count: number }>`
      select (select count(*) from delivery.outbox) + (select count(*) from delivery.flight) as count`.execute(db);
    return rows[0]?.count === 0;
  });
}

const first = await startReplica();
const sender = await until("the first to hold both leases", async () => {
  const [sends, polls] = [await holder("delivery.send"), await holder("telegram.poll")];
  return sends !== undefined && sends === polls ? sends : undefined;
});
const second = await startReplica();
const alex = await openPerson(sandbox.url, 700_000_003);
const mina = await openPerson(sandbox.url, 700_000_002);
await alex.start();
await mina.start();
await alex.sees("Alex");
await mina.sees("Mina");

test("what one replica is told, the other one sends, once", async () => {
  await notify(second, "from the second");
  await until("both to have got it", () => arrivals("from the second").size === 2);
  assert.deepEqual([...arrivals("from the second").values()], [1, 1]);
  assert.equal(await holder("delivery.send"), sender);
});

test("a holder that is paused and wakes up sends nothing twice, and the other goes on meanwhile", async () => {
  await settled();
  first.process.kill("SIGSTOP");
  await notify(second, "while one sleeps");
  await until("the other to send it", () => arrivals("while one sleeps").size === 2, 15_000);
  assert.notEqual(await holder("delivery.send"), sender);
  const asked = await alex.say("/help");
  await alex.sees("What I can do", { since: asked });
  first.process.kill("SIGCONT");
  await notify(first, "after it woke");
  await until("it to arrive", () => arrivals("after it woke").size === 2);
  for (const title of ["while one sleeps", "after it woke"]) assert.deepEqual([...arrivals(title).values()], [1, 1]);
});

test("a holder that is killed is replaced within ten seconds", async () => {
  // The second holds both leases now; the first is awake again.
  await settled();
  second.process.kill("SIGKILL");
  const killedAtMs = performance.now();
  await notify(first, "after the kill");
  await until("the first to send it", () => arrivals("after the kill").size === 2, 15_000);
  const asked = await mina.say("/help");
  await mina.waits("an answer", ({ message_id }) => message_id > asked.message_id);
  const tookMs = Math.round(performance.now() - killedAtMs);
  assert.ok(tookMs < 10_000, `it took ${tookMs} ms`);
});

test("nothing was doubled, no limit was broken, every call was valid", async () => {
  const { rows } = await sql<{ count: number }>`
    select count(*) from delivery.history where state not in ('sent') or perhaps_repeat`.execute(db);
  assert.equal(rows[0]?.count, 0);
  assert.deepEqual([...sandbox.journal.refusedByRate], []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
