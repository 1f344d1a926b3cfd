import assert from "node:assert/strict";
import { test } from "node:test";

import { systemClock } from "#kernel/lib/clock.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { testDatabase } from "#test/support/database.ts";

import { ProviderUnavailable } from "../provider-error.ts";
import { createRateGate, createSharedRateGate } from "./rate-gate.ts";

const options = { limit: 3, windowMs: 1000, longestWaitMs: 1000 };

test("no window of any position has more than the limit, and nobody overtakes", async () => {
  const clock = manualClock(new Date(0));
  const gate = createRateGate({ clock, ...options, longestWaitMs: 100_000 });
  const passed: (readonly [number, number])[] = [];
  const arrive = async (who: number): Promise<void> => {
    await gate.pass();
    passed.push([clock.monotonicMs(), who]);
  };
  const all: Promise<void>[] = [];
  for (let who = 0; who < 30; who++) {
    all.push(arrive(who));
    await clock.advance((who * 37) % 200);
  }
  await clock.advance(20_000);
  await Promise.all(all);
  assert.deepEqual(
    passed.map(([, who]) => who),
    Array.from({ length: 30 }, (_, who) => who),
  );
  for (const [i, [at]] of passed.entries()) {
    const before = passed[i - options.limit]?.[0];
    assert.ok(before === undefined || at - before >= options.windowMs, `${i}`);
  }
  assert.equal(clock.pendingTimers(), 0);
});

test("who would wait too long is told for how long, and takes no place", async () => {
  const clock = manualClock(new Date(0));
  const gate = createRateGate({ clock, ...options, longestWaitMs: 500 });
  for (let i = 0; i < 3; i++) await gate.pass();
  for (let i = 0; i < 5; i++) {
    const error = await gate.pass().catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ProviderUnavailable);
    assert.deepEqual([error.kind, error.retryAfterMs], ["rate_limited", 1000]);
  }
  await clock.advance(1000);
  await gate.pass();
});

test("who gives up waiting says why", async () => {
  const clock = manualClock(new Date(0));
  const gate = createRateGate({ clock, ...options });
  for (let i = 0; i < 3; i++) await gate.pass();
  const stop = new AbortController();
  const waiting = gate.pass(stop.signal);
  stop.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
});

test("the gates of two replicas let no more through together", async () => {
  const { db } = await testDatabase();
  const shared = { clock: systemClock, db, name: "account", limit: 4, windowMs: 60_000, longestWaitMs: 100 };
  const gates = [createSharedRateGate(shared), createSharedRateGate(shared)];
  const passing = Array.from({ length: 10 }, async (_, index) => await gates[index % 2]?.pass());
  const outcomes = await Promise.allSettled(passing);
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 4);
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    assert.ok(outcome.reason instanceof ProviderUnavailable);
    assert.equal(outcome.reason.kind, "rate_limited");
    assert.ok((outcome.reason.retryAfterMs ?? 0) > 100);
  }
});
