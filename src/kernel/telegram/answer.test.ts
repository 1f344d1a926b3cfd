import assert from "node:assert/strict";
import { test } from "node:test";

import { interpret } from "./answer.ts";

function kindOf(status: number, body: string): string {
  const answer = interpret("sendMessage", { outcome: "answered", status, body: Buffer.from(body), retryAfter: "" });
  return answer.ok ? "ok" : answer.error.name;
}

test("Telegram's own words decide, and without them the status tells who has seen the call", () => {
  assert.equal(kindOf(200, '{"ok":true,"result":1}'), "ok");
  assert.equal(kindOf(403, '{"ok":false,"error_code":403,"description":"Forbidden"}'), "TelegramRefused");
  assert.equal(kindOf(200, '{"ok":tr'), "TelegramUnclear");
  assert.equal(kindOf(502, "<html>Bad Gateway</html>"), "TelegramUnclear");
});

test("a page of a proxy ends no delivery for good: Telegram has not seen the call", () => {
  for (const status of [302, 400, 403, 404, 407]) assert.equal(kindOf(status, "<html>"), "TelegramUnavailable");
  assert.equal(kindOf(413, "<html>"), "TelegramRefused");
  assert.equal(kindOf(429, "slow down"), "TelegramRefused");
});

function idIn(body: string, status = 200): unknown {
  const ended = { outcome: "answered", status, body: Buffer.from(body), retryAfter: "" } as const;
  const answer = interpret("sendMessage", ended, "message_id");
  return answer.ok ? (answer.result as { readonly message_id: number }).message_id : answer.error.name;
}

test("of a sent message the id is found in whatever order it comes, and never in half an answer", () => {
  assert.equal(idIn('{"ok":true,"result":{"message_id":4711,"chat":{"id":1},"text":"x"}}'), 4711);
  assert.equal(idIn('{"ok":true,"result":{"date":1,"message_id":4711}}'), 4711);
  assert.equal(idIn('{"ok":true,"result":{"message_id":4711}}'), 4711);
  assert.equal(idIn('{ "ok": true, "result": { "message_id": 4711, "date": 1 } }'), 4711);
  assert.equal(idIn('{"ok":true,"result":{"message_id":4711,"chat":{"id"'), "TelegramUnclear");
  assert.equal(idIn('{"ok":true,"result":{"message_id":47'), "TelegramUnclear");
  assert.equal(idIn('{"ok":false,"error_code":403,"description":"Forbidden"}', 403), "TelegramRefused");
});

test("of a message that is skimmed nothing but the id is given", () => {
  const body = Buffer.from('{"ok":true,"result":{"message_id":4711,"text":"x"}}');
  const ended = { outcome: "answered", status: 200, body, retryAfter: "" } as const;
  assert.deepEqual(interpret("sendMessage", ended, "message_id"), { ok: true, result: { message_id: 4711 } });
  assert.deepEqual(interpret("sendMessage", ended), { ok: true, result: { message_id: 4711, text: "x" } });
});
