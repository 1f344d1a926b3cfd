import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { clockText, parseQuietRange, shiftQuietRange } from "./quiet-hours.ts";

test("two times are read however people write them", () => {
  for (const typed of ["22:30-07:15", " 22.30 – 7.15 ", "22:30~07:15", "22:30 to 7:15", "22:30부터 07:15까지"]) {
    assert.deepEqual(parseQuietRange(typed), { from: 22 * 60 + 30, to: 7 * 60 + 15 }, typed);
  }
  assert.deepEqual(parseQuietRange("23-8"), { from: 23 * 60, to: 8 * 60 });
  assert.deepEqual(parseQuietRange("24:00-6"), { from: 0, to: 360 });
});

test("what is no two times is not taken for any", () => {
  for (const typed of ["", "22:30", "25-7", "22:60-7", "24:30-7", "7-7", "0-24", "-1-5", "22:30-07:15:00", "abends"]) {
    assert.equal(parseQuietRange(typed), undefined, typed);
  }
});

test("an end that would meet the other goes one step further, over midnight too", () => {
  assert.deepEqual(shiftQuietRange({ from: 60, to: 90 }, "from", 30), { from: 120, to: 90 });
  assert.deepEqual(shiftQuietRange({ from: 0, to: 30 }, "to", -30), { from: 0, to: 24 * 60 - 30 });
});

test("whatever a screen shows can be typed, and moving an end never makes the two the same", () => {
  const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
  fc.assert(
    fc.property(
      minute,
      minute,
      fc.constantFrom("from" as const, "to" as const),
      fc.constantFrom(-30, 30),
      (from, to, end, by) => {
        fc.pre(from !== to);
        assert.deepEqual(parseQuietRange(`${clockText(from)}-${clockText(to)}`), { from, to });
        const moved = shiftQuietRange({ from, to }, end, by);
        assert.notEqual(moved.from, moved.to);
        assert.ok([moved.from, moved.to].every((each) => each >= 0 && each < 24 * 60));
        const other = end === "from" ? "to" : "from";
        assert.equal(moved[other], { from, to }[other]);
      },
    ),
  );
});
