import assert from "node:assert/strict";
import { test } from "node:test";

import { formatRoute, parseRoute } from "./route.ts";

test("an address survives being written and read", () => {
  for (const route of [
    {},
    { personId: 1001 },
    { personId: 1001, chatId: -1_002_000_000_001 },
    { personId: 1001, chatId: -1_002_000_000_001, threadId: 4 },
  ]) {
    assert.deepEqual(parseRoute(formatRoute(route)), route);
  }
});

test("rubbish in the address counts as nothing chosen", () => {
  assert.deepEqual(parseRoute(""), {});
  assert.deepEqual(parseRoute("#/abc"), {});
  assert.deepEqual(parseRoute("#/1001/<script>"), { personId: 1001 });
  assert.deepEqual(parseRoute("#/99999999999999999999"), {});
});

test("a topic without a chat is left out", () => {
  assert.equal(formatRoute({ personId: 1, threadId: 3 }), "#/1");
});
