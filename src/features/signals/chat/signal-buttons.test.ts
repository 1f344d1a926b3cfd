import assert from "node:assert/strict";
import { test } from "node:test";

import type { CallbackQuery } from "grammy/types";

import { isAlone } from "./signal-buttons.ts";

function pressed(...data: readonly string[]): Pick<CallbackQuery, "message"> {
  return {
    message: {
      message_id: 1,
      date: 1,
      chat: { id: 42, type: "private", first_name: "Ann" },
      text: "a signal",
      reply_markup: { inline_keyboard: [data.map((each) => ({ text: each, callback_data: each }))] },
    },
  };
}

test("a message of one signal is edited, a digest of several is not", () => {
  assert.equal(isAlone(pressed("signal:took:7", "signal:chart:7"), { id: 7 }), true);
  assert.equal(isAlone(pressed("signal:took:7", "signal:took:8"), { id: 7 }), false);
  assert.equal(isAlone(pressed("signal:took:17"), { id: 7 }), false);
  assert.equal(isAlone({}, { id: 7 }), false);
});
