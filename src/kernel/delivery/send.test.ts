import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { Html } from "../lib/html.ts";
import { contentToJson } from "./content-json.ts";
import type { Message } from "./delivery.ts";
import { type ReceivedCall, startBotApiServer } from "./testing/bot-api-server.ts";
import { makeRig, recordOf, text } from "./testing/rig.ts";

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);
const rig = await makeRig({ database, server });
cleanUp(rig.stop);
rig.engine.start();

let chats = 0;
const newChat = (): number => (chats += 1);
const of = (chatId: number): readonly ReceivedCall[] => server.accepted.filter((call) => call.chatId === chatId);

async function enqueue(message: Message): Promise<number | undefined> {
  return await inTransaction(database.db, async (tx) => await rig.engine.enqueue(tx, message));
}

async function stateOf(id: number | undefined): Promise<string> {
  return (await recordOf(rig, database, id)).state;
}

test("what is queued in a transaction is sent after its commit and recorded with its message id", async () => {
  const chatId = newChat();
  const id = await inTransaction(database.db, async (tx) => {
    const made = await rig.engine.enqueue(tx, { chatId, topic: "reply", content: text("hello <you>") });
    assert.equal(server.accepted.length, 0);
    return made;
  });
  await until("it is sent", async () => (await stateOf(id)) === "sent");
  const [call] = of(chatId);
  assert.equal(call?.method, "sendMessage");
  assert.equal(call?.payload["text"], "hello &lt;you&gt;");
  const record = await recordOf(rig, database, id);
  assert.equal(record.messageId, 1001);
  assert.equal(record.attempts, 1);
  assert.deepEqual(
    record.timeline.map(({ event }) => event),
    ["queued", "sending", "sent"],
  );
});

test("what a transaction queues that is rolled back is never sent", async () => {
  const chatId = newChat();
  await assert.rejects(
    inTransaction(database.db, async (tx) => {
      await rig.engine.enqueue(tx, { chatId, topic: "reply", content: text("never") });
      throw new Error("no");
    }),
  );
  const after = newChat();
  const id = await enqueue({ chatId: after, topic: "reply", content: text("later") });
  await until("a later one is sent", async () => (await stateOf(id)) === "sent");
  assert.equal(of(chatId).length, 0);
});

test("within a chat and lane messages arrive in the order they were made", async () => {
  const chatId = newChat();
  const ids: (number | undefined)[] = [];
  for (let index = 0; index < 40; index += 1)
    ids.push(await enqueue({ chatId, topic: "reply", content: text(`${index}`) }));
  await until("all are sent", async () => (await stateOf(ids.at(-1))) === "sent");
  assert.deepEqual(
    of(chatId).map(({ payload }) => payload["text"]),
    Array.from({ length: 40 }, (_, index) => String(index)),
  );
});

test("a text over 4096 characters arrives in several messages, in order, as one delivery with the keyboard on the last", async () => {
  const chatId = newChat();
  const words = Array.from({ length: 2000 }, (_, index) => `word${index}`).join(" ");
  const keyboard = { inline: [[{ text: "ok", callback: "x:1" }]] };
  const id = await enqueue({ chatId, topic: "reply", content: { kind: "text", html: Html.text(words), keyboard } });
  await enqueue({ chatId, topic: "reply", content: text("after it") });
  await until("all are sent", () => of(chatId).at(-1)?.payload["text"] === "after it");
  const texts = of(chatId).map(({ payload }) => String(payload["text"]));
  assert.equal(texts.length, 6);
  assert.equal(texts.slice(0, 5).join(" ").replaceAll(/\s+/g, " "), words);
  assert.deepEqual(
    of(chatId).map(({ payload }) => "reply_markup" in payload),
    [false, false, false, false, true, false],
  );
  const record = await recordOf(rig, database, id);
  assert.equal(record.timeline.filter(({ event }) => event === "part").length, 5);
  assert.equal(record.attempts, 1);
});

test("silence, forum topics and answers stand in the call", async () => {
  const chatId = newChat();
  await enqueue({ chatId, topic: "reply", content: text("x"), silent: true, threadId: 5, replyToMessageId: 9 });
  await until("it is sent", () => of(chatId).length === 1);
  const {
    disable_notification: silent,
    message_thread_id: thread,
    reply_parameters: reply,
  } = of(chatId)[0]?.payload ?? {};
  assert.deepEqual(
    { silent, thread, reply },
    { silent: true, thread: 5, reply: { message_id: 9, allow_sending_without_reply: true } },
  );
});

test("an invoice is sent as Telegram wants it", async () => {
  const chatId = newChat();
  const content = {
    kind: "invoice",
    title: "100",
    description: "credits",
    payload: "order:1",
    stars: 5,
    startParameter: "buy",
  } as const;
  await enqueue({ chatId, topic: "payment", content });
  await until("it is sent", () => of(chatId).length === 1);
  assert.equal(of(chatId)[0]?.method, "sendInvoice");
  assert.equal(of(chatId)[0]?.payload["start_parameter"], "buy");
});

test("content that Telegram can never accept is refused in the caller's transaction", async () => {
  const callback = "x".repeat(65);
  const content = { kind: "text", html: Html.text("x"), keyboard: { inline: [[{ text: "x", callback }]] } } as const;
  await assert.rejects(enqueue({ chatId: newChat(), topic: "reply", content }));
});

test("a topic that nobody has declared is refused", async () => {
  await assert.rejects(enqueue({ chatId: newChat(), topic: "no.such", content: text("x") }), /no notification type/);
});

test("a dedupe key is used once, also by two transactions at the same time", async () => {
  const chatId = newChat();
  const message = { chatId, topic: "reply", content: text("once"), dedupeKey: "the key" };
  const ids = await Promise.all(Array.from({ length: 8 }, async () => await enqueue(message)));
  assert.equal(ids.filter((id) => id !== undefined).length, 1);
  await until("it is sent", () => of(chatId).length === 1);
  assert.equal(await enqueue(message), undefined, "the history remembers it");
  assert.equal(of(chatId).length, 1);
});

test("a key of a transaction that is rolled back can be used again", async () => {
  const message = { chatId: newChat(), topic: "reply", content: text("once"), dedupeKey: "a second key" };
  await assert.rejects(
    inTransaction(database.db, async (tx) => {
      await rig.engine.enqueue(tx, message);
      throw new Error("no");
    }),
  );
  assert.notEqual(await enqueue(message), undefined);
});

test("a message for later goes at its time, and does not hold up those made after it", async () => {
  const chatId = newChat();
  const notBefore = new Date(Date.now() + 1500);
  const id = await enqueue({ chatId, topic: "reply", content: text("later"), notBefore });
  await enqueue({ chatId, topic: "reply", content: text("now") });
  await until("the second is sent", () => of(chatId).length === 1);
  assert.equal(await stateOf(id), "queued");
  await until("the first is sent", () => of(chatId).length === 2);
  assert.ok(Date.now() >= notBefore.getTime());
  assert.deepEqual(
    of(chatId).map(({ payload }) => payload["text"]),
    ["now", "later"],
  );
});

test("a message whose time is over is not sent", async () => {
  const chatId = newChat();
  const id = await enqueue({
    chatId,
    topic: "reply",
    content: text("old news"),
    expiresAt: new Date(Date.now() - 1000),
  });
  await until("it has expired", async () => (await stateOf(id)) === "expired");
  assert.equal(of(chatId).length, 0);
  assert.match((await recordOf(rig, database, id)).timeline.at(-1)?.detail ?? "", /Not sent: it had expired at/);
});

test("what stands behind a failing message waits for it, and goes when that has expired", async () => {
  const chatId = newChat();
  const sick = newChat();
  server.answer = ({ chatId: to, payload }) =>
    to === sick && payload["text"] === "first"
      ? { code: 429, description: "Too Many Requests", parameters: { retry_after: 1 } }
      : undefined;
  const first = await enqueue({
    chatId: sick,
    topic: "reply",
    content: text("first"),
    expiresAt: new Date(Date.now() + 2500),
  });
  await enqueue({ chatId: sick, topic: "reply", content: text("second") });
  await enqueue({ chatId, topic: "reply", content: text("elsewhere") });
  await until("another chat goes on", () => of(chatId).length === 1);
  assert.equal(of(sick).length, 0);
  await until("the second goes when the first has expired", () => of(sick).length === 1, 15_000);
  server.answer = undefined;
  await until("the first has ended", async () => (await stateOf(first)) === "expired");
});

test("what this process has just written is sent without being read, and let go of when it leaves", async () => {
  const first = await enqueue({ chatId: newChat(), topic: "reply", content: text("whoever begins to send reads all") });
  await until("sending has begun", async () => (await stateOf(first)) === "sent");
  const chatId = newChat();
  const received = (): readonly ReceivedCall[] => server.received.filter((call) => call.chatId === chatId);
  server.answer = ({ chatId: to }) =>
    to === chatId && received().length === 1 ? { code: 502, description: "Bad Gateway" } : undefined;
  await inTransaction(database.db, async (tx) => {
    const id = await rig.engine.enqueue(tx, { chatId, topic: "reply", content: text("as it was given") });
    // No content is ever changed: whoever reads it would send this.
    await sql`
      update delivery.content set body = ${contentToJson(text("as it was read"))}::jsonb
      where id = (select content_id from delivery.outbox where id = ${id})`.execute(tx);
  });
  await until("it is sent at the second attempt", () => of(chatId).length === 1);
  server.answer = undefined;
  assert.deepEqual(
    received().map(({ payload }) => payload["text"]),
    ["as it was given", "as it was read"],
  );
});

test("what another process queues is found by the notification", async () => {
  const shared = await testDatabase();
  // Whoever waits for the poll, once a second, waits for ever.
  let heldBack = 0;
  const schedule: Clock["schedule"] = (ms, task) => {
    if (ms === 1000) heldBack += 1;
    return systemClock.schedule(ms === 1000 ? 3_600_000 : ms, task);
  };
  const sender = await makeRig({ database: shared, server, clock: { ...systemClock, schedule } });
  cleanUp(sender.stop);
  sender.engine.start();
  await until("sending began", async () =>
    (await sender.health.report()).checks["sending"]?.detail.startsWith("sends"),
  );
  const writer = await makeRig({ database: shared, server });
  cleanUp(writer.stop);
  const chatId = newChat();
  await inTransaction(shared.db, async (tx) => {
    await writer.engine.enqueue(tx, { chatId, topic: "reply", content: text("from there") });
  });
  await until("it is sent", () => of(chatId).length === 1);
  assert.ok(heldBack > 0, "it polls at another pace");
});

test("what nobody was notified of is found by the poll", async () => {
  const silent = newChat();
  await sql`
    with content as (
      insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
      values ('reply', '{"kind": "text", "html": {"markup": "unannounced"}}', false, 'deliver', false, false) returning id
    )
    insert into delivery.outbox (lane, chat_id, content_id) select 1, ${silent}::bigint, id from content`.execute(
    database.db,
  );
  await until("it is found", () => of(silent).length === 1);
});
