import assert from "node:assert/strict";
import test from "node:test";

import { manualClock } from "#kernel/lib/manual-clock.ts";

import { makeFaults } from "./faults.ts";
import type { Faults } from "./faults.ts";
import type { ActiveFault } from "./protocol.ts";

const start = new Date("2026-11-21T10:00:00Z");

function setUp(): { clock: ReturnType<typeof manualClock>; faults: Faults; seen: (readonly ActiveFault[])[] } {
  const clock = manualClock(start);
  const seen: (readonly ActiveFault[])[] = [];
  return { clock, seen, faults: makeFaults(clock, (active) => seen.push(active)) };
}

test("a fault hits its methods and its chat only, getUpdates never by accident", () => {
  const { faults } = setUp();
  faults.add({ kind: "server_error", methods: ["sendMessage"], chatId: 7 });
  assert.equal(faults.take("sendMessage", 8), undefined);
  assert.equal(faults.take("sendPhoto", 7), undefined);
  assert.equal(faults.take("sendMessage", 7)?.kind, "server_error");
  faults.clear();
  faults.add({ kind: "reset" });
  assert.equal(faults.take("getUpdates", undefined), undefined);
  assert.equal(faults.take("getMe", undefined)?.kind, "reset");
});

test("a fault ends after its hits, after its time, or when it is taken back", async () => {
  const { clock, faults, seen } = setUp();
  faults.add({ kind: "rate_limit", times: 2 });
  assert.equal(faults.take("getMe", undefined)?.hits, 1);
  assert.equal(faults.take("getMe", undefined)?.hits, 2);
  assert.equal(faults.take("getMe", undefined), undefined);
  faults.add({ kind: "outage", seconds: 60 });
  assert.equal(faults.takeOutage(), true);
  await clock.advance(60_000);
  assert.equal(faults.takeOutage(), false);
  const { id } = faults.add({ kind: "reset" });
  assert.equal(faults.remove(id), true);
  assert.equal(faults.remove(id), false);
  assert.deepEqual(faults.list(), []);
  assert.deepEqual(seen.at(-1), []);
  assert.equal(clock.pendingTimers(), 0);
});

test("a hang holds its calls until it is taken back, even when it has no hits left", async () => {
  const { faults } = setUp();
  const { id } = faults.add({ kind: "hang", times: 1 });
  assert.equal(faults.take("getMe", undefined)?.id, id);
  let isReleased = false;
  const hold = async (): Promise<void> => {
    await faults.released(id);
    isReleased = true;
  };
  const held = hold();
  await new Promise(setImmediate);
  assert.equal(isReleased, false);
  assert.equal(faults.take("getMe", undefined), undefined);
  faults.clear();
  await held;
});
