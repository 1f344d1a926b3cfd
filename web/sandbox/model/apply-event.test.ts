import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";

import type { ApiCall, ChatView, Person, SandboxState } from "../../../src/sandbox/protocol.ts";
import { applyEvent } from "./apply-event.ts";

const alex: Person = {
  id: 1,
  firstName: "Alex",
  languageCode: "en",
  about: "new user",
  stars: 10,
  isPremium: false,
};

const chat: ChatView = {
  id: 1,
  type: "private",
  title: "Telecast",
  isForum: false,
  topics: [],
  memberIds: [1],
  blocked: false,
  started: false,
  commands: [],
};

const state: SandboxState = {
  bot: { id: 9, firstName: "Telecast", username: "telecast_bot", description: "", hasInlineMode: false },
  people: [alex],
  me: alex,
  chats: [chat],
  messages: {},
  wallet: { payments: [], subscriptions: [] },
  faults: [],
  calls: [],
  now: "2026-01-05T12:00:00Z",
};

function message(id: number, text = "text"): Message {
  return { message_id: id, chat: { id: 1, type: "private", first_name: "Alex" }, date: id, text };
}

const texts = (after: SandboxState): unknown => (after.messages["1"] ?? []).map((one) => [one.message_id, one.text]);

test("new messages go last, also into a chat that had none", () => {
  const once = applyEvent(state, { type: "message", chatId: 1, message: message(1) });
  const twice = applyEvent(once, { type: "message", chatId: 1, message: message(2) });
  assert.deepEqual(texts(twice), [
    [1, "text"],
    [2, "text"],
  ]);
});

test("a message that comes twice, as after a reconnect, is there once", () => {
  const once = applyEvent(state, { type: "message", chatId: 1, message: message(1) });
  assert.deepEqual(texts(applyEvent(once, { type: "message", chatId: 1, message: message(1) })), [[1, "text"]]);
});

test("an edit takes its place and a deletion leaves none", () => {
  const three = [1, 2, 3].reduce(
    (before, id) => applyEvent(before, { type: "message", chatId: 1, message: message(id) }),
    state,
  );
  const edited = applyEvent(three, { type: "edited", chatId: 1, message: message(2, "new") });
  assert.deepEqual(texts(edited), [
    [1, "text"],
    [2, "new"],
    [3, "text"],
  ]);
  assert.deepEqual(texts(applyEvent(edited, { type: "deleted", chatId: 1, messageIds: [1, 3] })), [[2, "new"]]);
});

test("a message that arrives late is put where its id belongs", () => {
  const later = applyEvent(state, { type: "message", chatId: 1, message: message(5) });
  assert.deepEqual(texts(applyEvent(later, { type: "message", chatId: 1, message: message(4) })), [
    [4, "text"],
    [5, "text"],
  ]);
});

test("chats and people are replaced by id or added, and oneself is a person too", () => {
  const started = applyEvent(state, { type: "chat", chat: { ...chat, started: true } });
  assert.deepEqual([started.chats.length, started.chats[0]?.started], [1, true]);
  assert.equal(applyEvent(state, { type: "chat", chat: { ...chat, id: -5 } }).chats.length, 2);
  const richer = applyEvent(state, { type: "person", person: { ...alex, stars: 510 } });
  assert.deepEqual([richer.people[0]?.stars, richer.me.stars], [510, 510]);
});

test("only the latest calls are kept", () => {
  const call = (id: number): ApiCall => ({ id, at: "", method: "getMe", params: {}, ok: true, status: 200, tookMs: 1 });
  let after = state;
  for (let id = 1; id <= 350; id += 1) after = applyEvent(after, { type: "call", call: call(id) });
  assert.deepEqual([after.calls.length, after.calls[0]?.id, after.calls.at(-1)?.id], [300, 51, 350]);
});

test("what an event does not concern keeps its identity", () => {
  const after = applyEvent(state, { type: "message", chatId: 1, message: message(1) });
  assert.equal(after.chats, state.chats);
  assert.equal(after.people, state.people);
});
