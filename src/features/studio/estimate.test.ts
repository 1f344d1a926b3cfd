import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { estimateProgress, roughMinutes, secondsInLine, secondsLeft } from "./estimate.ts";

const time = { usual: 120, long: 200 };

test("progress is even until the usual time and slower after it, and never goes back or ends", () => {
  assert.deepEqual(
    [0, 60, 120, 240, 100_000].map((seconds) => estimateProgress(seconds, time)),
    [0, 40, 80, 89, 95],
  );
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), fc.integer({ min: 0, max: 5000 }), (one, more, usual) => {
      const [first, second] = [one, one + more].map((seconds) => estimateProgress(seconds, { usual, long: usual }));
      assert.ok(first !== undefined && second !== undefined);
      assert.ok(first <= second && first >= 0 && second <= 95);
    }),
  );
});

test("what is left counts to the usual time, then to the long one, then nobody can say", () => {
  assert.deepEqual(
    [0, 100, 120, 150, 200, 300].map((seconds) => secondsLeft(seconds, time)),
    [120, 20, 80, 50, undefined, undefined],
  );
});

test("a queue moves as fast as there are places", () => {
  assert.equal(secondsInLine(4, { places: 4, usual: 120 }), 120);
  assert.equal(secondsInLine(1, { places: 4, usual: 120 }), 30);
  assert.equal(secondsInLine(3, { places: 1, usual: 120 }), 360);
});

test("times are told roughly, and rather too long", () => {
  assert.deepEqual([0, 49, 50, 60, 61, 600, 601, 1000].map(roughMinutes), [0, 0, 1, 1, 2, 10, 15, 20]);
});
