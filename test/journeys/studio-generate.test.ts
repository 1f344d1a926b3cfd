import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { createCanvas } from "@napi-rs/canvas";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { buttonsOf, openPerson, visibleText } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

/** Everything that a person can say to studio before a video is ordered. */
const { sandbox, database } = await runApp({ DELIVERY_GLOBAL_PER_SECOND: "0", DELIVERY_CHAT_PER_SECOND: "0" });
// Much is said here in little time; whether Telegram's limits are kept is shown elsewhere.
sandbox.limits.change(undefined);
const { db } = database;
const admin = await openPerson(sandbox.url, sandboxAdminId);
const mina = await openPerson(sandbox.url, 700_000_002);
const alex = await openPerson(sandbox.url, 700_000_003);
const noor = await openPerson(sandbox.url, 700_000_005);

const picture = createCanvas(64, 64).toBuffer("image/png");

async function give(person: typeof alex, credits: number): Promise<void> {
  await admin.say(`/credit ${person.id} +${credits} for the tests`);
  await until("the credits", async () => {
    const { rows } = await sql`
      select from ledger.account join account.person on person.id = owner
      where kind = 'user' and currency = 'CREDIT' and telegram_id = ${person.id} and posted >= ${credits * 1000}`.execute(
      db,
    );
    return rows.length > 0;
  });
}

/** Ordered so far, newest last. */
async function jobs(): Promise<readonly { readonly model: string; readonly state: string }[]> {
  const { rows } = await sql<{ model: string; state: string }>`
    select model, state from studio.job order by ordered_at`.execute(db);
  return rows;
}

function goOf(summary: Message): string {
  const go = buttonsOf(summary).find(({ text }) => text === "Go");
  assert.ok(go !== undefined && "callback_data" in go, visibleText(summary));
  return go.callback_data;
}

/** Puts an end to what runs, so that nothing is drawn that no test looks at. */
async function cancelAll(person: typeof alex): Promise<void> {
  await until("everything to end", async () => {
    for (const message of person.messages()) {
      const cancel = buttonsOf(message).find(({ text }) => text.includes("Cancel"));
      if (cancel !== undefined && "callback_data" in cancel) await person.forge(message, cancel.callback_data);
    }
    const { rows } = await sql`select from studio.job where finished_at is null`.execute(db);
    return rows.length === 0;
  });
}

test("admission: everybody starts, and the choices are the standard ones", async () => {
  for (const person of [admin, mina, alex, noor]) {
    await person.start();
    await person.sees("/help");
  }
  await alex.say("/settings");
  await alex.sees(/Demo: text to video\s+Length: 4 s · Size: 480x848\s+Price: 1 credit/);
});

test("/generate asks for a model, then for words, and orders nothing without a Go", async () => {
  await alex.say("/generate");
  await alex.sees("Which model shall make it?");
  assert.match(visibleText(await alex.sees("Which model")), /Demo: text to video · from 0\.5 credits/);
  await alex.press("Demo: text to video");
  await alex.sees("what do you want to see?");
  await alex.say("a");
  await alex.sees("at least 3 characters");
  const long = await alex.say("x".repeat(1001));
  await alex.sees("at most 1,000 characters", { since: long });
  const words = await alex.say("A <b>paper boat</b> & 'waves' \u202Eedis 🌊👩‍👩‍👧");
  const summary = await alex.sees("Ready to go?", { since: words });
  assert.match(visibleText(summary), /Demo: text to video · 4 s · 480x848\s+Price: 1 credit \(you have 0\)/);
  assert.deepEqual(await jobs(), []);
});

test("a Go without the credits offers to buy some, and works afterwards without starting anew", async () => {
  await alex.press("Go");
  const refused = await alex.sees(/costs 1 credit.*you have 0/);
  assert.match(visibleText(refused), /Buy credits/);
  await alex.press("Buy credits");
  await alex.sees("Choose a pack");
  await give(alex, 20);
  const summary = await alex.sees("Ready to go?");
  const answers = await Promise.all([alex.forge(summary, goOf(summary)), alex.forge(summary, goOf(summary))]);
  await alex.sees("On its way.");
  assert.equal((await jobs()).length, 1, "a double click orders once");
  assert.ok(answers.some(({ text, showAlert }) => text === "On its way." && !showAlert));
  await cancelAll(alex);
});

test("Stop stops, and what comes too late says so", async () => {
  const before = (await jobs()).length;
  await alex.say("/generate");
  await alex.press("Demo: text to video");
  const words = await alex.say("A quiet forest");
  const summary = await alex.sees("Ready to go?", { since: words });
  await alex.press("Stop");
  await alex.sees("Stopped. Nothing was charged.");
  const answer = await alex.forge(summary, goOf(summary));
  assert.match(answer.text ?? "", /This is over/);
  for (const data of ["generate:skip", "generate:model:demo-text", "generate:nonsense", "generate:model"]) {
    assert.match((await alex.forge(summary, data)).text ?? "", /This is over/);
  }
  assert.equal((await jobs()).length, before);
});

test("a Go orders what its summary shows, or nothing", async () => {
  const before = (await jobs()).length;
  await give(noor, 2);
  await noor.say("/settings");
  const settings = await noor.sees("Length: 4 s");
  await noor.say("/generate");
  await noor.press("Demo: text to video");
  const words = await noor.say("A mill by the river");
  const summary = await noor.sees(/Ready to go[^]*4 s[^]*Price: 1 credit/, { since: words });
  // Settings that stand further up change what it would cost.
  await noor.forge(settings, "choose:duration:2");
  await noor.waits("the shorter length", (each) => /Length: 2 s/.test(visibleText(each)));
  const renewed = async (pressed: Message, data = goOf(pressed)): Promise<Message> => {
    assert.match((await noor.forge(pressed, data)).text ?? "", /changed since/);
    return await noor.waits(
      "the summary with another Go",
      (each) => each.message_id === pressed.message_id && goOf(each) !== goOf(pressed),
    );
  };
  const shorter = await renewed(summary);
  assert.match(visibleText(shorter), /2 s[^]*Price: 0\.5 credits/);
  // Other words make another summary; a Go without terms is of an older version.
  const other = await noor.say("A mill on the hill");
  const latest = await noor.sees("Ready to go?", { since: other });
  const again = await renewed(await renewed(shorter), "generate:go");
  assert.equal((await jobs()).length, before);
  assert.match((await noor.forge(again, goOf(again))).text ?? "", /^$|On its way/);
  await noor.sees("On its way.");
  assert.equal((await jobs()).length, before + 1);
  await cancelAll(noor);
  await noor.say("/reset");
  await noor.sees("Length: 4 s", { since: latest });
});

test("words that come before the model are kept, and new words take their place", async () => {
  await alex.say("/generate");
  const early = await alex.say("A castle in the clouds");
  await alex.sees("Which model shall make it?", { since: early });
  await alex.press("Demo: text to video");
  await alex.sees("Ready to go?", { since: early });
  const again = await alex.say("Rather a lighthouse");
  await alex.sees("Ready to go?", { since: again });
  assert.ok(!(await jobs()).some(({ state }) => state === "ordered"));
  await alex.say("/cancel");
  await alex.sees("Stopped", { since: again });
});

test("a model that takes a picture asks for one; words alone become new words", async () => {
  await alex.say("/generate");
  await alex.press("Demo: picture to video");
  await alex.say("Snow is falling");
  await alex.sees("Now send the picture it begins with.");
  const words = await alex.say("Rain is falling");
  await alex.sees(/your new words.*Now send the picture/s, { since: words });
  const photo = await alex.photo(picture);
  assert.match(visibleText(await alex.sees("Ready to go?", { since: photo })), /with your picture/);
  await alex.press("Go");
  const video = await alex.waits("the video", (message) => message.video !== undefined, { timeoutMs: 60_000 });
  assert.equal(video.reply_to_message?.message_id, words.message_id);
  await alex.sees(/Done in \d+ s · 1 credit/, { since: photo });
  assert.equal((await jobs()).at(-1)?.model, "demo-image");
});

test("an own choice is taken in any reasonable spelling; anything else is answered with what there is", async () => {
  const asks = async (text: string): Promise<string> =>
    visibleText(await alex.sees(/./, { since: await alex.say(text) }));
  assert.match(await asks("/setduration 6s"), /Length: 6 s .*Price: 1\.5 credits/s);
  assert.match(await asks("/setduration 7"), /does not make that length. It makes:\s+2 s · 0\.5 credits/);
  assert.match(await asks("/setduration 0x6"), /does not make that length/);
  assert.match(await asks("/setduration"), /How long shall your videos be/);
  assert.match(await asks("/setresolution 848 x 480"), /Size: 848x480/);
  assert.match(await asks("/setresolution 100x100"), /does not make that size. It makes:\s+480x848 \(9:16\)/);
  assert.match(await asks("/setmodel demo-image"), /Model: Demo: picture to video/);
  assert.match(await asks("/setmodel veo <b>"), /There is no such model. These are on offer/);
  assert.match(await asks("/reset"), /Demo: text to video\s+Length: 4 s · Size: 480x848/);
});

test("choices by button change the message itself, and mark what is chosen", async () => {
  await alex.say("/settings");
  const screen = await alex.sees("⏱ Length");
  await alex.press("⏱ Length");
  const choices = await alex.sees(/How long.*● 4 s/s);
  assert.equal(choices.message_id, screen.message_id);
  await alex.press("2 s ·");
  await alex.sees("Length: 2 s");
  await alex.forge(screen, "choose:duration:5");
  await alex.sees("does not make that length");
  await alex.forge(screen, "choose:nonsense");
  await alex.press("‹ Settings");
  await alex.sees("Time zone");
});

test("a photo while the model takes words only offers the models that take it, and one press is enough", async () => {
  const photo = await alex.photo(picture, "Wind in the trees");
  const offer = await alex.sees("Your model does not take pictures", { since: photo });
  assert.equal(offer.reply_to_message?.message_id, photo.message_id);
  const before = (await jobs()).length;
  const presses = [alex.forge(offer, "with:demo-image"), alex.forge(offer, "with:demo-image")];
  await Promise.all(presses);
  await alex.sees("On its way with the other model.");
  assert.equal((await jobs()).length, before + 1, "a double click orders once");
  await alex.waits("the video", ({ video, message_id: id }) => video !== undefined && id > photo.message_id, {
    timeoutMs: 60_000,
  });
});

test("words while the model needs a picture wait for it, or go to another model", async () => {
  await alex.say("/setmodel demo-image");
  const words = await alex.say("A river at night");
  const offer = await alex.sees("Your model begins with a picture: send it now", { since: words });
  assert.match(visibleText(offer), /Demo: text to video/);
  const photo = await alex.photo(picture);
  await alex.sees("Ready to go?", { since: photo });
  await alex.say("/cancel");
  await alex.press("Demo: text to video");
  await alex.sees("On its way with the other model.");
  assert.equal((await jobs()).at(-1)?.model, "demo-text");
  await cancelAll(alex);
  await alex.say("/reset");
});

test("a made-up or switched-off model cannot be pressed into making anything", async () => {
  const photo = await alex.photo(picture, "Stars");
  const offer = await alex.sees("Your model does not take pictures", { since: photo });
  const before = (await jobs()).length;
  await alex.forge(offer, "with:made-up");
  await alex.sees("not on offer any more", { since: photo });
  assert.equal((await jobs()).length, before);
});

test("what is no prompt is answered, not ordered", async () => {
  const short = await alex.say("a");
  await alex.sees("at least 3 characters", { since: short });
  const long = await alex.say("y".repeat(1001));
  await alex.sees("at most 1,000 characters", { since: long });
});

test("a Korean is spoken to in Korean", async () => {
  await mina.say("/generate");
  await mina.sees("어떤 모델로 만들까요?");
  await mina.press("Demo: text to video");
  const words = await mina.say("고요한 바다 위의 종이배");
  await mina.sees(/시작할까요\?.*가격: 1크레딧/s, { since: words });
  await mina.press("시작");
  await mina.sees(/1크레딧이 필요하지만/);
  const settings = await mina.say("/setduration 9");
  await mina.sees(/그 길이를 만들지 않습니다.*2초 · 0\.5크레딧/s, { since: settings });
});

test("a person whose name and words run from right to left gets a video of them", async () => {
  await give(noor, 5);
  await noor.say("/setduration 2");
  const prompt = await noor.say("قارب ورقي على بحر هادئ 🌙 <script>&amp;");
  const card = await noor.waits("the card", ({ reply_to_message: to }) => to?.message_id === prompt.message_id);
  const video = await noor.waits("the video", (message) => message.video !== undefined, { timeoutMs: 60_000 });
  assert.ok(video.message_id > card.message_id, "the card answers the prompt, and then comes the video");
  assert.equal(video.reply_to_message?.message_id, prompt.message_id);
  assert.ok(video.video?.thumbnail !== undefined);
  assert.deepEqual([video.video.width, video.video.height, video.video.duration], [480, 848, 2]);
  await noor.sees(/Done in \d+ s · 0\.5 credits/);
});

test("/generate with words takes them at once, and a link begins it too", async () => {
  await noor.say("/generate A horse on the beach");
  await noor.sees("Which model shall make it?");
  await noor.press("Demo: text to video");
  await noor.sees("Ready to go?");
  await noor.press("Stop");
  const asked = await noor.say("/help");
  await noor.start("generate");
  await noor.sees("Which model shall make it?", { since: asked });
  await noor.say("/cancel");
});

test("the books are right and every call was valid", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
