import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";

import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

/** Where others are, too: what is pressed and said there may not be meant for the bot, or not be true. */
const rig = await telegramRig();
const { db } = rig.database;
const ours = await rig.api.call("getMe", {});
const personId = 8;
const groupId = -100;
const heard: string[] = [];
const telegram = rig.replica({
  webhook: { url: "https://bot.test", secret: "s" },
  routes: [
    {
      owner: "test",
      commands: [
        {
          name: "ask",
          description: "ask",
          access: "user",
          inGroups: true,
          run: async ({ dialog }) => await dialog.set({ flow: "test.ask", step: "why", data: {} }),
        },
      ],
      dialogs: [
        {
          flow: "test.ask",
          onMessage: async (_context, _state, { text = "" }) => {
            heard.push(text);
            return await Promise.resolve("handled" as const);
          },
        },
      ],
      callbacks: [
        { prefix: "own", access: "user", run: async () => void heard.push("own") },
        { prefix: "shared", access: "user", inGroups: true, run: async () => void heard.push("shared") },
      ],
    },
  ],
});
telegram.start();
beforeEach(async () => {
  heard.length = 0;
  await sql`truncate telegram.update, telegram.dialog`.execute(db);
});

let updateId = 0;
async function receive(content: object): Promise<void> {
  updateId += 1;
  assert.equal(await telegram.receive({ update_id: updateId, ...content }, "s"), "stored");
  await until("handled", async () => (await rig.updates()).every(({ state }) => state === "handled"));
}

const person = { id: personId, is_bot: false, first_name: "P", language_code: "en" };
const privateChat = { id: personId, type: "private", first_name: "P" };
const group = { id: groupId, type: "supergroup", title: "G" };
const channel = { id: -900, type: "channel", title: "C" };

async function press(data: string, chat: object): Promise<void> {
  const message = { message_id: 1, date: 1, chat };
  await receive({ callback_query: { id: String(updateId), from: person, chat_instance: "1", data, message } });
}

async function say(text: string, chat: object, more: object = {}): Promise<void> {
  const said = { message_id: updateId + 1, date: 1_800_000_000, from: person, chat, text, ...more };
  await receive({ message: said });
}

test("outside private chats a button works only where it belongs: its data can be made up", async () => {
  await press("own", group);
  await press("own", channel);
  assert.deepEqual(heard, []);
  await press("shared", group);
  await press("own", privateChat);
  assert.deepEqual(heard, ["shared", "own"]);
});

test("in a group a dialog hears answers to the bot, not what its person says to others", async () => {
  const by = (from: object): object => ({ reply_to_message: { message_id: 5, date: 1, chat: group, from } });
  await say("/ask", group);
  await say("are you coming tonight?", group);
  await say("yes", group, by({ ...person, id: 9 }));
  await say("who is there", group, by({ id: 99, is_bot: true, first_name: "Other", username: "other_bot" }));
  assert.deepEqual(heard, []);
  await say("because", group, by(ours));
  assert.deepEqual(heard, ["because"]);
  await say("/ask", privateChat);
  await say("anything", privateChat);
  assert.deepEqual(heard, ["because", "anything"]);
});
