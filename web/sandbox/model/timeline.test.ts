import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";

import { layTimeline } from "./timeline.ts";
import type { TimelineItem } from "./timeline.ts";

const meId = 1;
const botId = 9;
const noon = Date.UTC(2026, 0, 5, 12) / 1000;
const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

function message(id: number, fromId: number, fields: Partial<Message> = {}): Message {
  const from = { id: fromId, is_bot: fromId === botId, first_name: "x" };
  const chat = { id: 1, type: "private" as const, first_name: "x" };
  const content: Partial<Message> =
    "photo" in fields || "group_chat_created" in fields ? {} : { text: `text ${String(id)}` };
  return { message_id: id, from, chat, date: noon + id, ...content, ...fields };
}

function show(items: readonly TimelineItem[]): readonly string[] {
  return items.map((item) => {
    if (item.kind !== "bubble") return item.kind;
    const ids = item.messages.map((one) => one.message_id).join("+");
    return `${item.own ? "me" : "they"} ${ids}${item.first ? " first" : ""}${item.last ? " last" : ""}`;
  });
}

const lay = (messages: readonly Message[], unreadAfter?: number): readonly string[] =>
  show(layTimeline(messages, { meId, dayOf, unreadAfter }));

test("messages of one sender form a run with one head and one tail", () => {
  assert.deepEqual(lay([message(1, botId), message(2, botId), message(3, botId), message(4, meId)]), [
    "day",
    "they 1 first",
    "they 2",
    "they 3 last",
    "me 4 first last",
  ]);
});

test("ten minutes of silence start a new run", () => {
  assert.deepEqual(lay([message(1, botId), message(2, botId, { date: noon + 1 + 601 })]), [
    "day",
    "they 1 first last",
    "they 2 first last",
  ]);
});

test("a new day and a service message break a run", () => {
  const tomorrow = message(2, botId, { date: noon + 24 * 3600 });
  assert.deepEqual(lay([message(1, botId), tomorrow]), ["day", "they 1 first last", "day", "they 2 first last"]);
  const service = message(2, botId, { group_chat_created: true });
  assert.deepEqual(lay([message(1, botId), service, message(3, botId)]), [
    "day",
    "they 1 first last",
    "service",
    "they 3 first last",
  ]);
});

test("pictures of one album become one bubble, two albums two", () => {
  const picture = (id: number, album: string): Message => message(id, botId, { photo: [], media_group_id: album });
  assert.deepEqual(lay([picture(1, "a"), picture(2, "a"), picture(3, "b")]), ["day", "they 1+2 first", "they 3 last"]);
});

test("the unread line stands before the first unread message, and nowhere when all was unread or read", () => {
  const messages = [message(1, botId), message(2, botId)];
  assert.deepEqual(lay(messages, 1), ["day", "they 1 first last", "unread", "they 2 first last"]);
  assert.deepEqual(lay(messages, 0), ["day", "they 1 first", "they 2 last"]);
  assert.deepEqual(lay(messages, 2), ["day", "they 1 first", "they 2 last"]);
});

test("an edited message keeps its key", () => {
  const keys = (messages: readonly Message[]): readonly string[] =>
    layTimeline(messages, { meId, dayOf }).map((item) => item.key);
  assert.deepEqual(keys([message(1, botId)]), keys([message(1, botId, { text: "new", edit_date: noon + 9 })]));
});
