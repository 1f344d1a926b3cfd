import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";

import type { SandboxState } from "../../../src/sandbox/protocol.ts";
import { makeReadMarks } from "./read-marks.ts";

function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => {
      items.clear();
    },
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => {
      items.delete(key);
    },
    setItem: (key, value) => {
      items.set(key, value);
    },
  };
}

function stateWith(meId: number, lastId: number): SandboxState {
  const message: Message = { message_id: lastId, date: 1, chat: { id: 5, type: "private", first_name: "Alex" } };
  const me = { id: meId, firstName: "Alex", languageCode: "en", about: "", stars: 0, isPremium: false };
  const bot = { id: 9, firstName: "Telecast", username: "telecast_bot", description: "", hasInlineMode: false };
  return {
    bot,
    people: [me],
    me,
    chats: [],
    messages: { 5: [message] },
    wallet: { payments: [], subscriptions: [] },
    faults: [],
    calls: [],
    now: "",
  };
}

test("a mark only moves forward, for each persona and topic by itself", () => {
  const marks = makeReadMarks(memoryStorage());
  marks.mark({ meId: 1, chatId: 5 }, 7);
  marks.mark({ meId: 1, chatId: 5 }, 3);
  assert.equal(marks.of(1)(5, undefined), 7);
  assert.equal(marks.of(1)(5, 4), 0);
  assert.equal(marks.of(2)(5, undefined), 0);
});

test("marks survive a reload of the page", () => {
  const storage = memoryStorage();
  makeReadMarks(storage).mark({ meId: 1, chatId: 5, threadId: 4 }, 7);
  assert.equal(makeReadMarks(storage).of(1)(5, 4), 7);
});

test("rubbish in the storage counts as nothing read", () => {
  const storage = memoryStorage();
  storage.setItem("telecast.sandbox.read", "{broken");
  assert.equal(makeReadMarks(storage).of(1)(5, undefined), 0);
});

test("after a reset the persona's marks above the last message are forgotten, those of others kept", () => {
  const marks = makeReadMarks(memoryStorage());
  marks.mark({ meId: 1, chatId: 5 }, 70);
  marks.mark({ meId: 2, chatId: 5 }, 70);
  marks.prune(stateWith(1, 3));
  assert.deepEqual([marks.of(1)(5, undefined), marks.of(2)(5, undefined)], [0, 70]);
});
