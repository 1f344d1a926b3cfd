import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { sql } from "kysely";

import { createAccounts } from "#kernel/accounts/index.ts";
import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { loadTexts } from "#kernel/lib/texts.ts";
import { type HealthReport, type HealthResult, silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { makeRig } from "../delivery/testing/rig.ts";
import { createAlarms, selfTest } from "./index.ts";
import { alarmSettings } from "./settings.ts";

const admin = 42;
const monitor = -100;
const database = await testDatabase();
const { db } = database;
// Writes, never sends.
const writer = await makeRig({ database, server: { root: "http://127.0.0.1:9" } });
cleanUp(writer.stop);
const base = { ids: systemIds, cipher: createCipher(Buffer.alloc(32)) };
const accounts = createAccounts({
  ...base,
  clock: systemClock,
  adminChatIds: [admin],
  monitoringChatIds: [monitor],
  environmentKey: undefined,
});
await inTransaction(db, async (tx) => await accounts.noteUser(tx, { id: admin, firstName: "A", languageTag: "ko" }));

let chosen: Readonly<Record<string, unknown>> = {};
const common = {
  db,
  log: silentLogger(),
  accounts,
  delivery: writer.engine,
  texts: loadTexts([new URL("./texts/", import.meta.url), new URL("../delivery/texts/", import.meta.url)]),
  settings: { read: async () => await Promise.resolve(alarmSettings.schema.parse(chosen)) } as never,
};

const well: HealthResult = { ok: true, detail: "well" };
const bad = (detail: string): HealthResult => ({ ok: false, detail });
let checks: Record<string, HealthResult> = {};
let away = false;
const started: (() => Promise<void>)[] = [];

/** One of several replicas; all see the same health unless they are given their own. */
function replica(own?: () => Record<string, HealthResult>): void {
  const alarms = createAlarms({
    ...common,
    clock: systemClock,
    health: {
      report: async () => await Promise.resolve({ ok: true, checks: (own ?? (() => checks))() } satisfies HealthReport),
    },
    isTelegramAway: () => away,
    times: { everyMs: 20, patienceMs: 120, unseenMs: 400 },
  });
  alarms.start();
  started.push(alarms.stop);
}

beforeEach(async () => {
  checks = { database: well, sending: well, updates: well };
  away = false;
  chosen = {};
  await sql`truncate delivery.outbox, delivery.dedupe, alarms.incident, telegram.update`.execute(db);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map(async (stop) => await stop()));
});

async function messages(chatId: number): Promise<readonly string[]> {
  const { rows } = await sql<{ html: string }>`
    select content.body::text as html from delivery.outbox join delivery.content on content.id = content_id
    where chat_id = ${chatId} order by outbox.id`.execute(db);
  return rows.map(({ html }) => html);
}

test("of several replicas that see the same trouble one tells it, and one tells its end", async () => {
  for (let n = 0; n < 3; n += 1) replica();
  checks["sending"] = bad("stands still for 31 s");
  await until("the alarm", async () => (await messages(monitor)).length > 0);
  checks["sending"] = well;
  await until("the recovery", async () => (await messages(monitor)).length > 1);
  // A while in which anybody could have told it again.
  await until("all is closed", async () => {
    const { rows } = await sql`select from alarms.incident where closed_at is null`.execute(db);
    return rows.length === 0;
  });
  const [opened = "", over = "", ...more] = await messages(monitor);
  assert.match(opened, /🚨.*Nothing is being sent.*stands still for 31 s/s);
  assert.match(over, /✅.*Nothing is being sent.*It lasted \d+ second/s);
  assert.deepEqual(more, []);
  const own = await messages(admin);
  assert.equal(own.length, 2);
  assert.match(own.join(" "), /메시지가 발송되지 않고 있습니다.*\d+초/s);
  const { rows } = await sql<{ lane: number; pass: string }>`
    select lane, quiet_mode as pass from delivery.outbox join delivery.content on content.id = content_id
    where chat_id = ${monitor} order by outbox.id`.execute(db);
  assert.deepEqual(rows[0], { lane: 2, pass: "pass" });
});

test("what is over at the next look is not told, however often it comes", async () => {
  let looks = 0;
  replica(() => {
    looks += 1;
    return { database: well, sending: looks % 2 === 0 ? well : bad("a hiccup") };
  });
  await until("many looks", () => looks > 40);
  assert.deepEqual(await messages(monitor), []);
});

test("that Telegram is away is told when it is back, once, with how long it lasted", async () => {
  replica();
  replica();
  away = true;
  checks = { ...checks, sending: bad("Telegram does not answer"), updates: bad("Telegram cannot be reached") };
  await until("the incident", async () => {
    const { rows } = await sql`select from alarms.incident where kind = 'telegram'`.execute(db);
    return rows.length === 1;
  });
  assert.deepEqual(await messages(monitor), []);
  away = false;
  checks = { ...checks, sending: well, updates: well };
  await until("it is told", async () => (await messages(monitor)).length > 0);
  assert.match((await messages(monitor)).join("|"), /^[^|]*✅.*Telegram could not be reached.*It lasted[^|]*$/s);
});

test("a database that was away is told by one of those who saw it, when it is back", async () => {
  let isThere = true;
  for (let n = 0; n < 3; n += 1) replica(() => ({ database: isThere ? well : bad("failed: Error") }));
  await until("all look", async () => started.length === 3);
  isThere = false;
  const beganMs = performance.now();
  await until("a while", () => performance.now() - beganMs > 300);
  isThere = true;
  await until("it is told", async () => (await messages(monitor)).length > 0);
  const toldMs = performance.now();
  await until("the others have seen it too", () => performance.now() - toldMs > 200);
  assert.equal((await messages(monitor)).length, 1);
  assert.match((await messages(monitor))[0] ?? "", /The database did not answer/);
});

async function putAside(count: number): Promise<void> {
  await sql`
    insert into telegram.update (bot_id, update_id, chat_id, kind, state, error, body, finished_at)
    select 1, n, 4242, 'message', 'failed', 'x', 'x', now() from generate_series(1, ${count}::int) as n`.execute(db);
}

test("updates that were put aside are told once, many failures besides", async () => {
  replica();
  await putAside(1);
  await until("it is told", async () => (await messages(monitor)).length > 0);
  assert.match((await messages(monitor))[0] ?? "", /Updates were put aside.*One update could not be handled/s);
  await sql`delete from telegram.update`.execute(db);
  await until("it is over", async () => (await messages(monitor)).length > 1);
  await putAside(25);
  await until("both are told", async () => (await messages(monitor)).length > 3);
  assert.match((await messages(monitor)).slice(2).join(" "), /25 of 25 updates and 0 of 0 deliveries failed/);
});

test("who does not want to be told is not", async () => {
  chosen = { enabled: false, weeklySelfTest: false };
  replica();
  checks["sending"] = bad("stands still");
  await putAside(50);
  const beganMs = performance.now();
  await until("a while", () => performance.now() - beganMs > 400);
  const { job } = selfTest({ ...common, clock: systemClock });
  await job.run({}, {} as never);
  assert.deepEqual(await messages(monitor), []);
});

test("the weekly self-test comes once however often its job runs, and names what is open", async () => {
  const clock = manualClock(new Date("2026-11-23T09:00:00Z"));
  const { job, cron } = selfTest({ ...common, clock });
  assert.equal(cron, "0 9 * * 1");
  await job.run({}, {} as never);
  await job.run({}, {} as never);
  assert.equal((await messages(monitor)).length, 1);
  assert.match((await messages(monitor))[0] ?? "", /Weekly self-test/);
  await sql`insert into alarms.incident (kind, detail, began_at) values ('inbox', 'x', now())`.execute(db);
  await clock.advance(7 * 86_400_000);
  await job.run({}, {} as never);
  assert.match((await messages(monitor))[1] ?? "", /One problem is open:.*Updates are not being handled/s);
  assert.match((await messages(admin))[1] ?? "", /해결되지 않은 문제 1건/);
});
