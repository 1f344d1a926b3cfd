import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { buttonsOf, openPerson, visibleText } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

/** The demo provider on its bad days (`magic-words.ts`): everybody is told what happened, and pays for nothing that did not come. */
const { sandbox, database, dataDir, api } = await runApp({
  DELIVERY_GLOBAL_PER_SECOND: "0",
  DELIVERY_CHAT_PER_SECOND: "0",
});
sandbox.limits.change(undefined);
const { db } = database;
const admin = await openPerson(sandbox.url, sandboxAdminId);
const alex = await openPerson(sandbox.url, 700_000_003);

async function setLimits(limits: Readonly<Record<string, number>>): Promise<void> {
  await sql`
    insert into setting.section (key, value) values ('studio.limits', ${JSON.stringify(limits)})
    on conflict (key) do update set value = excluded.value`.execute(db);
  await sql`select pg_notify('telecast_settings', '')`.execute(db);
}

async function balance(): Promise<string> {
  const { rows } = await sql<{ posted: number; held: number }>`
    select posted, held from ledger.account join account.person on person.id = owner
    where kind = 'user' and currency = 'CREDIT' and telegram_id = ${alex.id}`.execute(db);
  return `${rows[0]?.posted ?? 0}/${rows[0]?.held ?? 0}`;
}

async function cardOf(prompt: Message, shows: RegExp): Promise<Message> {
  return await alex.waits(
    `a card with ${String(shows)}`,
    (message) => message.reply_to_message?.message_id === prompt.message_id && shows.test(visibleText(message)),
    { timeoutMs: 40_000 },
  );
}

async function outcomeOf(prompt: Message): Promise<string> {
  const { rows } = await sql<{ outcome: string }>`
    select state || coalesce(' ' || failure, '') as outcome from studio.job
    where prompt_message_id = ${prompt.message_id}`.execute(db);
  return rows[0]?.outcome ?? "";
}

test("admission", async () => {
  for (const person of [admin, alex]) {
    await person.start();
    await person.sees("/help");
  }
  await admin.say(`/credit ${alex.id} +100 for the tests`);
  await until("the credits", async () => (await balance()) === "100000/0");
  await alex.say("/setduration 2");
  await alex.sees("Length: 2 s");
  await setLimits({ perPerson: 30, overall: 30 });
});

const failures: readonly (readonly [string, RegExp, string])[] = [
  ["#moderation", /refused this prompt by its content rules/, "failed moderation"],
  ["#badinput", /could not use this prompt or picture/, "failed bad_input"],
  ["#nocredit", /not available right now. The operators have been told/, "failed no_credit"],
  ["#fail", /could not make this video/, "failed provider"],
  ["#filtered", /refused this prompt by its content rules/, "failed moderation"],
  ["#lost", /has lost this video/, "failed lost"],
];

for (const [word, told, outcome] of failures) {
  test(`${word}: the card says why, offers to try again, and the credits are back`, async () => {
    const prompt = await alex.say(`A ship in a bottle ${word}`);
    const card = await cardOf(prompt, told);
    assert.match(visibleText(card), /Nothing was charged.* 0\.5 credits.*Try again/s);
    assert.equal(await outcomeOf(prompt), outcome);
    assert.equal(await balance(), "100000/0");
  });
}

test("#nocredit is told to the admins, as the card says", async () => {
  await admin.sees(/demo is out: our balance there is used up/);
});

test("#outage: the card says that it is tried again; when that does not help, it says so", async () => {
  const prompt = await alex.say("A ship in a storm #outage");
  await cardOf(prompt, /The service is busy; I will try again by myself/);
  await setLimits({ perPerson: 30, overall: 30, tries: 1 });
  await cardOf(prompt, /out of order/);
  assert.equal(await outcomeOf(prompt), "failed outage");
  await setLimits({ perPerson: 30, overall: 30 });
});

test("Try again takes the same words, whose fate is the same", async () => {
  const prompt = await alex.say("A ship that sinks #moderation");
  const card = await cardOf(prompt, /content rules/);
  const again = buttonsOf(card).find(({ text }) => text.includes("Try again"));
  assert.ok(again !== undefined && "callback_data" in again);
  await alex.forge(card, again.callback_data);
  await until("the second card", () => {
    const cards = alex.messages().filter(({ reply_to_message: to }) => to?.message_id === prompt.message_id);
    return cards.filter((each) => visibleText(each).includes("content rules")).length === 2;
  });
});

test("#slow can be cancelled while it is being made: the provider stops and keeps nothing", async () => {
  const prompt = await alex.say("A slow ship #slow");
  const card = await cardOf(prompt, /Being made/);
  const [cancel] = buttonsOf(card);
  assert.ok(cancel !== undefined && "callback_data" in cancel);
  assert.equal((await alex.forge(card, cancel.callback_data)).text, "Cancelled. Nothing was charged.");
  await cardOf(prompt, /Cancelled\./);
  assert.equal(await balance(), "100000/0");
  await until("the provider to have forgotten it", async () => {
    const files = await readdir(join(dataDir, "demo-videos"));
    return files.length === 0;
  });
});

test("#busy, #unclear and #nocallback: the videos come all the same, once each", async () => {
  const prompts: Message[] = [];
  for (const word of ["#busy", "#unclear", "#nocallback"]) prompts.push(await alex.say(`A ship at last ${word}`));
  for (const prompt of prompts) {
    await cardOf(prompt, /Done in \d+ s/);
    assert.equal(await outcomeOf(prompt), "delivered");
  }
  const videos = alex.messages().filter(({ video }) => video !== undefined);
  assert.equal(videos.length, 3);
  assert.equal(await balance(), "98500/0");
});

test("while a video hangs on its way, the chat goes on, and the video comes once Telegram can", async () => {
  const fault = sandbox.faults.add({ kind: "hang", methods: ["sendVideo"], times: 1 });
  const prompt = await alex.say("A ship in the ice");
  // Spent, it is on the list no more, and lasts until it is taken back.
  await until("the video to hang", () => sandbox.faults.list().every(({ id }) => id !== fault.id), 40_000);
  const asked = await alex.say("/terms");
  await alex.sees("Terms of service", { since: asked });
  await alex.say("/stats");
  await alex.waits("the chart", ({ photo, message_id }) => photo !== undefined && message_id > asked.message_id);
  assert.equal(await outcomeOf(prompt), "delivering");
  sandbox.faults.remove(fault.id);
  await cardOf(prompt, /Done in \d+ s/);
  assert.equal(await balance(), "98000/0");
});

test("the metrics tell of all that", async () => {
  const metrics = await (await api("/metrics")).text();
  assert.match(metrics, /telecast_studio_jobs_ended_total\{state="failed",provider="demo"\} 9/);
  assert.match(metrics, /telecast_studio_jobs_ended_total\{state="delivered",provider="demo"\} 4/);
  assert.match(metrics, /telecast_studio_provider_errors_total\{provider="demo",kind="rate_limited"\} 2/);
  assert.match(metrics, /telecast_studio_provider_errors_total\{provider="demo",kind="unclear"\} 1/);
  assert.match(metrics, /telecast_studio_provider_seconds_count\{provider="demo",call="start"\} \d+/);
});

test("the books are right and every call was valid", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
