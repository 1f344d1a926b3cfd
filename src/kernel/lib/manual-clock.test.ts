import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock } from "./manual-clock.ts";

const start = new Date("2026-03-01T00:00:00Z");

test("time stands still until it is moved", async () => {
  const clock = manualClock(start);
  assert.deepEqual(clock.now(), start);
  assert.equal(clock.monotonicMs(), 0);
  await clock.advance(1500);
  assert.deepEqual(clock.now(), new Date("2026-03-01T00:00:01.500Z"));
  assert.equal(clock.monotonicMs(), 1500);
});

test("timers run in the order in which they are due, each at its own time", async () => {
  const clock = manualClock(start);
  const ran: [string, number][] = [];
  const note = (name: string) => () => {
    ran.push([name, clock.monotonicMs()]);
  };
  clock.schedule(20, note("second"));
  clock.schedule(10, note("first"));
  clock.schedule(20, note("third, as it was set later"));
  clock.schedule(31, note("not yet"));
  clock.schedule(15, note("cancelled")).cancel();
  await clock.advance(30);
  assert.deepEqual(ran, [
    ["first", 10],
    ["second", 20],
    ["third, as it was set later", 20],
  ]);
  assert.equal(clock.pendingTimers(), 1);
});

test("what a timer sets off runs in the same advance when it is due", async () => {
  const clock = manualClock(start);
  const ran: number[] = [];
  const tick = (): void => {
    ran.push(clock.monotonicMs());
    // As real code does: the next timer is set only after some promises have settled.
    void Promise.resolve()
      .then(() => undefined)
      .then(() => clock.schedule(10, tick));
  };
  tick();
  await clock.advance(35);
  assert.deepEqual(ran, [0, 10, 20, 30]);
});
