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
