import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { createCanvas } from "@napi-rs/canvas";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { buttonsOf, openPerson, visibleText } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import type { ChatView } from "../../src/sandbox/protocol.ts";
import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

/** The bot in groups: each asks for himself, pays for himself, and hears of his money alone. Telegram's limits are in force. */
const { sandbox, database } = await runApp();
const { db } = database;
const admin = await openPerson(sandbox.url, sandboxAdminId);
const mina = await openPerson(sandbox.url, 700_000_002);
const alex = await openPerson(sandbox.url, 700_000_003);
const sven = await openPerson(sandbox.url, 700_000_004);
const picture = createCanvas(64, 64).toBuffer("image/png");
const username = sandbox.world.bot.username;

async function balance(person: typeof alex): Promise<string> {
  const { rows } = await sql<{ posted: number; held: number }>`
    select posted, held from ledger.account join account.person on person.id = owner
    where kind = 'user' and currency = 'CREDIT' and telegram_id = ${person.id}`.execute(db);
  return `${rows[0]?.posted ?? 0}/${rows[0]?.held ?? 0}`;
}

async function give(person: typeof alex, credits: number): Promise<void> {
  const before = Number((await balance(person)).split("/")[0]);
  await admin.say(`/credit ${person.id} +${credits} for the tests`);
  await until("the credits", async () => (await balance(person)).startsWith(`${before + credits * 1000}/`));
}

interface Job {
  readonly id: string;
  readonly state: string;
  readonly failure: string | null;
  readonly chat_id: number;
  readonly person: number;
  readonly with_picture: boolean;
}

/** Of one group, newest last. */
async function jobs(chatId = club.id): Promise<readonly Job[]> {
  const { rows } = await sql<Job>`
    select job.id, state, failure, chat_id, with_picture, telegram_id as person
    from studio.job left join account.person on person.id = user_id
    where chat_id = ${chatId} order by ordered_at`.execute(db);
  return rows;
}

async function ordered(count: number, chatId = club.id): Promise<Job> {
  return await until(`${count} orders`, async () => {
    const all = await jobs(chatId);
    return all.length >= count ? all.at(-1) : undefined;
  });
}

async function running(chatId: number): Promise<Job> {
  return await until("it to run", async () => (await jobs(chatId)).find(({ state }) => state === "running"));
}

async function newGroup(owner: typeof alex, members: readonly (typeof alex)[], forum = false): Promise<ChatView> {
  const memberIds = members.map(({ id }) => id);
  return ((await owner.act("groups", { title: "Film club", memberIds, forum })) as { chat: ChatView }).chat;
}

/** What the bot has said in answer to a message, as it stands now. */
function answers(to: Message, person = alex): readonly Message[] {
  return person
    .messages(to.chat.id)
    .filter(({ from, reply_to_message: quoted }) => from?.is_bot === true && quoted?.message_id === to.message_id);
}

async function answered(to: Message, shows: RegExp, person = alex): Promise<Message> {
  return await until(
    `an answer with ${String(shows)}`,
    () => answers(to, person).find((message) => shows.test(visibleText(message))),
    60_000,
  ).catch((error: unknown) => {
    throw new Error(JSON.stringify(answers(to, person).map(visibleText)), { cause: error });
  });
}

function linkIn(message: Message): string {
  const button = buttonsOf(message).find((each) => "url" in each);
  assert.ok(button !== undefined && "url" in button, visibleText(message));
  return button.url;
}

let club: ChatView;
let migrated: number;

test("admission", async () => {
  for (const person of [admin, alex]) {
    await person.start();
    await person.sees("/help");
    await person.say("/setduration 2");
    await person.sees("Length: 2 s");
  }
  await give(alex, 3);
  club = await newGroup(alex, [sven, mina]);
});

test("a group becomes a supergroup while a video is being made for it", async () => {
  const group = await newGroup(alex, []);
  await alex.say("/generate A parade #slow", group.id);
  await running(group.id);
  migrated = ((await alex.act("groups/migrate", { chatId: group.id })) as { chatId: number }).chatId;
  await until("the job to move", async () => (await jobs(migrated)).length === 1);
});

test("the bot is silent about what is not said to it", async () => {
  const heard = alex.messages(club.id).length;
  const said = [
    "A horse on the beach",
    `I love @${username}, it makes films`,
    `/generate@another_bot a horse`,
    `@${username}s a horse`,
  ];
  for (const words of said) await alex.say(words, club.id);
  const last = await alex.say(`/help@${username}`, club.id);
  await answered(last, /generate/);
  assert.equal(alex.messages(club.id).length, heard + said.length + 2);
  assert.deepEqual(await jobs(), []);
});

test("the name alone, or /generate alone, is answered with how to ask, once in a while", async () => {
  const asked = await alex.say(`@${username}`, club.id);
  assert.match(linkIn(await answered(asked, /after my name/)), new RegExp(`t\\.me/${username}\\?start=generate$`));
  const again = await alex.say("/generate", club.id);
  await answered(await alex.say(`/status@${username}`, club.id), /./);
  assert.deepEqual(answers(again), []);
});

let card: Message;
let prompt: Message;

test("a mention makes a video with the asker's own credits; the group sees no price, he gets a receipt", async () => {
  prompt = await alex.say(`@${username}, a lighthouse in the fog`, club.id);
  const video = await until("the video", () => answers(prompt).find((message) => message.video !== undefined), 60_000);
  card = await answered(prompt, /✅ Done in \d+ s$/m);
  assert.doesNotMatch(visibleText(card) + visibleText(video), /credit|0\.5/);
  const receipt = await alex.sees(/Your video in Film club is there\. It cost 0\.5 credits/);
  assert.equal(receipt.chat.id, alex.id);
  assert.equal(await balance(alex), "2500/500");
});

test("the buttons of a card obey only its owner", async () => {
  const { id } = await ordered(1);
  for (const data of [`again:${id}`, `vary:${id}`, `cancel:${id}`, `remodel:${id}`, "with:demo-text"]) {
    const answer = await sven.forge(card, data);
    assert.deepEqual([answer.text, answer.showAlert], ["This is not one of your videos.", true], data);
  }
  for (const data of ["forget:no", "balance:page:1", "buy", "gift:list", "plan:show", "promocodes", "generate"]) {
    const { text = "" } = await sven.forge(card, data);
    assert.match(text, /only in the private chat|you may not use it/, data);
  }
  assert.equal(visibleText(latest(card)), visibleText(card));
  assert.equal((await jobs()).length, 1);
  const answer = await alex.forge(card, `again:${id}`);
  assert.equal(answer.text, "On its way.");
  const again = await ordered(2);
  assert.deepEqual([again.person, again.chat_id], [alex.id, club.id]);
  const waiting = await answered(prompt, /Cancel/);
  assert.equal((await sven.forge(waiting, `cancel:${again.id}`)).text, "This is not one of your videos.");
  await alex.forge(waiting, `cancel:${again.id}`);
  await alex.sees(/Your video in Film club:\s+🚫 Cancelled\.\s+Nothing was charged: your 0\.5 credits are back/);
  await until("the card to say so", () => /Cancelled\.$/m.test(visibleText(latest(waiting))));
  assert.equal(await balance(alex), "2500/500");
});

function latest(message: Message): Message {
  return alex.messages(message.chat.id).find(({ message_id: id }) => id === message.message_id) ?? message;
}

test("whom the bot does not know is led to the private chat, once in a while, and nobody pays for him", async () => {
  const first = await sven.say("/generate A whale", club.id);
  const hello = await answered(first, /Open our private chat once/);
  assert.match(linkIn(hello), new RegExp(`t\\.me/${username}\\?start=group$`));
  const second = await sven.say(`/generate@${username} A whale`, club.id);
  await answered(await alex.say(`/help@${username}`, club.id), /generate/);
  assert.deepEqual(answers(second), []);
  assert.equal((await jobs()).length, 2);
  await sven.start("group");
  await sven.sees("/help");
});

test("who has no credits is told so without a number, and the link leads to the shop", async () => {
  const answer = await answered(await sven.say("/generate A whale", club.id), /takes credits of your own/);
  assert.doesNotMatch(visibleText(answer), /\d/);
  assert.match(linkIn(answer), /\?start=buy$/);
  await sven.start("buy");
  await sven.sees("Choose a pack");
  assert.equal((await jobs()).length, 2);
  assert.equal(await balance(alex), "2500/500");
});

test("a photo that is answered becomes the first picture; without it Again says that it is gone", async () => {
  await give(sven, 5);
  await sven.say("/setmodel demo-image");
  await sven.sees(/Model: Demo: (picture|image)/);
  const photo = await alex.photo(picture, undefined, { chatId: club.id });
  const asked = await sven.say("/generate make it rain", club.id, { replyToMessageId: photo.message_id });
  const job = await ordered(3);
  assert.deepEqual([job.person, job.with_picture], [sven.id, true]);
  const done = await answered(asked, /Done in/);
  assert.match((await sven.forge(done, `again:${job.id}`)).text ?? "", /I do not keep pictures/);
  assert.equal((await jobs()).length, 3);
});

test("in a forum everything stays in its topic", async () => {
  const forum = await newGroup(alex, [sven], true);
  const { threadId } = (await alex.act("topics", { chatId: forum.id, name: "Films" })) as { threadId: number };
  const asked = await alex.say("/generate A tram in the rain", forum.id, { threadId });
  const refused = await alex.say("/generate x", forum.id, { threadId });
  await answered(refused, /at least 3 characters/);
  const done = await answered(asked, /Done in/);
  const said = alex.messages(forum.id).filter(({ from }) => from?.is_bot === true && from.username === username);
  assert.deepEqual(new Set(said.map(({ message_thread_id: thread }) => thread)), new Set([threadId]));
  assert.ok(said.some(({ video }) => video !== undefined));
  // Photos with a caption are seen there, too: the bot is an admin in forums.
  const unasked = alex.messages(forum.id).length;
  await alex.photo(picture, "look at this", { chatId: forum.id, threadId });
  assert.equal((await alex.forge(done, "again:no-such-job")).text, "This is not one of your videos.");
  assert.equal(alex.messages(forum.id).length, unasked + 1);
});

test("the group's admins say whether, who and how many; nobody else can", async () => {
  const rules = async (): Promise<string> => {
    const { rows } = await sql<{ rule: string }>`
      select concat_ws(' ', enabled, who, per_hour) as rule from studio.group_rule where chat_id = ${club.id}`.execute(
      db,
    );
    return rows[0]?.rule ?? "none";
  };
  const open = await alex.say(`/settings@${username}`, club.id);
  const screen = await answered(open, /Videos: for everybody, 10 per person and hour/);
  assert.match((await sven.forge(screen, "grouprules:off")).text ?? "", /Only an admin of this group/);
  assert.equal(await rules(), "none");
  await alex.press("🎬 Videos", club.id);
  await until("the choices", () => /Who may ask/.test(visibleText(latest(screen))));
  for (const made of ["grouprules:hour:999999", "grouprules:who:nobody", "grouprules:__proto__"])
    await alex.forge(screen, made);
  assert.equal(await rules(), "none");
  await alex.forge(screen, "grouprules:hour:1");
  await until("the limit", async () => (await rules()) === "t everybody 1");
  const one = await sven.say("/generate rain again", club.id);
  await answered(one, /one video per person and hour is the limit/);
  await alex.forge(screen, "grouprules:hour:0");
  await alex.forge(screen, "grouprules:who:admins");
  await until("the choice", async () => (await rules()) === "t admins 0");
});

test("where only admins may ask, Telegram is asked who is one, and the words wait sealed for no longer than that", async () => {
  const before = (await jobs()).length;
  const refused = await sven.say(`@${username} a marmalade submarine`, club.id);
  await answered(refused, /only its admins/);
  const taken = await alex.say("/generate a marmalade submarine", club.id);
  const job = await ordered(before + 1);
  assert.equal(job.person, alex.id);
  const { rows } = await sql<{ count: number }>`select count(*) from studio.group_wish`.execute(db);
  assert.equal(rows[0]?.count, 0);
  await answered(taken, /Done in/);
});

test("switched off, it says so and makes nothing", async () => {
  const screen = alex.messages(club.id).findLast((message) => /Who may ask/.test(visibleText(message)));
  assert.ok(screen !== undefined);
  await alex.forge(screen, "grouprules:off");
  const before = (await jobs()).length;
  await answered(await alex.say("/generate a cat", club.id), /switched off in this group/);
  assert.equal((await jobs()).length, before);
});

test("a group that became a supergroup in the middle gets its video there", async () => {
  await alex.waits("the video", ({ video }) => video !== undefined, { chatId: migrated, timeoutMs: 60_000 });
  await alex.waits("its card", (message) => /✅ Done/.test(visibleText(message)), { chatId: migrated });
  assert.deepEqual(
    (await jobs(migrated)).map(({ state }) => state),
    ["delivered"],
  );
});

test("removed in the middle, it gives the credits back and says so in private", async () => {
  const group = await newGroup(alex, [sven]);
  const before = await balance(alex);
  await alex.say("/generate A parade #slow", group.id);
  await running(group.id);
  const said = await alex.say("/help");
  await alex.act("groups/remove-bot", { chatId: group.id });
  await alex.sees(/Your video in Film club:\s+❌ I was removed.*\s+Nothing was charged: your 0\.5 credits are back/, {
    since: said,
  });
  assert.deepEqual((await jobs(group.id)).at(-1)?.failure, "left");
  assert.equal(await balance(alex), before);
});

test("a Korean is answered in Korean, and a command for the private chat leads there", async () => {
  const group = await newGroup(alex, [mina]);
  await answered(await mina.say("/generate 바다 위의 고래", group.id), /각자 자신의 크레딧/, mina);
  const answer = await answered(await mina.say(`/buy@${username}`, group.id), /개인 채팅/, mina);
  assert.match(linkIn(answer), new RegExp(`t\\.me/${username}$`));
});

test("the books are right, every call was valid, and none broke Telegram's limits", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
  assert.deepEqual([...sandbox.journal.refusedByRate], []);
});
