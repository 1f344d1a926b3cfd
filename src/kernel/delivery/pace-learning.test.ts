import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { manualClock } from "../lib/manual-clock.ts";
import { createPacer, type Departure, type OnItsWay } from "./pacer.ts";

/** A Telegram that counts arrivals over a sliding second, on a line whose delays vary. */
interface Line {
  /** What it lets pass in any second. */
  readonly allowed: number;
  readonly configured: number;
  /** From the choice to the wire, there, and back, of the message with this number. */
  readonly claimMs: (index: number) => number;
  readonly thereMs: (index: number) => number;
  readonly backMs: (index: number) => number;
  readonly forMs: number;
}

interface Story {
  /** When each accepted one arrived. */
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
}

const retryAfterMs = 1000;
const stepMs = 1;

async function play(line: Line): Promise<Story> {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({
    limits: { globalPerSecond: line.configured, chatPerSecond: 1, chatBurst: 3, groupPerMinute: 20 },
    clock,
  });
  const accepted: number[] = [];
  const refused: number[] = [];
  const due = new Map<number, (() => void)[]>();
  const after = (ms: number, act: () => void): void => {
    const at = Math.round(clock.monotonicMs() + Math.max(ms, stepMs));
    due.set(at, [...(due.get(at) ?? []), act]);
  };
  const arrive = (departure: Departure, onItsWay: OnItsWay, index: number): void => {
    const nowMs = clock.monotonicMs();
    const isAccepted = accepted.filter((at) => at > nowMs - 1000).length < line.allowed;
    (isAccepted ? accepted : refused).push(nowMs);
    after(line.backMs(index), () => {
      pacer.arrive(onItsWay, isAccepted);
      if (!isAccepted) pacer.flood(departure.chatId, retryAfterMs);
    });
  };
  let index = 0;
  for (; clock.monotonicMs() < line.forMs; await clock.advance(stepMs)) {
    for (const act of due.get(clock.monotonicMs()) ?? []) act();
    for (;;) {
      const departure: Departure = { chatId: 1 + index, lane: 5, edit: false, messages: 1 };
      if (!pacer.ask(departure).go) break;
      const mine = index;
      index += 1;
      pacer.promise(departure);
      const claimMs = Math.max(line.claimMs(mine), stepMs);
      after(claimMs, () => {
        const onItsWay = pacer.leave(departure, claimMs);
        after(line.thereMs(mine), () => {
          arrive(departure, onItsWay, mine);
        });
      });
    }
  }
  return { accepted, refused };
}

const steady = { claimMs: () => 3, thereMs: () => 20, backMs: () => 20 };
const within = (times: readonly number[], fromMs: number, untilMs: number): number =>
  times.filter((at) => at >= fromMs && at < untilMs).length;

test("a line that takes long, but always as long, costs nothing of the limit", async () => {
  const { accepted, refused } = await play({ ...steady, allowed: 30, configured: 30, forMs: 30_000 });
  assert.equal(refused.length, 0);
  assert.ok(within(accepted, 5000, 30_000) >= 0.99 * 30 * 25, `${within(accepted, 5000, 30_000)} in 25 s`);
});

test("a first burst over connections that are slow to open does not bunch up with what follows it", async () => {
  // The first ones arrive together, after all the time that the others do not take.
  const thereMs = (index: number): number => (index < 300 ? 200 - Math.floor(index / 3) : 1);
  const { accepted, refused } = await play({
    allowed: 1000,
    configured: 1000,
    claimMs: () => 3,
    thereMs,
    backMs: () => 1,
    forMs: 4000,
  });
  assert.equal(refused.length, 0);
  assert.ok(within(accepted, 2000, 4000) >= 0.99 * 2000, `${within(accepted, 2000, 4000)} in 2 s`);
});

const leastMs = 2;
/** Every fifth is as quick as the line ever is; the others mostly quick, now and then very slow. */
const delays = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: leastMs, max: 9 }) },
      { weight: 1, arbitrary: fc.integer({ min: leastMs, max: 400 }) },
    ),
    { minLength: 50, maxLength: 50 },
  )
  .map((all) => all.map((ms, index) => (index % 5 === 0 ? leastMs : ms)));

test("however the line trembles, nothing is refused", async () => {
  await fc.assert(
    fc.asyncProperty(delays, delays, delays, fc.constantFrom(5, 30, 100), async (claims, there, back, allowed) => {
      const of = (all: readonly number[], index: number): number => all[index % all.length] ?? leastMs;
      const { refused } = await play({
        allowed,
        configured: allowed,
        claimMs: (index) => of(claims, index),
        thereMs: (index) => of(there, index),
        backMs: (index) => of(back, index),
        forMs: 6000,
      });
      assert.equal(refused.length, 0);
    }),
    { numRuns: 20, endOnFailure: true },
  );
});

test("an answer that never comes holds its place for two seconds, not for ever", async () => {
  const { accepted } = await play({
    ...steady,
    allowed: 10,
    configured: 10,
    backMs: (index) => (index < 10 ? 1_000_000 : 1),
    forMs: 6000,
  });
  assert.ok(within(accepted, 3000, 6000) >= 28, `${within(accepted, 3000, 6000)} in 3 s`);
});

test("a limit lower than configured is found at once and used to nine tenths, with few refusals", async () => {
  const { accepted, refused } = await play({ ...steady, allowed: 20, configured: 30, forMs: 180_000 });
  const settled = within(accepted, 10_000, 180_000) / (20 * 170);
  assert.ok(settled >= 0.9, `${settled} of the limit`);
  assert.ok(refused.length <= 30, `${refused.length} refused in three minutes`);
});

test("a limit far lower is found too", async () => {
  const { accepted, refused } = await play({ ...steady, allowed: 4, configured: 30, forMs: 120_000 });
  const settled = within(accepted, 30_000, 120_000) / (4 * 90);
  assert.ok(settled >= 0.8, `${settled} of the limit`);
  assert.ok(refused.length <= 60, `${refused.length} refused in two minutes`);
});
