import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { openPerson, visibleText } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId, sandboxGroupId } from "../../src/sandbox/world/first-world.ts";

/** The bot's name and some words in any chat: one's own videos to send again, and the way to a new one. */
const { sandbox, database } = await runApp();
const { db } = database;
const admin = await openPerson(sandbox.url, sandboxAdminId);
const alex = await openPerson(sandbox.url, 700_000_003);
const sven = await openPerson(sandbox.url, 700_000_004);

const words =
  "A marmalade submarine, slowly, at dawn, seen from above, with a small yellow flag that nobody else has ever had";

async function keptWords(): Promise<number> {
  return (await sql`select from studio.inline_words`.execute(db)).rows.length;
}

async function delivered(count: number): Promise<void> {
  const all = async (): Promise<boolean> => {
    const { rows } = await sql<{ state: string }>`select state from studio.job`.execute(db);
    return rows.length === count && rows.every(({ state }) => state === "delivered");
  };
  await until(`${count} videos`, all, 60_000);
}

test("admission: two people, one of whom has made videos", async () => {
  for (const person of [admin, alex]) {
    await person.start();
    await person.sees("/help");
  }
  await admin.say("/credit @alexrivera +5 for the tests");
  await alex.say("/setduration 2");
  await alex.sees("Length: 2 s");
  await until("the credits", async () => {
    const { rows } = await sql`select from ledger.account where kind = 'user' and posted >= 5000`.execute(db);
    return rows.length > 0;
  });
  await alex.say("A lighthouse in the fog");
  await delivered(1);
});

test("one's own videos are offered in any chat within a second, and sent as one's own, once more and for nothing", async () => {
  const startedMs = performance.now();
  const view = await alex.inline("", { chatId: sandboxGroupId });
  assert.ok(performance.now() - startedMs < 1000);
  assert.deepEqual(view.button, { text: "🎬 Make a video", startParameter: "generate" });
  assert.equal(view.results.length, 1);
  const [offer] = view.results;
  assert.match(offer?.title ?? "", /^Demo: text to video · 2 s$/);
  assert.match(offer?.description ?? "", /\d{4}/);
  const before = alex.messages(sandboxGroupId).length;
  const sent = await alex.choose(view, offer?.id ?? "", { chatId: sandboxGroupId });
  assert.ok(sent.video !== undefined && sent.via_bot?.username === sandbox.world.bot.username);
  const here = await alex.choose(view, offer?.id ?? "");
  assert.ok(here.video !== undefined);
  // What was sent by the inline mode is no request: the bot says nothing to it, here or there.
  await alex.say("/terms");
  await alex.sees("Terms of service");
  const answers = alex.messages().filter(({ from, message_id: id }) => from?.is_bot === true && id > here.message_id);
  assert.equal(answers.length, 1, answers.map(visibleText).join("\n"));
  assert.equal(alex.messages(sandboxGroupId).length, before + 1);
});

test("nobody is offered another's videos, and whoever the bot does not know stays unknown", async () => {
  assert.deepEqual((await admin.inline("lighthouse")).results, []);
  const view = await sven.inline("lighthouse");
  assert.deepEqual(view.results, []);
  assert.equal(view.button?.startParameter, "make");
  const { rows } = await sql`select from account.person where telegram_id = ${sven.id}`.execute(db);
  assert.equal(rows.length, 0);
  const madeUp = [
    "nonsense",
    "9".repeat(64),
    "2026-01-01T00:00:00.000Z'; drop table studio.job",
    "-271821-04-20",
    "-9999",
  ];
  for (const offset of madeUp) {
    assert.deepEqual((await alex.inline("", { offset })).results, [], offset);
  }
  const later = new Date(Date.now() + 86_400_000).toISOString();
  assert.equal((await alex.inline("", { offset: later })).results.length, 1);
});

test("the words go with the person into the private chat, sealed on their way, and are gone when they have arrived", async () => {
  const view = await alex.inline(words, { chatId: sandboxGroupId });
  assert.equal(view.button?.text, "🎬 Make: A marmalade submarine, slowly, at dawn, …");
  await alex.inline(`${words} and ever`, { chatId: sandboxGroupId });
  const { rows } = await sql<{ words: string }>`
    select words from studio.inline_words where telegram_id = ${alex.id}`.execute(db);
  assert.equal(rows.length, 1);
  assert.doesNotMatch(JSON.stringify(rows), /marmalade/);
  await alex.start(view.button?.startParameter);
  const summary = await alex.sees(/nobody else has ever had and ever\s+Ready to go\?/);
  assert.match(visibleText(summary), /Price: 0\.5 credit/);
  const { rows: left } = await sql`select from studio.inline_words where telegram_id = ${alex.id}`.execute(db);
  assert.equal(left.length, 0);
  await Promise.all([alex.press("Go"), alex.press("Go")]);
  const card = await alex.waits(
    "the card",
    (message) => message.reply_to_message?.message_id === summary.message_id && /Done in/.test(visibleText(message)),
    { timeoutMs: 60_000 },
  );
  // Again finds the words where the bot quotes them.
  assert.equal((await alex.forge(card, String(buttonData(card, "Again")))).text, "On its way.");
  await delivered(3);
});

function buttonData(message: Parameters<typeof visibleText>[0], label: string): string | undefined {
  const button = message.reply_markup?.inline_keyboard.flat().find(({ text }) => text.includes(label));
  return button !== undefined && "callback_data" in button ? button.callback_data : undefined;
}

test("without words that wait, the link begins step by step; a made-up link greets", async () => {
  const asked = await alex.say("/help");
  await alex.start("make");
  await alex.sees("Which model shall make it?", { since: asked });
  await alex.say("/cancel");
  await sven.start("made-up_link");
  await sven.sees("/help");
});

test("words that nobody comes for are erased after minutes, and with /forget", async () => {
  await alex.inline("a train that never comes");
  assert.ok((await keptWords()) >= 1);
  await sql`update studio.inline_words set typed_at = now() - interval '11 minutes'`.execute(db);
  const asked = await alex.say("/help");
  await alex.start("make");
  await alex.sees("Which model shall make it?", { since: asked });
  await alex.say("/cancel");
  await alex.inline("a secret of mine");
  await alex.say("/forget");
  await alex.press(/[Ee]rase|[Yy]es/);
  await until("them to be gone", async () => {
    const { rows } = await sql`select from studio.inline_words where telegram_id = ${alex.id}`.execute(db);
    return rows.length === 0;
  });
  assert.deepEqual((await alex.inline("x")).results, [], "nor is anything offered of what was made before");
});

test("the books are right, and every call was valid", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
