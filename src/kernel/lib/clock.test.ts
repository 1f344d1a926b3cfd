import assert from "node:assert/strict";
import { test } from "node:test";

import { pause, systemClock } from "./clock.ts";
import { manualClock } from "./manual-clock.ts";

test("the system clock tells the time, counts on, and runs what is due unless it was cancelled", async () => {
  assert.ok(Math.abs(systemClock.now().getTime() - Date.now()) < 1000);
  const before = systemClock.monotonicMs();
  const ran: string[] = [];
  systemClock
    .schedule(5, () => {
      ran.push("cancelled");
    })
    .cancel();
  // Timers of this clock do not keep the process alive; this one does.
  await new Promise<void>((resolve) => {
    const alive = setInterval(() => undefined, 1000);
    systemClock.schedule(-5, () => {
      ran.push("past");
    });
    systemClock.schedule(20, () => {
      clearInterval(alive);
      resolve();
    });
  });
  assert.deepEqual(ran, ["past"]);
  assert.ok(systemClock.monotonicMs() - before >= 19);
});

test("a delay beyond what timers can hold does not run at once", async () => {
  let ran = false;
  const timer = systemClock.schedule(2 ** 40, () => {
    ran = true;
  });
  await new Promise((resolve) => {
    setTimeout(resolve, 10);
  });
  timer.cancel();
  assert.equal(ran, false);
});

test("a pause ends after its time or when its signal aborts, and leaves no timer", async () => {
  const clock = manualClock(new Date(0));
  const ended: string[] = [];
  const abort = new AbortController();
  const pauses = [
    pause(clock, 100).then(() => ended.push("time")),
    pause(clock, 1000, abort.signal).then(() => ended.push("abort")),
    pause(clock, 1000, AbortSignal.abort()).then(() => ended.push("aborted before")),
  ];
  await clock.advance(99);
  assert.deepEqual(ended, ["aborted before"]);
  await clock.advance(1);
  assert.deepEqual(ended, ["aborted before", "time"]);
  abort.abort();
  await Promise.all(pauses);
  assert.equal(ended.at(-1), "abort");
  assert.equal(clock.pendingTimers(), 0);
});
