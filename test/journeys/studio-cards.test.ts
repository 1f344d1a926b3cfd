import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { buttonsOf, openPerson, visibleText } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import type { SandboxState } from "../../src/sandbox/protocol.ts";
import { sandboxAdminId, sandboxGroupId } from "../../src/sandbox/world/first-world.ts";

/** What a card shows, and what its buttons do, in whoever's hands. Telegram's limits are in force. */
const { sandbox, database } = await runApp();
const { db } = database;
const admin = await openPerson(sandbox.url, sandboxAdminId);
const alex = await openPerson(sandbox.url, 700_000_003);
const sven = await openPerson(sandbox.url, 700_000_004);

interface Job {
  readonly id: string;
  readonly state: string;
  readonly model: string;
  readonly seed: number;
  readonly duration_seconds: number;
}

/** Newest last. */
async function jobs(): Promise<readonly Job[]> {
  const { rows } = await sql<Job>`
    select id, state, model, seed, duration_seconds from studio.job order by ordered_at`.execute(db);
  return rows;
}

async function newest(): Promise<Job> {
  const job = (await jobs()).at(-1);
  assert.ok(job !== undefined);
  return job;
}

async function balance(person: typeof alex): Promise<string> {
  const { rows } = await sql<{ posted: number; held: number }>`
    select posted, held from ledger.account join account.person on person.id = owner
    where kind = 'user' and currency = 'CREDIT' and telegram_id = ${person.id}`.execute(db);
  return `${rows[0]?.posted ?? 0}/${rows[0]?.held ?? 0}`;
}

/** The card that answers this message, as it stands now. */
async function cardOf(prompt: Message, shows: RegExp, person = alex): Promise<Message> {
  return await person.waits(
    `a card with ${String(shows)}`,
    (message) => message.reply_to_message?.message_id === prompt.message_id && shows.test(visibleText(message)),
    { timeoutMs: 30_000 },
  );
}

function dataOf(message: Message, label: string): string {
  const button = buttonsOf(message).find(({ text }) => text.includes(label));
  assert.ok(button !== undefined && "callback_data" in button, `no button ${label}`);
  return button.callback_data;
}

let prompt: Message;
let card: Message;

test("a card follows its video at a pace that can be read, and then come its buttons", async () => {
  for (const person of [admin, alex, sven]) {
    await person.start();
    await person.sees("/help");
  }
  await admin.say("/credit @alexrivera +20 for the tests");
  await until("the credits", async () => (await balance(alex)) === "20000/0");
  await alex.say("/setduration 2");
  await alex.sees("Length: 2 s");
  const before = sandbox.journal.edits.length;
  prompt = await alex.say("A lighthouse in the fog");
  const video = await alex.waits("the video", (message) => message.video !== undefined, { timeoutMs: 60_000 });
  card = await cardOf(prompt, /Done in \d+ s · 0\.5 credits/);
  assert.equal(video.reply_to_message?.message_id, prompt.message_id);
  assert.ok(card.message_id < video.message_id, "the card answers the prompt; then comes the video");
  assert.equal(visibleText(video), "Demo: text to video · 2 s");
  assert.deepEqual(
    buttonsOf(card).map(({ text }) => text),
    ["🔁 Again", "🎲 Variation", "🎞 Change model"],
  );
  const edits = sandbox.journal.edits.slice(before).filter((edit) => edit.messageId === card.message_id);
  assert.ok(edits.length >= 1 && edits.length <= 6, `${edits.length} edits`);
  assert.equal(await balance(alex), "19500/0");
});

test("Again makes the same once more, however often it is pressed at once", async () => {
  const data = dataOf(card, "Again");
  const answers = await Promise.all([1, 2, 3].map(async () => await alex.forge(card, data)));
  assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set(["On its way."]));
  const all = await jobs();
  assert.equal(all.length, 2);
  const [first, second] = all;
  assert.deepEqual([second?.seed, second?.model, second?.duration_seconds], [first?.seed, first?.model, 2]);
  assert.equal(await balance(alex), "19500/500");
});

test("Cancel stops it at once, tells the provider, and gives the credits back", async () => {
  const { id } = await newest();
  await cardOf(prompt, /Cancel/);
  const running = alex.messages().findLast((message) => visibleText(message).includes("Cancel"));
  assert.ok(running !== undefined);
  const answers = await Promise.all([1, 2].map(async () => await alex.forge(running, `cancel:${id}`)));
  assert.deepEqual(
    answers.map(({ text }) => text).toSorted((a, b) => String(a).localeCompare(String(b))),
    ["Cancelled. Nothing was charged.", "Too late: it is finished already."],
  );
  await cardOf(prompt, /Cancelled\.\s+Nothing was charged.* 0\.5 credits/);
  assert.equal(await balance(alex), "19500/0");
  await until("the provider's job to be gone", async () => {
    const { rows } = await sql`select from pgboss.job where name = 'studio.tidy-job' and state < 'completed'`.execute(
      db,
    );
    return rows.length === 0;
  });
});

test("Cancel that comes too late changes nothing", async () => {
  const [first] = await jobs();
  assert.match((await alex.forge(card, `cancel:${first?.id}`)).text ?? "", /Too late/);
  assert.equal((await jobs())[0]?.state, "delivered");
});

test("Variation makes another one of the same words", async () => {
  await until("the double click to be over", async () => {
    const { rows } = await sql`select from studio.job where ordered_at > now() - interval '3 seconds'`.execute(db);
    return rows.length === 0;
  });
  const answer = await alex.forge(card, dataOf(card, "Variation"));
  assert.equal(answer.text, "On its way.");
  const varied = await newest();
  assert.notEqual(varied.seed, 0);
  await alex.forge(card, `cancel:${varied.id}`);
});

test("Change model offers the models that can, and the chosen one makes it", async () => {
  await alex.forge(card, dataOf(card, "Change model"));
  const offer = await alex.sees("Which model shall make your videos?", { since: card });
  assert.deepEqual(
    buttonsOf(offer).map(({ text }) => text),
    ["Demo: text to video"],
  );
  const before = (await jobs()).length;
  await alex.forge(offer, "with:demo-text");
  await alex.sees("On its way with the other model.");
  assert.equal((await jobs()).length, before + 1);
  await alex.forge(offer, `cancel:${(await newest()).id}`);
});

test("somebody else's buttons, made-up ids and nonsense are refused politely, and change nothing", async () => {
  const { id } = await newest();
  await sven.say("/help");
  const own = await sven.sees("/generate");
  const before = JSON.stringify(await jobs());
  const forged = [
    `cancel:${id}`,
    `again:${id}`,
    `vary:${id}`,
    `remodel:${id}`,
    "again:00000000-0000-7000-8000-000000000000",
    `cancel:${"-".repeat(36)}`,
    "cancel:",
    "cancel",
    "vary:'; drop table studio.job",
  ];
  for (const data of forged) {
    const answer = await sven.forge(own, data);
    assert.deepEqual(answer.text, "This is not one of your videos.", data);
    assert.equal(answer.showAlert, true);
  }
  assert.match((await sven.forge(own, "with:demo-text")).text ?? "", /I do not keep prompts/);
  assert.match((await sven.forge(own, "with")).text ?? "", /^$/);
  assert.equal(JSON.stringify(await jobs()), before);
});

test("an own button on a message that answers nothing asks for the prompt again", async () => {
  const { id } = await newest();
  await alex.say("/help");
  const other = await alex.sees("/generate", { since: card });
  for (const data of [`again:${id}`, `vary:${id}`, `remodel:${id}`]) {
    assert.match((await alex.forge(other, data)).text ?? "", /I do not keep prompts.*send it again/);
  }
});

test("in a group, presses that somebody made up do nothing", async () => {
  const { bot } = (await (await fetch(`${sandbox.url}/sandbox/api/state?as=${alex.id}`)).json()) as SandboxState;
  await alex.say(`/generate@${bot.username}`, sandboxGroupId);
  const said = await alex.sees("after my name", { chatId: sandboxGroupId });
  const before = JSON.stringify(await jobs());
  const { id } = await newest();
  const privateOnly = "This works only in the private chat with me.";
  const ofAnotherChat = "This is not one of your videos.";
  for (const [data, refusal] of [
    ["generate", privateOnly],
    ["generate:model:demo-text", privateOnly],
    ["choose:model", privateOnly],
    [`again:${id}`, ofAnotherChat],
    [`cancel:${id}`, ofAnotherChat],
    ["with:demo-text", "I do not keep prompts, and yours is no longer in this chat. Please send it again."],
  ] as const) {
    assert.equal((await alex.forge(said, data)).text, refusal, data);
  }
  assert.equal(JSON.stringify(await jobs()), before);
});

test("/stats shows everybody the use with a picture, and admins the money", async () => {
  await alex.say("/stats");
  const report = await alex.waits("the report", ({ photo }) => photo !== undefined);
  const text = visibleText(report);
  assert.match(text, /The last 14 days/);
  assert.match(text, /Videos ordered: 4 by 1 person/);
  assert.match(text, /Successful: 25%/);
  assert.match(text, /Seconds of video: 2/);
  assert.match(text, /Demo: text to video: 1 of 4/);
  assert.doesNotMatch(text, /Revenue/);
  await admin.say("/stats");
  const forAdmins = await admin.waits("the report", ({ photo }) => photo !== undefined);
  assert.match(visibleText(forAdmins), /Revenue: 0\.5 credits \(\$0\.65\) · Margin: \$0\.65 \(100%\)/);
  assert.match(visibleText(forAdmins), /Demo: text to video: revenue \$0\.65 − cost \$0\.00 = \$0\.65 \(100%\)/);
  const png = await admin.file(forAdmins.photo?.at(-1)?.file_id ?? "");
  assert.equal(png.subarray(1, 4).toString(), "PNG");
});

test("the books are right, every call was valid, and none broke Telegram's limits", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
  assert.deepEqual([...sandbox.journal.refusedByRate], []);
});
