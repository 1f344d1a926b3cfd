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

test("an invoice's usual Pay button speaks the person's language, one of the bot's own stays as it is", () => {
  const invoice = { title: "", description: "", start_parameter: "", currency: "XTR", total_amount: 100 };
  const bare = { invoice } as Message;
  assert.deepEqual(inlineRows(bare, payText), [[{ text: "Pay 100", pay: true }]]);
  const usual = [
    [
      { text: "Pay ⭐️100", pay: true as const },
      { text: "Later", callback_data: "x" },
    ],
  ];
  assert.deepEqual(inlineRows({ ...bare, reply_markup: { inline_keyboard: usual } }, payText), [
    [{ text: "Pay 100", pay: true }, usual[0]?.[1]],
  ]);
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
