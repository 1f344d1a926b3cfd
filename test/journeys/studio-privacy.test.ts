import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { createCanvas } from "@napi-rs/canvas";
import { sql } from "kysely";

import { restartableApp } from "#features/studio/testing/restartable-app.ts";
import { ledgerViolations } from "#kernel/ledger/index.ts";
import { findTraces, traceOf } from "#test/support/find-traces.ts";
import { openPerson, visibleText } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

/**
 * Prompts and pictures with a mark in them, looked for in everything the program keeps: every row of every table, every
 * file below its directory, every line of its log. And the program stops and starts again in the middle of everything.
 */
const app = await restartableApp();
const { sandbox, dataDir } = app;
const { db } = app.database;
const admin = await openPerson(sandbox.url, sandboxAdminId);
const alex = await openPerson(sandbox.url, 700_000_003);

const mark = "Zanzibar7731";
const pictureMark = "Picture-mark-8842";
const picture = Buffer.concat([createCanvas(64, 64).toBuffer("image/png"), Buffer.from(pictureMark)]);

/** Where one of the marks stands, in any of the forms in which bytes are written down. */
async function found(...marks: readonly string[]): Promise<readonly string[]> {
  return await findTraces({ db, directories: [dataDir], texts: { log: app.log() } }, traceOf(...marks));
}

async function assertNothingIsLeft(): Promise<void> {
  await until("everything to be tidied up", async () => {
    const { rows } = await sql`
      select from pgboss.job where name like 'studio.%' and name <> 'studio.sweep-jobs' and state < 'completed'`.execute(
      db,
    );
    return rows.length === 0;
  });
  await until("erased files to be removed", async () => (await found(pictureMark)).length === 0);
  assert.deepEqual(await found(mark, pictureMark), []);
  const { rows } = await sql`
    select from studio.job where prompt is not null or image_file_id is not null or image_media_id is not null`.execute(
    db,
  );
  assert.equal(rows.length, 0);
}

async function cardOf(prompt: Message, shows: RegExp): Promise<Message> {
  return await alex.waits(
    `a card with ${String(shows)}`,
    (message) => message.reply_to_message?.message_id === prompt.message_id && shows.test(visibleText(message)),
    { timeoutMs: 40_000 },
  );
}

function videos(): number {
  return sandbox.journal.sends.filter(({ method, chatId }) => method === "sendVideo" && chatId === alex.id).length;
}

test("admission", async () => {
  for (const person of [admin, alex]) {
    await person.start();
    await person.sees("/help");
  }
  await admin.say(`/credit ${alex.id} +100 for the tests`);
  await alex.say("/setduration 2");
  await alex.sees("Length: 2 s");
  await until("the credits", async () => {
    const { rows } = await sql`select from ledger.account where kind = 'user' and posted = 100000`.execute(db);
    return rows.length > 0;
  });
});

test("the search finds what is there: a mark in a name that is kept", async () => {
  await sql`insert into setting.section (key, value) values ('mark', ${JSON.stringify({ a: mark })})`.execute(db);
  assert.deepEqual(await found(mark), ["setting.section"]);
  await sql`delete from setting.section where key = 'mark'`.execute(db);
});

test("a prompt is nowhere but sealed while its video is being made, and gone when it has been cancelled", async () => {
  const prompt = await alex.say(`${mark} on a slow boat #slow`);
  await cardOf(prompt, /Being made/);
  assert.deepEqual(await found(mark), []);
  const { rows } = await sql<{ prompt: string }>`select prompt from studio.job where prompt is not null`.execute(db);
  assert.match(rows[0]?.prompt ?? "", /^v1\./);
  await alex.press("Cancel");
  await cardOf(prompt, /Cancelled/);
  await assertNothingIsLeft();
});

for (const [word, shows] of [
  ["#moderation", /content rules/],
  ["#fail", /could not make/],
  ["#lost", /has lost/],
] as const) {
  test(`nothing is left of a prompt with ${word}`, async () => {
    await cardOf(await alex.say(`${mark} by the sea ${word}`), shows);
    await assertNothingIsLeft();
  });
}

test("nothing is left of a prompt that was refused before it was ordered", async () => {
  const prompt = await alex.say(`${mark} ${"x".repeat(1001)}`);
  await alex.sees("at most 1,000 characters", { since: prompt });
  await assertNothingIsLeft();
});

test("the program stops in the middle of the guided way, and the person goes on as if nothing had been", async () => {
  await alex.say("/setmodel demo-image");
  await alex.say("/generate");
  await alex.press("Demo: picture to video");
  await alex.sees("what do you want to see?");
  await app.restart();
  const words = await alex.say(`${mark} in the rain`);
  await alex.sees("Now send the picture", { since: words });
  assert.deepEqual(await found(mark), []);
  await app.restart();
  const photo = await alex.photo(picture);
  await alex.sees("Ready to go?", { since: photo });
  await app.restart();
  await alex.press("Go");
  const card = await cardOf(words, /Done in/);
  assert.match(visibleText(card), /Demo: picture to video · 2 s/);
  assert.equal(videos(), 1);
  await assertNothingIsLeft();
});

test("the program stops while a video is being made, and the video comes once", async () => {
  const photo = await alex.photo(picture, `${mark} at noon #slow`);
  await cardOf(photo, /Being made|Handing it over|line/);
  await app.restart();
  await cardOf(photo, /Done in/);
  assert.equal(videos(), 2);
  await assertNothingIsLeft();
  assert.deepEqual(await ledgerViolations(db), []);
});

test("what is exported has no prompt, and what is forgotten is gone", async () => {
  await alex.say("/export");
  const exported = await alex.waits("the export", (message) => message.document !== undefined);
  const text = (await alex.file(exported.document?.file_id ?? "")).toString();
  assert.match(text, /"demo-image"/);
  assert.ok(!text.includes(mark));
  const prompt = await alex.photo(picture, `${mark} again #slow`);
  await cardOf(prompt, /Being made|Handing it over|line/);
  await alex.say("/forget");
  await alex.press("Erase everything");
  await until("everything to end", async () => {
    const { rows } = await sql`select from studio.job where finished_at is null`.execute(db);
    return rows.length === 0;
  });
  await assertNothingIsLeft();
  const { rows } = await sql<{ row: string }>`select job::text as row from studio.job`.execute(db);
  for (const { row } of rows) assert.ok(!row.includes(String(alex.id)) && !row.includes("alexrivera"), row);
});

test("every call was valid", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
