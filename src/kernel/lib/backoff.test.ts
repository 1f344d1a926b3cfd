import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { backoffMs } from "./backoff.ts";

const backoff = { firstMs: 100, longestMs: 1000 };

test("waits double from the first to the longest, with half of each left to chance", () => {
  const bounds = [1, 2, 3, 4, 5, 60].map((attempt) => [backoffMs(backoff, attempt, 0), backoffMs(backoff, attempt, 1)]);
  assert.deepEqual(bounds, [
    [50, 100],
    [100, 200],
    [200, 400],
    [400, 800],
    [500, 1000],
    [500, 1000],
  ]);
});

test("no attempt waits less than half of the first or more than the longest", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const waitMs = backoffMs(backoff, attempt, random);
      assert.ok(waitMs >= 50 && waitMs <= 1000, String(waitMs));
    }),
  );
});
