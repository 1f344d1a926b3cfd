import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import { systemClock } from "#kernel/lib/clock.ts";
import { runApp } from "#test/support/app.ts";
import { buttonsOf, openPerson, visibleText } from "#test/support/person.ts";
import { geminiKey, googleServer } from "#test/support/providers/google-server.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

/** Better words for a prompt: asked for, shown, taken or refused, and gone without a trace. */
const server = await googleServer({ clock: systemClock });
const { sandbox, database, dataDir } = await runApp({
  GEMINI_API_KEY: geminiKey,
  GOOGLE_API_ROOT: server.url,
  DELIVERY_GLOBAL_PER_SECOND: "0",
  DELIVERY_CHAT_PER_SECOND: "0",
});
sandbox.limits.change(undefined);
const { db } = database;
const admin = await openPerson(sandbox.url, sandboxAdminId);
const alex = await openPerson(sandbox.url, 700_000_003);

const own = "a boat Okapi4471";
const better = "A paper boat drifts at dawn Quokka9182";

afterEach(() => {
  server.words = { text: better };
});

async function change(key: string, value: object): Promise<void> {
  await sql`
    insert into setting.section (key, value) values (${key}, ${JSON.stringify(value)})
    on conflict (key) do update set value = excluded.value`.execute(db);
  await sql`notify telecast_settings`.execute(db);
}

interface Made {
  readonly prompt_tokens: number;
  readonly output_tokens: number;
  readonly state: string;
}

async function lastJob(): Promise<Made | undefined> {
  const { rows } = await sql<Made>`
    select prompt_tokens, output_tokens, state from studio.job order by ordered_at desc limit 1`.execute(db);
  return rows[0];
}

async function toSummary(words = own): Promise<void> {
  await alex.say("/generate");
  await alex.sees("Which model shall make it?");
  await alex.press("Demo: text to video");
  await alex.sees("what do you want to see?");
  const said = await alex.say(words);
  await alex.sees("Ready to go?", { since: said });
}

/** Where one of the words stands in the database, below the program's directory, or in neither. */
async function found(...marks: readonly string[]): Promise<readonly string[]> {
  const has = (text: string): boolean => marks.some((mark) => text.includes(mark));
  const places: string[] = [];
  const tables = await sql<{ schema: string; name: string }>`
    select schemaname as schema, tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(db);
  for (const { schema, name } of tables.rows) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.id(schema, name)} as t`.execute(db);
    if (rows.some(({ row }) => has(row))) places.push(`${schema}.${name}`);
  }
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && has((await readFile(path)).toString("latin1"))) places.push(path);
  }
  return places;
}

test("admission; without the operator's yes nobody is offered better words", async () => {
  for (const person of [admin, alex]) {
    await person.start();
    await person.sees("/help");
  }
  await admin.say(`/credit ${alex.id} +20 for the tests`);
  await until("the credits", async () => {
    const { rows } = await sql`select from ledger.account where kind = 'user' and posted = 20000`.execute(db);
    return rows.length > 0;
  });
  await toSummary();
  const summary = await alex.sees("Ready to go?");
  assert.ok(!buttonsOf(summary).some(({ text }) => text.includes("Improve")));
  await alex.press("Stop");
  await alex.sees("Stopped. Nothing was charged.");
  await change("studio.improvement", { enabled: true });
});

test("improved words are shown, taken, counted, made into a video, and leave no trace", async () => {
  await toSummary();
  await until("the offer", async () => {
    const offered = buttonsOf(await alex.sees("Ready to go?")).some(({ text }) => text.includes("Improve my words"));
    if (!offered) await toSummary();
    return offered;
  });
  await alex.press("Improve my words");
  const shown = await alex.sees("A paper boat drifts at dawn");
  assert.match(visibleText(shown), /Ready to go\?.*Improved words:/s);
  await alex.press("Go with these words");
  await alex.sees("On its way.");
  await until("the video", async () => (await lastJob())?.state === "delivered", 60_000);
  const job = await lastJob();
  assert.deepEqual([job?.prompt_tokens, job?.output_tokens], [4, 30], "of his own words, and of the better ones");
  const { rows } = await sql<{ cost: number }>`select cost_usd_micros as cost from studio.improvement`.execute(db);
  assert.deepEqual(rows, [{ cost: 81 }], "20 tokens at $0.3 and 30 at $2.5 a million");
  await until("no trace", async () => (await found("Okapi4471", "Quokka9182")).length === 0);
});

test("improved words can be refused: his own are made", async () => {
  await toSummary();
  await alex.press("Improve my words");
  await alex.sees("A paper boat drifts at dawn");
  await alex.press("Go with my own");
  await alex.sees("On its way.");
  await until("the video", async () => (await lastJob())?.state === "delivered", 60_000);
  assert.equal((await lastJob())?.output_tokens, 0);
  await until("no trace", async () => (await found("Okapi4471", "Quokka9182")).length === 0);
});

test("a service that fails, refuses or says something forbidden stands in nobody's way", async () => {
  await change("studio.limits", { blockedWords: ["quokka9182"] });
  for (const said of [{ code: 503 }, { blockReason: "SAFETY" }, { text: better }] as const) {
    server.words = said;
    await toSummary();
    await alex.press("Improve my words");
    await alex.sees("could not be improved just now");
    assert.deepEqual(await found("Quokka9182"), []);
    await alex.press("Stop");
    await alex.sees("Stopped. Nothing was charged.");
  }
  await change("studio.limits", {});
});

test("while they take their time, Go takes his own; what comes too late is not shown and not kept", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.words = { until: promise, text: better };
  await toSummary();
  await alex.press("Improve my words");
  await alex.sees("Go takes your own");
  await alex.press("Go");
  await alex.sees("On its way.");
  resolve(undefined);
  await until("the late answer", async () => {
    const { rows } = await sql`select from studio.improvement where state = 'over' and output_tokens = 30`.execute(db);
    return rows.length >= 3;
  });
  await until("the video", async () => (await lastJob())?.state === "delivered", 60_000);
  await until("no trace", async () => (await found("Okapi4471", "Quokka9182")).length === 0);
  assert.ok(!alex.messages().some((message) => visibleText(message).includes("Quokka")));
});

test("who wants it each time gets it for a prompt that he simply sends", async () => {
  await alex.say("/settings");
  await alex.sees("Improve my words: when I ask");
  await alex.press("Improve words");
  await alex.sees("Improve my words: always");
  const said = await alex.say(own);
  const shown = await alex.sees("A paper boat drifts at dawn", { since: said });
  assert.match(visibleText(shown), /Gemini Omni/);
  await alex.press("Stop");
  await alex.sees("Stopped. Nothing was charged.", { since: said });
  await until("no trace", async () => (await found("Okapi4471", "Quokka9182")).length === 0);
});

test("no call to Telegram was wrong", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
