import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";

import { forcedReply, replyKeyboard, typedBy } from "./reply-keyboard.ts";

const question: Message = {
  message_id: 7,
  date: 1,
  chat: { id: 1, type: "private", first_name: "Alex" },
  text: "Name?",
};
const yesNo = { messageId: 7, markup: { keyboard: [[{ text: "Yes" }, { text: "No" }]] } };
const forced = { messageId: 7, markup: { force_reply: true as const, input_field_placeholder: "Your name" } };

test("a chat without a keyboard has none", () => {
  assert.equal(replyKeyboard({}), undefined);
  assert.equal(forcedReply({}, [question]), undefined);
});

test("a keyboard keeps its rows and says whether it goes after one use", () => {
  const keyboard = replyKeyboard({ keyboard: yesNo });
  assert.deepEqual(keyboard?.rows, [[{ text: "Yes" }, { text: "No" }]]);
  assert.equal(keyboard.isOneTime, false);
  const oneTime = { ...yesNo, markup: { ...yesNo.markup, one_time_keyboard: true } };
  assert.equal(replyKeyboard({ keyboard: oneTime })?.isOneTime, true);
});

test("a forced reply names the message it answers, and is no keyboard", () => {
  assert.equal(replyKeyboard({ keyboard: forced }), undefined);
  assert.deepEqual(forcedReply({ keyboard: forced }, [question]), { message: question, placeholder: "Your name" });
});

test("a forced reply to a deleted message asks for nothing", () => {
  assert.equal(forcedReply({ keyboard: forced }, []), undefined);
});

test("plain buttons type their text, those that ask for contacts or apps type nothing", () => {
  assert.equal(typedBy("Yes"), "Yes");
  assert.equal(typedBy({ text: "Yes" }), "Yes");
  assert.equal(typedBy({ text: "Phone", request_contact: true }), undefined);
  assert.equal(typedBy({ text: "App", web_app: { url: "https://example.com" } }), undefined);
});
