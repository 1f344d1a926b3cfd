import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock } from "../lib/manual-clock.ts";
import { silentLogger } from "./log.ts";
import { createStallWatch, type WorkSeen } from "./stall-watch.ts";

function watched(first: WorkSeen) {
  const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
  const now: { seen: WorkSeen | "hangs" | "fails" } = { seen: first };
  const watch = createStallWatch({
    clock,
    log: silentLogger(),
    name: "the worker",
    limitMs: 30_000,
    look: async () => {
      if (now.seen === "hangs") return await new Promise<never>(() => undefined);
      if (now.seen === "fails") throw new Error("no database");
      return await Promise.resolve(now.seen);
    },
  });
  watch.start();
  return { clock, watch, now };
}

const waiting = (mark: number): WorkSeen => ({ waits: true, mark, detail: "3 wait" });
const idle: WorkSeen = { waits: false, detail: "nothing waits" };

test("work that waits while nothing is done stands still after the limit, not before", async () => {
  const { clock, watch } = watched(waiting(1));
  await clock.advance(29_000);
  assert.deepEqual(watch.check(), { ok: true, detail: "3 wait" });
  await clock.advance(3000);
  assert.deepEqual(watch.check(), { ok: false, detail: "stands still for 32 s: 3 wait" });
  await watch.stop();
  assert.equal(clock.pendingTimers(), 0);
});

test("as long as something is done, or nothing waits, it may take its time", async () => {
  const { clock, watch, now } = watched(waiting(0));
  for (let mark = 1; mark < 10; mark += 1) {
    now.seen = waiting(mark);
    await clock.advance(20_000);
    assert.equal(watch.check().ok, true);
  }
  now.seen = idle;
  await clock.advance(600_000);
  assert.deepEqual(watch.check(), { ok: true, detail: "nothing waits" });
  // What comes after a long silence has all of its time.
  now.seen = waiting(9);
  await clock.advance(29_000);
  assert.equal(watch.check().ok, true);
  await watch.stop();
});

test("that it goes on again is told with how long it stood, for a while", async () => {
  const { clock, watch, now } = watched(waiting(1));
  await clock.advance(45_000);
  assert.equal(watch.check().ok, false);
  now.seen = waiting(2);
  await clock.advance(5000);
  const { ok, detail } = watch.check();
  assert.equal(ok, true);
  assert.match(detail, /^3 wait; works again since \d s, after standing still for 4\d s$/);
  now.seen = idle;
  await clock.advance(16 * 60_000);
  assert.deepEqual(watch.check(), { ok: true, detail: "nothing waits" });
  await watch.stop();
});

test("a look that fails or hangs is no reassurance", async () => {
  for (const trouble of ["fails", "hangs"] as const) {
    const { clock, watch, now } = watched(idle);
    await clock.advance(6000);
    assert.equal(watch.check().ok, true);
    now.seen = trouble;
    await clock.advance(40_000);
    assert.deepEqual(
      [watch.check().ok, watch.check().detail.startsWith("nobody could look for")],
      [false, true],
      trouble,
    );
    if (trouble === "fails") await watch.stop();
  }
});
