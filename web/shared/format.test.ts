import assert from "node:assert/strict";
import { test } from "node:test";

import { daysBefore, formatDuration, initials, localDay, makeFormats } from "./format.ts";

/** Unix seconds of a moment in this machine's own zone, which is what the formats show. */
function at(...[year, month, day, hour = 0, minute = 0]: readonly number[]): number {
  return new Date(year ?? 0, (month ?? 1) - 1, day, hour, minute).getTime() / 1000;
}

const now = new Date(2026, 0, 15, 12, 0);
const formats = makeFormats("en");

test("the chat list shows a time today, a weekday this week, then a date", () => {
  assert.equal(formats.listTime(at(2026, 1, 15, 0, 5), now), "00:05");
  assert.equal(formats.listTime(at(2026, 1, 14, 23, 59), now), "Wed");
  assert.equal(formats.listTime(at(2026, 1, 5), now), "Jan 5");
  assert.equal(formats.listTime(at(2025, 1, 5), now), "01/05/2025");
});

test("days are counted by midnights, not by 24 hours", () => {
  assert.equal(daysBefore(at(2026, 1, 14, 23, 59), now), 1);
  assert.equal(daysBefore(at(2026, 1, 15, 0, 0), now), 0);
  assert.equal(localDay(at(2026, 1, 15, 0, 0)), localDay(at(2026, 1, 15, 23, 59)));
});

test("durations read as in a player", () => {
  assert.deepEqual([0, 7, 65, 754, 3723].map(formatDuration), ["0:00", "0:07", "1:05", "12:34", "1:02:03"]);
});

test("sizes have a unit a person reads", () => {
  assert.deepEqual([0, 900, 1024, 3_565_158].map(formats.bytes), ["0 B", "900 B", "1 KB", "3.4 MB"]);
});

test("date-time entities follow their format letters", () => {
  const moment = at(2026, 1, 15, 22, 45);
  assert.equal(formats.entity(moment, "t", now), "22:45");
  assert.match(formats.entity(moment, "wD", now), /Thursday.*January 15, 2026/);
  assert.equal(formats.entity(moment, "", now), "");
  assert.equal(formats.entity(at(2026, 1, 15, 14, 0), "r", now), "in 2 hours");
  assert.equal(formats.entity(at(2026, 1, 15, 11, 59), "r", now), "1 minute ago");
});

test("initials take the first and the last word and skip emoji", () => {
  assert.deepEqual(["Alex Rivera", "Telecast", "김 민지", "🎬 Video Club", "ann-lee b c"].map(initials), [
    "AR",
    "T",
    "김민",
    "VC",
    "AC",
  ]);
});
