import assert from "node:assert/strict";
import { test } from "node:test";

import { readEnvelope } from "./envelope.ts";

const answer = (status: number, body: unknown): { code: number; words: string } => {
  const { code, words } = readEnvelope({ status, body, retryAfterMs: undefined });
  return { code, words };
};

test("KIE's own code counts, with or without data, however it calls its words", () => {
  assert.deepEqual(answer(200, { code: 402, msg: "no credit" }), { code: 402, words: "no credit" });
  assert.deepEqual(answer(200, { code: 402, message: "no credit", data: null }), { code: 402, words: "no credit" });
  assert.deepEqual(answer(200, { code: 200, msg: "success", data: {} }), { code: 200, words: "success" });
  assert.deepEqual(answer(400, { code: 422, msg: "x" }), { code: 422, words: "x" });
});

test("HTTP's code counts where there is none of KIE's, or one that contradicts it", () => {
  assert.equal(answer(502, undefined).code, 502);
  assert.equal(answer(500, { code: 200, msg: "success", data: { taskId: "t" } }).code, 500);
  assert.equal(answer(200, undefined).code, 0);
  assert.equal(answer(200, { error: "?" }).code, 0);
});
