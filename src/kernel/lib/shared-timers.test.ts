import assert from "node:assert/strict";
import { test } from "node:test";

import type { Timer } from "./clock.ts";
import { manualClock } from "./manual-clock.ts";
import { withSharedTimers } from "./shared-timers.ts";

const start = new Date("2026-03-01T00:00:00Z");

test("every timer rings at its own time, and one that was cancelled never, however many share a length", async () => {
  const manual = manualClock(start);
  const clock = withSharedTimers(manual);
  const rang: [string, number][] = [];
  const note = (name: string) => () => {
    rang.push([name, clock.monotonicMs()]);
  };
  clock.schedule(30, note("first"));
  const cancelled = clock.schedule(30, note("cancelled"));
  clock.schedule(20, note("shorter"));
  await manual.advance(7);
  clock.schedule(30, note("later"));
  assert.equal(manual.pendingTimers(), 2);
  cancelled.cancel();
  await manual.advance(100);
  assert.deepEqual(rang, [
    ["shorter", 20],
    ["first", 30],
    ["later", 37],
  ]);
  assert.equal(manual.pendingTimers(), 0);
});

test("a task may cancel what is due with it, set another one, and fail without keeping the others from ringing", async () => {
  const manual = manualClock(start);
  const clock = withSharedTimers(manual);
  const rang: string[] = [];
  const second: { timer?: Timer } = {};
  clock.schedule(10, () => {
    second.timer?.cancel();
    clock.schedule(10, () => {
      rang.push("set by the first");
    });
    throw new Error("the first one's own failure");
  });
  second.timer = clock.schedule(10, () => {
    rang.push("cancelled by the first");
  });
  clock.schedule(10, () => {
    rang.push("third");
  });
  await assert.rejects(manual.advance(10), { message: "the first one's own failure" });
  await manual.advance(10);
  assert.deepEqual(rang, ["third", "set by the first"]);
});
