import assert from "node:assert/strict";
import { test } from "node:test";

import { systemIds } from "./ids.ts";

test("ids are version 7 UUIDs of this moment, all different, and later ones sort after earlier ones", async () => {
  const before = Date.now();
  const first = systemIds.next();
  const after = Date.now();
  assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const madeAt = Number.parseInt(first.replace("-", "").slice(0, 12), 16);
  assert.ok(before <= madeAt && madeAt <= after);
  const many = new Set(Array.from({ length: 10_000 }, () => systemIds.next()));
  assert.equal(many.size, 10_000);
  while (Date.now() <= after) await new Promise(setImmediate);
  assert.ok(systemIds.next() > first);
});

test("tokens have as many random bytes as asked for, in an alphabet for URLs and deep links", () => {
  for (const bytes of [1, 16, 24, 48]) {
    const token = systemIds.token(bytes);
    assert.match(token, /^[A-Za-z0-9_-]+$/);
    assert.equal(Buffer.from(token, "base64url").length, bytes);
  }
  assert.ok(systemIds.token(48).length <= 64, "48 bytes fit a deep link");
  assert.notEqual(systemIds.token(16), systemIds.token(16));
});

test("random numbers lie in [0, 1)", () => {
  for (let count = 0; count < 1000; count += 1) {
    const number = systemIds.random();
    assert.ok(number >= 0 && number < 1);
  }
});
