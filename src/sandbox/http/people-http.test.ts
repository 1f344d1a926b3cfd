import assert from "node:assert/strict";
import test from "node:test";

import type { Message } from "@grammyjs/types";

import type { ChatView, Person, SandboxState } from "../protocol.ts";
import { people, pixel, testBot, testSandbox } from "../test-bot.ts";
import { sandboxAdminId, sandboxGroupId } from "../world/first-world.ts";

const mina = 700_000_002;
const alex = 700_000_003;
const bytes = new Uint8Array(pixel);

test("the first world has an admin, new users, a subscriber, one group and 1,000 Stars each", async (t) => {
  const sandbox = await testSandbox(t);
  const answer = await people(sandbox, `state?as=${sandboxAdminId}`, { method: "GET" });
  const state = answer.body as unknown as SandboxState;
  assert.equal(state.bot.username, "telecast_sandbox_bot");
  assert.equal(state.me.about, "admin");
  assert.ok(state.people.length >= 5 && state.people.every(({ stars }) => stars === 1000));
  assert.deepEqual(state.people.map(({ languageCode }) => languageCode).sort(), ["ar", "en", "en", "en", "ko"]);
  assert.deepEqual(
    state.chats.map(({ id, type }) => [id, type]),
    [
      [sandboxAdminId, "private"],
      [sandboxGroupId, "group"],
    ],
  );
  assert.deepEqual([state.chats[0]?.started, state.chats[1]?.started], [false, true]);
});

test("who does not say who he is sees what the newcomer sees, and what the bot can do, in his language", async (t) => {
  const sandbox = await testSandbox(t);
  const stateOf = async (query: string): Promise<SandboxState> =>
    (await people(sandbox, `state${query}`, { method: "GET" })).body as unknown as SandboxState;
  const newcomer = await stateOf("");
  assert.equal(newcomer.me.id, alex);
  assert.match(newcomer.bot.description, /short video/);
  assert.match((await stateOf(`?as=${mina}`)).bot.description, /영상/);
});

test("what an invoice link asks for can be read before it is paid", async (t) => {
  const sandbox = await testSandbox(t);
  const link = await testBot(sandbox).do("createInvoiceLink", {
    title: "Premium",
    description: "Signals at once",
    payload: "secret",
    currency: "XTR",
    prices: [{ label: "x", amount: 250 }],
    subscription_period: 2_592_000,
  });
  const ask = async (of: string): Promise<unknown> =>
    (await people(sandbox, `invoices?link=${encodeURIComponent(of)}`, { method: "GET" })).body;
  const terms = { title: "Premium", description: "Signals at once", stars: 250, subscriptionPeriod: 2_592_000 };
  assert.deepEqual(await ask(link), terms);
  assert.deepEqual(await ask("https://t.me/$made-up"), { error: "There is no such invoice link." });
});

test("a person starts, types, presses, pays and blocks", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const act = async (action: string, json: object = {}): Promise<Record<string, unknown>> =>
    (await people(sandbox, `people/${mina}/${action}`, { json })).body;
  assert.equal(((await act("start", { payload: "link_abc" }))["message"] as Message).text, "/start link_abc");
  assert.equal(((await act("messages", { chatId: mina, text: "a cat" }))["message"] as Message).text, "a cat");
  const invoice = await bot.do("sendInvoice", {
    chat_id: mina,
    title: "t",
    description: "d",
    payload: "p",
    currency: "XTR",
    prices: [{ label: "x", amount: 5 }],
  });
  await bot.updates();
  const paying = act("payments", { chatId: mina, messageId: invoice.message_id });
  const asked = async (): Promise<string> => {
    const [update] = await bot.do("getUpdates", { timeout: 5 });
    return update?.pre_checkout_query?.id ?? "";
  };
  await bot.do("answerPreCheckoutQuery", { pre_checkout_query_id: await asked(), ok: true });
  assert.deepEqual(Object.keys(await paying), ["ok", "chargeId", "balance"]);
  assert.deepEqual(await act("stars", { amount: 7 }), { balance: 1002 });
  assert.deepEqual(await act("block"), {});
  assert.match(String((await act("messages", { chatId: mina, text: "x" }))["error"]), /blocked the bot/);
  assert.deepEqual(await act("unblock"), {});
  const edits = await act("edits", { chatId: mina, messageId: 1, text: "x" });
  assert.equal(edits["error"], "There is no such message.");
});

test("a photo is sent as a photo or a file, and its bytes can be read in ranges", async (t) => {
  const sandbox = await testSandbox(t);
  sandbox.as(mina).start();
  const path = `people/${mina}/photos?chatId=${mina}&caption=${encodeURIComponent("like #this")}`;
  const sent = await people(sandbox, path, { body: bytes, type: "image/png" });
  const message = sent.body["message"] as Message;
  assert.deepEqual(
    [message.photo?.length, message.caption, message.caption_entities?.[0]?.type],
    [1, "like #this", "hashtag"],
  );
  const asFile = await people(sandbox, `${path}&asFile=true`, { body: bytes, type: "image/png" });
  assert.equal((asFile.body["message"] as Message).document?.mime_type, "image/png");
  const file = `${sandbox.url}/sandbox/api/files/${message.photo?.[0]?.file_id}`;
  const whole = await fetch(file);
  assert.equal(whole.headers.get("content-type"), "image/png");
  assert.deepEqual(Buffer.from(await whole.arrayBuffer()), pixel);
  const part = await fetch(file, { headers: { range: "bytes=1-3" } });
  assert.deepEqual([part.status, part.headers.get("content-range")], [206, `bytes 1-3/${pixel.length}`]);
  assert.equal(Buffer.from(await part.arrayBuffer()).toString("latin1"), "PNG");
  const tail = await fetch(file, { headers: { range: "bytes=-4" } });
  assert.equal((await tail.arrayBuffer()).byteLength, 4);
  assert.equal((await fetch(file, { headers: { range: `bytes=${pixel.length}-` } })).status, 416);
});

test("pictures that are none, or too large, are refused", async (t) => {
  const sandbox = await testSandbox(t);
  const send = async (body: Uint8Array<ArrayBuffer>, type: string): Promise<number> =>
    (await people(sandbox, `people/${mina}/photos?chatId=${mina}`, { body, type })).status;
  assert.equal(await send(bytes, "text/html"), 400);
  assert.equal(await send(bytes, "constructor"), 400);
  assert.equal(await send(new Uint8Array(100), "image/png"), 400);
  assert.equal(await send(new Uint8Array(10 * 1024 * 1024 + 1), "image/png"), 413);
});

test("a file that pretends to be a page is not served as one", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const html = new File(["<script>alert(1)</script>"], "x.html", { type: "text/html" });
  const sent = await bot.upload("sendDocument", { chat_id: String(mina), document: html });
  const response = await fetch(`${sandbox.url}/sandbox/api/files/${sent.document?.file_id}`);
  assert.equal(response.headers.get("content-type"), "application/octet-stream");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
});

test("groups are made, migrated, left and joined, and forums get topics", async (t) => {
  const sandbox = await testSandbox(t);
  const act = async (action: string, json: object): Promise<Record<string, unknown>> =>
    (await people(sandbox, `people/${mina}/${action}`, { json })).body;
  const made = (await act("groups", { title: "Friends", memberIds: [alex] }))["chat"] as ChatView;
  assert.deepEqual([made.title, made.type, made.memberIds], ["Friends", "group", [mina, alex]]);
  const { chatId } = await act("groups/migrate", { chatId: made.id });
  assert.match(String((await act("messages", { chatId: made.id, text: "x" }))["error"]), /has become a supergroup/);
  assert.deepEqual(await act("groups/remove-bot", { chatId }), {});
  assert.deepEqual(await act("groups/add-bot", { chatId }), {});
  assert.deepEqual(await act("groups/promote-bot", { chatId }), {});
  assert.equal(sandbox.world.chats.get(Number(chatId))?.botStanding, "administrator");
  assert.equal((await act("topics", { chatId, name: "x" }))["error"], "Only a forum has topics.");
  const forum = (await act("groups", { title: "Lines", memberIds: [], forum: true }))["chat"] as ChatView;
  const { threadId } = await act("topics", { chatId: forum.id, name: "Line 1" });
  const said = await act("messages", { chatId: forum.id, threadId, text: "hi" });
  assert.equal((said["message"] as Message).message_thread_id, threadId);
});

test("people are made and the world is reset", async (t) => {
  const sandbox = await testSandbox(t);
  const made = await people(sandbox, "people", { json: { firstName: "Zoë", languageCode: "fr" } });
  const person = made.body as unknown as Person;
  assert.deepEqual([person.firstName, person.languageCode, person.stars], ["Zoë", "fr", 1000]);
  sandbox.as(person.id).start();
  assert.equal((await people(sandbox, "reset")).status, 200);
  assert.equal(sandbox.world.people.has(person.id), false);
  assert.deepEqual(await testBot(sandbox).updates(), []);
  assert.ok(sandbox.world.people.has(mina));
});

test("faults are switched on and off", async (t) => {
  const sandbox = await testSandbox(t);
  const added = await people(sandbox, "faults", { json: { kind: "reset", methods: ["sendMessage"], times: 2 } });
  assert.deepEqual(added.body, { kind: "reset", methods: ["sendMessage"], times: 2, id: 1, hits: 0 });
  const remove = async (path: string): Promise<number> =>
    (await fetch(`${sandbox.url}/sandbox/api/${path}`, { method: "DELETE" })).status;
  assert.equal(await remove("faults/9"), 404);
  assert.equal(await remove("faults/1"), 200);
  await people(sandbox, "faults", { json: { kind: "outage" } });
  assert.equal(await remove("faults"), 200);
  assert.deepEqual(sandbox.faults.list(), []);
  assert.equal((await people(sandbox, "faults", { json: { kind: "earthquake" } })).status, 400);
  assert.equal((await people(sandbox, "faults", { json: { kind: "reset", methods: "all" } })).status, 400);
});

test("what makes no sense is refused in plain words", async (t) => {
  const sandbox = await testSandbox(t);
  const refused = async (path: string, json?: unknown): Promise<string> => {
    const { status, body } = await people(sandbox, path, { json });
    return `${status} ${String(body["error"])}`;
  };
  assert.equal(await refused("people/1/start"), "404 There is no such person.");
  assert.equal(await refused(`people/${mina}/dance`), "404 There is no such action.");
  assert.equal(await refused("nothing"), "404 There is no such page.");
  assert.equal(await refused(`people/${mina}/messages`, { text: "x" }), '400 "chatId" is missing.');
  assert.equal(
    await refused(`people/${mina}/messages`, { chatId: "5", text: "x" }),
    '400 "chatId" must be a whole number.',
  );
  assert.equal(await refused(`people/${mina}/messages`, { chatId: mina, text: 5 }), '400 "text" must be a text.');
  assert.equal(await refused(`people/${mina}/messages`, { chatId: mina, text: " " }), "400 The text is empty.");
  assert.equal(
    await refused(`people/${mina}/messages`, { chatId: sandboxGroupId, text: "x" }),
    "404 There is no such chat.",
  );
  assert.equal(await refused(`people/${mina}/stars`, { amount: -5 }), "400 Add 1 to 1,000,000 Stars.");
  assert.equal(await refused(`people/${mina}/messages`, [1]), "400 The body is not a JSON object.");
  assert.match(await refused(`people/${mina}/start`, { payload: "a b" }), /^400 A start payload/);
  const broken = await fetch(`${sandbox.url}/sandbox/api/people/${mina}/start`, { method: "POST", body: "{" });
  assert.deepEqual(await broken.json(), { error: "The body is not JSON." });
  const large = await people(sandbox, `people/${mina}/messages`, {
    json: { chatId: mina, text: "x".repeat(2_000_000) },
  });
  assert.equal(large.status, 413);
});
