import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";

import { inlineRows, kindOfButton, splitAtStars } from "./inline-buttons.ts";

const payText = (amount: number): string => `Pay ${String(amount)}`;

test("each kind of button is told apart", () => {
  assert.equal(kindOfButton({ text: "x", callback_data: "" }), "callback");
  assert.equal(kindOfButton({ text: "x", url: "https://example.com" }), "url");
  assert.equal(kindOfButton({ text: "x", pay: true }), "pay");
  assert.equal(kindOfButton({ text: "x", copy_text: { text: "y" } }), "copy");
  assert.equal(kindOfButton({ text: "x", web_app: { url: "https://example.com" } }), "app");
  assert.equal(kindOfButton({ text: "x", disabled: {} }), "disabled");
  assert.equal(kindOfButton({ text: "x", switch_inline_query: "" }), "inline");
});

test("an invoice without a keyboard has a Pay button, with one it keeps its own", () => {
  const invoice = { title: "", description: "", start_parameter: "", currency: "XTR", total_amount: 100 };
  const bare = { invoice } as Message;
  assert.deepEqual(inlineRows(bare, payText), [[{ text: "Pay 100", pay: true }]]);
  const own = [[{ text: "Buy", pay: true }]];
  assert.deepEqual(inlineRows({ ...bare, reply_markup: { inline_keyboard: own } }, payText), own);
});

test("a reply keyboard makes no inline buttons", () => {
  const message = { text: "x", reply_markup: { keyboard: [[{ text: "Yes" }]] } } as unknown as Message;
  assert.deepEqual(inlineRows(message, payText), []);
});

test("Stars in a Pay button's text are cut out, whichever way they are written", () => {
  assert.deepEqual(splitAtStars("Pay ⭐️100"), [{ text: "Pay " }, "star", { text: "100" }]);
  assert.deepEqual(splitAtStars("100 XTR"), [{ text: "100 " }, "star"]);
  assert.deepEqual(splitAtStars("Buy"), [{ text: "Buy" }]);
});
