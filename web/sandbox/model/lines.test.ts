import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { dictionaryFor } from "../../shared/i18n/dictionary.ts";
import { countUnread, inTopic, listChats } from "./chat-list.ts";
import { commandText, suggestCommands } from "./commands.ts";
import { previewText } from "./preview.ts";
import { serviceText } from "./service-text.ts";

const texts = dictionaryFor("en");
const alex = { id: 1, is_bot: false, first_name: "Alex", last_name: "Rivera" };
const bot = { id: 9, is_bot: true, first_name: "Telecast" };

const chat: Omit<ChatView, "id"> = {
  type: "group",
  title: "",
  isForum: false,
  topics: [],
  memberIds: [],
  blocked: false,
  started: true,
  commands: [],
};

function message(fields: object, id = 1): Message {
  return {
    message_id: id,
    from: bot,
    chat: { id: -5, type: "group", title: "Crew" },
    date: id,
    ...fields,
  } as unknown as Message;
}

test("a preview is the text in one line, or the kind of thing", () => {
  assert.equal(previewText(message({ text: "two\n\nlines" }), texts), "two lines");
  assert.equal(previewText(message({ photo: [], caption: "A cat" }), texts), "A cat");
  assert.equal(previewText(message({ photo: [] }), texts), "Photo");
  assert.equal(previewText(message({ document: { file_name: "report.pdf" } }), texts), "report.pdf");
  assert.equal(previewText(message({ invoice: { title: "10 credits" } }), texts), "10 credits");
  assert.equal(previewText(message({ poll: {} }), texts), "Poll");
});

test("a preview does not give a spoiler away", () => {
  const spoiler = { text: "It was Bob!", entities: [{ type: "spoiler", offset: 7, length: 3 }] };
  assert.equal(previewText(message(spoiler), texts), "It was ▒▒▒!");
});

test("service messages read as sentences", () => {
  const view = { texts, meId: 1, botName: "Telecast", number: String };
  const says = (fields: object): string => serviceText(message({ from: alex, ...fields }), view);
  assert.equal(says({ new_chat_members: [alex] }), "Alex Rivera joined the group");
  assert.equal(says({ new_chat_members: [bot] }), "Alex Rivera added Telecast");
  assert.equal(says({ group_chat_created: true }), "Alex Rivera created the group “Crew”");
  assert.equal(says({ successful_payment: { total_amount: 100 } }), "You paid 100 Stars to Telecast");
  assert.equal(says({ refunded_payment: { total_amount: 100 } }), "Telecast refunded 100 Stars");
  assert.equal(says({ forum_topic_created: { name: "Alerts" } }), "Topic “Alerts” was created");
  assert.equal(says({ something_of_2031: {} }), "Service message");
});

test("unread counts others' messages above the mark", () => {
  const all = [message({ text: "a" }, 1), message({ text: "b", from: alex }, 2), message({ text: "c" }, 3)];
  assert.equal(countUnread(all, alex.id, 0), 2);
  assert.equal(countUnread(all, alex.id, 1), 1);
  assert.equal(countUnread(all, alex.id, 3), 0);
});

test("a forum's unread messages are counted topic by topic", () => {
  const all = [message({ text: "a" }, 1), message({ text: "b", message_thread_id: 4 }, 2), message({ text: "c" }, 3)];
  const [entry] = listChats({
    chats: [{ ...chat, id: 5, isForum: true, topics: [{ threadId: 4, name: "Alerts" }] }],
    messages: { 5: all },
    meId: 1,
    readUpTo: (_chatId, threadId) => (threadId === undefined ? 3 : 0),
  });
  assert.equal(entry?.unread, 1);
});

test("the latest conversation comes first, silent chats last", () => {
  const entries = listChats({
    chats: [
      { ...chat, id: 1 },
      { ...chat, id: 2 },
      { ...chat, id: 3 },
    ],
    messages: { 2: [message({ text: "old" }, 5)], 3: [message({ text: "new" }, 7)] },
    meId: 1,
    readUpTo: () => 0,
  });
  assert.deepEqual(
    entries.map((entry) => entry.chat.id),
    [3, 2, 1],
  );
});

test("a forum shows one topic at a time, other chats everything", () => {
  const all = [message({ text: "a" }, 1), message({ text: "b", message_thread_id: 4 }, 2)];
  const ids = (isForum: boolean, threadId?: number): readonly number[] =>
    inTopic(all, { isForum }, threadId).map((one) => one.message_id);
  assert.deepEqual(ids(true), [1]);
  assert.deepEqual(ids(true, 4), [2]);
  assert.deepEqual(ids(false), [1, 2]);
});

test("commands are suggested while the first word is typed", () => {
  const commands = ["start", "status", "help"].map((command) => ({ command, description: "" }));
  const names = (draft: string): readonly string[] => suggestCommands(draft, commands).map((one) => one.command);
  assert.deepEqual(names("/"), ["start", "status", "help"]);
  assert.deepEqual(names("/ST"), ["start", "status"]);
  assert.deepEqual(names("/start now"), []);
  assert.deepEqual(names("hello /"), []);
});

test("a command sent in a group names the bot", () => {
  const start = { command: "start", description: "" };
  assert.equal(commandText(start, "private", "telecast_bot"), "/start");
  assert.equal(commandText(start, "supergroup", "telecast_bot"), "/start@telecast_bot");
});
