import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { untilLockWait } from "#test/support/lock-wait.ts";
import { until } from "#test/support/until.ts";

import { inTransaction, type Tx } from "../db/index.ts";
import { Html } from "../lib/html.ts";
import type { Content } from "../telegram/index.ts";
import type { Card } from "./delivery.ts";
import { type ReceivedCall, startBotApiServer } from "./testing/bot-api-server.ts";
import { makeRig, text } from "./testing/rig.ts";

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);
const rig = await makeRig({ database, server });
cleanUp(rig.stop);
rig.engine.start();

beforeEach(() => {
  server.answer = undefined;
});

let chats = 0;
const newChat = (): number => (chats += 1);
const of = (chatId: number): readonly ReceivedCall[] => server.accepted.filter((call) => call.chatId === chatId);
const shown = (chatId: number): readonly string[] =>
  of(chatId).map(({ method, payload }) => `${method} ${String(payload["text"] ?? payload["caption"])}`);

async function write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  return await inTransaction(database.db, work);
}

async function put(chatId: number, content: Content, more: Partial<Card> = {}): Promise<void> {
  await write(async (tx) => {
    await rig.engine.putCard(tx, { key: "job:1", chatId, topic: "reply", content, ...more });
  });
}

async function ended(chatId: number): Promise<readonly string[]> {
  const { deliveries } = await rig.engine.list(database.db, { chatId, limit: 10 });
  return deliveries.filter(({ finishedAt }) => finishedAt !== undefined).map(({ state }) => state);
}

async function reaches(chatId: number, calls: number): Promise<void> {
  await until(`${calls} calls for ${chatId}`, () => of(chatId).length === calls);
}

test("a card is sent once and then edited in place", async () => {
  const chatId = newChat();
  await put(chatId, text("ordered"), { replyToMessageId: 4 });
  await reaches(chatId, 1);
  await put(chatId, text("running"));
  await reaches(chatId, 2);
  await put(chatId, text("done"));
  await reaches(chatId, 3);
  assert.deepEqual(shown(chatId), ["sendMessage ordered", "editMessageText running", "editMessageText done"]);
  const [first, second, third] = of(chatId);
  assert.deepEqual(first?.payload["reply_parameters"], { message_id: 4, allow_sending_without_reply: true });
  assert.equal(second?.payload["message_id"], third?.payload["message_id"]);
  assert.ok(!("reply_parameters" in (second?.payload ?? {})));
});

test("a change that comes while the first is on the wire is not lost, and those in between are left out", async () => {
  const chatId = newChat();
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  server.answer = async ({ method }) => (method === "sendMessage" ? await held : undefined);
  await put(chatId, text("ordered"));
  await until("it is on the wire", () => server.received.some((call) => call.chatId === chatId));
  for (const percent of [10, 20, 30, 100]) await put(chatId, text(`${percent} %`));
  release(undefined);
  await reaches(chatId, 2);
  assert.deepEqual(shown(chatId), ["sendMessage ordered", "editMessageText 100 %"]);
});

test("a card that forgets what it showed is sent as it is now when an earlier message held it up", async () => {
  const chatId = newChat();
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  server.answer = async ({ payload }) => (payload["text"] === "before it" ? await held : undefined);
  await write(async (tx) => {
    await rig.engine.enqueue(tx, { chatId, topic: "reply", content: text("before it") });
  });
  await until("it is on the wire", () => server.received.some((call) => call.chatId === chatId));
  // Whoever chooses it has to have read its file's name, and cannot any more when it says something else.
  const film = { kind: "video", media: { mediaId: "first-film" }, caption: Html.text("first film") } as const;
  await put(chatId, film, { forgetful: true });
  // What is queued later for another chat is sent, so the sender has seen the card.
  const other = newChat();
  await put(other, text("elsewhere"));
  await reaches(other, 1);
  await put(chatId, text("better words"), { forgetful: true });
  release(undefined);
  await reaches(chatId, 2);
  assert.deepEqual(shown(chatId), ["sendMessage before it", "sendMessage better words"]);
});

test("a card that is brought up again is a new message, and the old one loses its buttons", async () => {
  const chatId = newChat();
  const keyboard = { inline: [[{ text: "Go", callback: "go" }]] };
  const content: Content = { kind: "text", html: Html.text("waits"), keyboard };
  await put(chatId, content);
  await reaches(chatId, 1);
  await until("it is written down", async () => (await ended(chatId)).length === 1);
  await put(chatId, content, { anew: true });
  await reaches(chatId, 3);
  await until("both are written down", async () => (await ended(chatId)).length === 3);
  await put(chatId, text("decided"));
  await reaches(chatId, 4);
  const calls = of(chatId);
  const changed = calls.find(({ method }) => method === "editMessageText");
  assert.ok(changed !== undefined && !("reply_markup" in changed.payload));
  assert.deepEqual(calls.map(({ method }) => method).toSorted(), [
    "editMessageText",
    "editMessageText",
    "sendMessage",
    "sendMessage",
  ]);
  assert.notEqual(changed.payload["message_id"], calls.at(-1)?.payload["message_id"]);
});

test("cards of different things and chats are different messages", async () => {
  const [one, two] = [newChat(), newChat()];
  await put(one, text("a"), { key: "job:7" });
  await put(one, text("b"), { key: "job:8" });
  await put(two, text("c"), { key: "job:7" });
  await reaches(one, 2);
  await reaches(two, 1);
  assert.ok([...of(one), ...of(two)].every(({ method }) => method === "sendMessage"));
});

test("a card that cannot be edited any more is sent anew, and edited there from then on", async () => {
  const chatId = newChat();
  await put(chatId, text("first"));
  await reaches(chatId, 1);
  server.answer = ({ method }) =>
    method === "editMessageText" ? { code: 400, description: "Bad Request: message to edit not found" } : undefined;
  await put(chatId, text("second"));
  await reaches(chatId, 2);
  server.answer = undefined;
  await put(chatId, text("third"));
  await reaches(chatId, 3);
  assert.deepEqual(shown(chatId), ["sendMessage first", "sendMessage second", "editMessageText third"]);
  assert.equal(of(chatId)[2]?.payload["message_id"], 1000 + server.accepted.indexOf(of(chatId)[1] as ReceivedCall) + 1);
});

test("an edit that changes nothing is a success", async () => {
  const chatId = newChat();
  await put(chatId, text("same"));
  await until("the first is written down", async () => (await ended(chatId)).length === 1);
  server.answer = ({ method }) =>
    method === "editMessageText" ? { code: 400, description: "Bad Request: message is not modified: x" } : undefined;
  await put(chatId, text("same"));
  await until("the second too", async () => (await ended(chatId)).length === 2);
  assert.deepEqual(await ended(chatId), ["sent", "sent"]);
});

test("an edit whose answer was lost is made again, in every lane", async () => {
  const chatId = newChat();
  await put(chatId, text("first"), { lane: "bulk" });
  await reaches(chatId, 1);
  let dropped = false;
  server.answer = ({ method }) => {
    if (method !== "editMessageText" || dropped) return undefined;
    dropped = true;
    return "accept-and-drop";
  };
  await put(chatId, text("second"), { lane: "bulk" });
  await reaches(chatId, 3);
  assert.deepEqual(shown(chatId), ["sendMessage first", "editMessageText second", "editMessageText second"]);
});

test("a card of text becomes one with a video, and its later texts are captions", async () => {
  const chatId = newChat();
  await put(chatId, text("running"));
  await reaches(chatId, 1);
  await put(chatId, { kind: "video", media: { fileId: "v" }, caption: Html.text("here it is") });
  await reaches(chatId, 2);
  await put(chatId, text("rated"));
  await reaches(chatId, 3);
  assert.deepEqual(
    of(chatId).map(({ method }) => method),
    ["sendMessage", "editMessageMedia", "editMessageCaption"],
  );
});

test("a text too long for one message is shortened where everybody sees it", async () => {
  const chatId = newChat();
  await put(chatId, text("long ".repeat(2000)));
  await reaches(chatId, 1);
  const sent = String(of(chatId)[0]?.payload["text"]);
  assert.ok(sent.length <= 4096 && sent.endsWith("…"));
});

test("what cannot be a card is refused in the caller's transaction", async () => {
  const items = [
    { kind: "photo", media: { fileId: "a" } },
    { kind: "photo", media: { fileId: "b" } },
  ] as const;
  await assert.rejects(put(newChat(), { kind: "album", items }), RangeError);
});

test("a pressed button's message is edited; of several edits that wait only the newest is made", async () => {
  const chatId = newChat();
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  server.answer = async () => await held;
  const edit = async (words: string): Promise<void> => {
    await write(async (tx) => {
      await rig.engine.edit(tx, { chatId, messageId: 5, topic: "reply", content: text(words) });
    });
  };
  await edit("one");
  await until("it is on the wire", () => server.received.some((call) => call.chatId === chatId));
  await Promise.all([edit("two"), edit("three")]);
  await edit("four");
  release(undefined);
  await reaches(chatId, 2);
  assert.deepEqual(shown(chatId), ["editMessageText one", "editMessageText four"]);
});

test("the message of a pressed button may have media: then its caption is edited", async () => {
  const chatId = newChat();
  server.answer = ({ method }) =>
    method === "editMessageText"
      ? { code: 400, description: "Bad Request: there is no text in the message to edit" }
      : undefined;
  await write(async (tx) => {
    await rig.engine.edit(tx, { chatId, messageId: 5, topic: "reply", content: text("x") });
  });
  await reaches(chatId, 1);
  assert.deepEqual(shown(chatId), ["editMessageCaption x"]);
});

test("a card that is being opened in the supergroup does not keep its group from moving there", async () => {
  const from = newChat();
  const to = newChat();
  await put(from, text("in the group"));
  await until("it is recorded", async () => (await ended(from)).length === 1);
  const { moving } = await write(async (tx) => {
    await rig.engine.putCard(tx, { key: "job:1", chatId: to, topic: "reply", content: text("in the supergroup") });
    const move = write(async (other) => {
      await rig.engine.moveChat(other, from, to);
    });
    // Attached before it can fail.
    const outcome = Promise.allSettled([move]);
    await untilLockWait(database.db, "the move");
    return { moving: outcome };
  });
  assert.deepEqual(await moving, [{ status: "fulfilled", value: undefined }]);
  await put(to, text("and on"));
  await until("it is shown", () => shown(to).at(-1) === "sendMessage and on");
});
