import assert from "node:assert/strict";
import { test } from "node:test";

import type { ApiCall } from "../../../src/sandbox/protocol.ts";
import { callChatId, showParams } from "./calls.ts";

function call(params: Readonly<Record<string, unknown>>): ApiCall {
  return { id: 1, at: "", method: "sendMessage", params, ok: true, status: 200, tookMs: 1 };
}

test("a call's chat is found whether it came as a number or as text", () => {
  assert.equal(callChatId(call({ chat_id: -5 })), -5);
  assert.equal(callChatId(call({ chat_id: "-5" })), -5);
  assert.equal(callChatId(call({ chat_id: "@channel" })), undefined);
  assert.equal(callChatId(call({})), undefined);
});

test("parameters that are JSON in text are unfolded, other text stays as it is", () => {
  assert.equal(
    showParams({ text: "{not json", reply_markup: '{"force_reply":true}' }),
    JSON.stringify({ text: "{not json", reply_markup: { force_reply: true } }, undefined, 2),
  );
});
