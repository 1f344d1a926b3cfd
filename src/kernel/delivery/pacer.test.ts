import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { manualClock } from "../lib/manual-clock.ts";
import type { PaceLimits } from "./pace-limits.ts";
import { createPacer, type Departure, type Pacer } from "./pacer.ts";

const telegram: PaceLimits = { globalPerSecond: 30, chatPerSecond: 1, chatBurst: 3, groupPerMinute: 20 };
const none: PaceLimits = { globalPerSecond: 0, chatPerSecond: 0, chatBurst: 1, groupPerMinute: 0 };
const payment = 0;
const reply = 1;
const bulk = 5;

interface Sent extends Departure {
  readonly atMs: number;
}

/** Sends as fast as allowed for `forMs`: each turn the first of `wanted` that may go. */
async function drive(
  pacer: Pacer,
  clock: ReturnType<typeof manualClock>,
  wanted: (turn: number) => Departure,
  forMs: number,
) {
  const sent: Sent[] = [];
  const untilMs = clock.monotonicMs() + forMs;
  for (let turn = 0; clock.monotonicMs() < untilMs;) {
    const departure = wanted(turn);
    const verdict = pacer.ask(departure);
    if (verdict.go) {
      send(pacer, departure);
      sent.push({ ...departure, atMs: clock.monotonicMs() });
      turn += 1;
    } else {
      await clock.advance(Math.max(Math.min(verdict.waitMs, untilMs - clock.monotonicMs()), 0.001));
    }
  }
  return sent;
}

/** There and back in no time. */
function send(pacer: Pacer, departure: Departure): void {
  pacer.promise(departure);
  pacer.arrive(pacer.leave(departure, 0), true);
}

/** The most that any window of this length holds. */
function busiest(times: readonly number[], windowMs: number): number {
  let most = 0;
  let from = 0;
  for (const [index, time] of times.entries()) {
    while ((times[from] ?? 0) <= time - windowMs) from += 1;
    most = Math.max(most, index - from + 1);
  }
  return most;
}

const broadcast = (turn: number): Departure => ({ chatId: 1000 + turn, lane: bulk, edit: false, messages: 1 });

const times = (sent: readonly Sent[]): readonly number[] => sent.map(({ atMs }) => atMs);

test("a broadcast uses at least 99 percent of the limit and never more than it in any second", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  const sent = await drive(
    pacer,
    clock,
    (turn) => ({ chatId: 1000 + turn, lane: bulk, edit: false, messages: 1 }),
    60_000,
  );
  assert.ok(sent.length >= 0.99 * 30 * 60, `${sent.length} in a minute`);
  assert.ok(busiest(times(sent), 1000) <= 30);
});

test("a reply to an idle bot goes at once, and in the middle of a broadcast within a twentieth of a second", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  await drive(pacer, clock, (turn) => ({ chatId: 1000 + turn, lane: bulk, edit: false, messages: 1 }), 5000);
  const verdict = pacer.ask({ chatId: 1, lane: reply, edit: false, messages: 1 });
  assert.ok(verdict.go || verdict.waitMs < 50);
});

test("a private chat gets a short burst and then one a second; broadcasts leave the burst to answers", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  const answers = await drive(pacer, clock, () => ({ chatId: 7, lane: reply, edit: false, messages: 1 }), 10_000);
  assert.equal(answers.filter(({ atMs }) => atMs === 0).length, 3);
  assert.ok(answers.length >= 12 && answers.length <= 13);
  const news = await drive(
    createPacer({ limits: telegram, clock }),
    clock,
    () => ({ chatId: 8, lane: bulk, edit: false, messages: 1 }),
    9500,
  );
  assert.equal(busiest(times(news), 1000), 1);
});

test("a group gets 20 a minute, all at once only for what people wait for", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  const answers = await drive(pacer, clock, () => ({ chatId: -7, lane: reply, edit: false, messages: 1 }), 300_000);
  assert.equal(busiest(times(answers), 60_000), 20);
  assert.ok(answers.length >= 98);
  const news = await drive(
    createPacer({ limits: telegram, clock }),
    clock,
    () => ({ chatId: -8, lane: bulk, edit: false, messages: 1 }),
    300_000,
  );
  assert.ok(busiest(times(news), 1000) <= 5);
  assert.ok(busiest(times(news), 60_000) <= 20);
});

test("edits of a group's messages have a bucket of their own", () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: { ...telegram, globalPerSecond: 0 }, clock });
  for (let index = 0; index < 20; index += 1) send(pacer, { chatId: -7, lane: reply, edit: false, messages: 1 });
  assert.equal(pacer.ask({ chatId: -7, lane: reply, edit: false, messages: 1 }).go, false);
  assert.equal(pacer.ask({ chatId: -7, lane: reply, edit: true, messages: 1 }).go, true);
});

test("0 means no limit", () => {
  const pacer = createPacer({ limits: none, clock: manualClock(new Date(0)) });
  for (let index = 0; index < 10_000; index += 1) {
    assert.equal(pacer.ask({ chatId: -1, lane: bulk, edit: false, messages: 1 }).go, true);
    send(pacer, { chatId: -1, lane: bulk, edit: false, messages: 1 });
  }
});

test("a chat that Telegram asks to wait waits that long, the others go on", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  assert.equal(pacer.flood(7, 30_000), "chat");
  assert.deepEqual(pacer.ask({ chatId: 7, lane: payment, edit: false, messages: 1 }), {
    go: false,
    waitMs: 30_000,
    scope: "chat",
  });
  assert.equal(pacer.ask({ chatId: 8, lane: bulk, edit: false, messages: 1 }).go, true);
  await clock.advance(30_000);
  assert.equal(pacer.ask({ chatId: 7, lane: payment, edit: false, messages: 1 }).go, true);
});

test("when three chats hear it everybody waits, and tells of the same flood only once", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  assert.equal(pacer.flood(1, 4000), "chat");
  assert.equal(pacer.flood(2, 5000), "chat");
  assert.equal(pacer.flood(3, 3000), "bot");
  assert.equal(pacer.flood(4, 3000), "bot", "told again of the same flood");
  const verdict = pacer.ask({ chatId: 9, lane: payment, edit: false, messages: 1 });
  assert.deepEqual(verdict, { go: false, waitMs: 5000, scope: "bot" });
  await clock.advance(5000);
  assert.equal(pacer.view().factor.toFixed(3), "0.500", "nearly nothing had been sent: half, however little that was");
  const sent = await drive(pacer, clock, broadcast, 5000);
  assert.ok(sent.length < 90 && sent.length > 60, `${sent.length} in 5 s at half pace`);
  await clock.advance(75_000);
  assert.equal(pacer.view().factor, 1);
});

test("without a limit a flood makes one of what was too much, until the pace is back", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: none, clock });
  for (let index = 0; index < 400; index += 1) {
    send(pacer, { chatId: index, lane: bulk, edit: false, messages: 1 });
    await clock.advance(5);
  }
  pacer.floodBot(2000);
  await clock.advance(2000);
  const sent = await drive(
    pacer,
    clock,
    (turn) => ({ chatId: 1000 + turn, lane: bulk, edit: false, messages: 1 }),
    1000,
  );
  assert.ok(sent.length > 150 && sent.length <= 200, `${sent.length} in the first second after`);
  await clock.advance(80_000);
  assert.equal(pacer.view().perSecond, undefined);
});

test("what the sender before has sent counts", () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  for (let index = 20; index > 0; index -= 1)
    pacer.seed({ chatId: -7, lane: bulk, edit: false, messages: 1 }, index * 1000);
  const verdict = pacer.ask({ chatId: -7, lane: reply, edit: false, messages: 1 });
  assert.equal(verdict.go, false);
  assert.ok(!verdict.go && verdict.waitMs > 39_000 && verdict.waitMs < 41_000);
});

test("what was promised counts when it leaves, and not at all when it does not", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: { ...telegram, globalPerSecond: 4 }, clock });
  const one = (chatId: number): Departure => ({ chatId, lane: payment, edit: false, messages: 1 });
  const left: number[] = [];
  // The claim of the first takes 200 ms, later ones none.
  pacer.promise(one(1));
  await clock.advance(200);
  pacer.arrive(pacer.leave(one(1), 200), true);
  left.push(clock.monotonicMs());
  for (let chatId = 2; clock.monotonicMs() < 3000;) {
    const verdict = pacer.ask(one(chatId));
    if (verdict.go) {
      send(pacer, one(chatId));
      left.push(clock.monotonicMs());
      chatId += 1;
    } else {
      await clock.advance(verdict.waitMs);
    }
  }
  assert.ok(busiest(left, 1000) <= 4);
  pacer.promise(one(100));
  pacer.takeBack(one(100));
  await clock.advance(2000);
  assert.equal(pacer.ask(one(101)).go, true);
});

test("an album takes as many places as it has messages", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  const album: Departure = { chatId: -7, lane: reply, edit: false, messages: 10 };
  const sent = await drive(pacer, clock, () => album, 300_000);
  assert.ok(busiest(times(sent.flatMap((one) => Array<Sent>(10).fill(one))), 60_000) <= 20);
  assert.ok(sent.length >= 8);
});

test("what was sent at a faster pace than now allowed costs a second, not hours", async () => {
  const clock = manualClock(new Date(0));
  const pacer = createPacer({ limits: telegram, clock });
  for (let index = 900; index > 0; index -= 1)
    pacer.seed({ chatId: index, lane: bulk, edit: false, messages: 1 }, index * 3);
  await clock.advance(1100);
  assert.equal(pacer.ask({ chatId: 7, lane: bulk, edit: false, messages: 1 }).go, true);
});

test("whatever is asked for, whenever: no window of any limit is ever overfull", async () => {
  const departure = fc.record({
    chatId: fc.constantFrom(1, 2, 3, -1, -2),
    lane: fc.integer({ min: 0, max: 5 }),
    edit: fc.boolean(),
    messages: fc.constant(1),
    pauseMs: fc.constantFrom(0, 0, 0, 10, 500, 5000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(departure, { minLength: 1, maxLength: 300 }), async (wishes) => {
      const clock = manualClock(new Date(0));
      const pacer = createPacer({ limits: { ...telegram, globalPerSecond: 10 }, clock });
      const sent: Sent[] = [];
      for (const { pauseMs, ...wish } of wishes) {
        if (pauseMs > 0) await clock.advance(pauseMs);
        if (!pacer.ask(wish).go) continue;
        send(pacer, wish);
        sent.push({ ...wish, atMs: clock.monotonicMs() });
      }
      assert.ok(busiest(times(sent), 1000) <= 10);
      for (const edit of [true, false]) {
        for (const chatId of [1, 2, 3, -1, -2]) {
          const ofChat = times(sent.filter((one) => one.chatId === chatId && one.edit === edit));
          if (chatId < 0) assert.ok(busiest(ofChat, 60_000) <= 20);
          // A burst of 3 and one for each second that has passed.
          else assert.ok(busiest(ofChat, 5000) <= 3 + 5);
        }
      }
    }),
    { numRuns: 100 },
  );
});
