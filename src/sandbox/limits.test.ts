import assert from "node:assert/strict";
import test from "node:test";

import * as fc from "fast-check";

import { manualClock } from "#kernel/lib/manual-clock.ts";

import { makeLimiter, telegramLimits } from "./limits.ts";
import type { Limiter } from "./limits.ts";

const start = new Date("2026-11-21T10:00:00Z");

function send(limiter: Limiter, chatId: number, messages = 1): string {
  const admission = limiter.admit({ kind: "send", chatId, messages });
  return admission.ok ? "ok" : `${admission.limit} ${admission.retryAfter}`;
}

test("a private chat takes a short burst, then one message a second", async () => {
  const clock = manualClock(start);
  const limiter = makeLimiter(clock, telegramLimits);
  assert.deepEqual(
    Array.from({ length: 6 }, () => send(limiter, 1)),
    ["ok", "ok", "ok", "ok", "ok", "privateChat 1"],
  );
  assert.equal(send(limiter, 1), "impatient 1");
  assert.equal(send(limiter, 2), "ok");
  await clock.advance(1000);
  assert.equal(send(limiter, 1), "ok");
  assert.equal(send(limiter, 1), "privateChat 1");
});

test("all chats together take 30 a second", async () => {
  const clock = manualClock(start);
  const limiter = makeLimiter(clock, telegramLimits);
  for (let chatId = 1; chatId <= 30; chatId += 1) assert.equal(send(limiter, chatId), "ok");
  assert.equal(send(limiter, 31), "overall 1");
  await clock.advance(1000);
  for (let chatId = 31; chatId <= 60; chatId += 1) assert.equal(send(limiter, chatId), "ok");
});

test("a group takes 20 a minute, and 20 edits beside them", async () => {
  const clock = manualClock(start);
  const limiter = makeLimiter(clock, telegramLimits);
  for (let count = 0; count < 20; count += 1) assert.equal(send(limiter, -5), "ok");
  assert.equal(send(limiter, -5), "group 3");
  const edit = limiter.admit({ kind: "edit", chatId: -6, messages: 1 });
  assert.equal(edit.ok, true);
  await clock.advance(60_000);
  for (let count = 0; count < 20; count += 1)
    assert.equal(limiter.admit({ kind: "edit", chatId: -5, messages: 1 }).ok, true);
  assert.equal(limiter.admit({ kind: "edit", chatId: -5, messages: 1 }).ok, false);
});

test("an album counts once per photo, and one larger than the burst passes when the bucket is full", () => {
  const limiter = makeLimiter(manualClock(start), telegramLimits);
  assert.equal(send(limiter, 1, 10), "ok");
  assert.equal(send(limiter, 1), "privateChat 6");
});

test("a call that failed gives back what it took", () => {
  const limiter = makeLimiter(manualClock(start), telegramLimits);
  for (let count = 0; count < 50; count += 1) {
    const admission = limiter.admit({ kind: "send", chatId: 1, messages: 1 });
    assert.ok(admission.ok);
    admission.giveBack();
  }
});

test("the limits can be turned off and on again", () => {
  const limiter = makeLimiter(manualClock(start), undefined);
  for (let count = 0; count < 100; count += 1) assert.equal(send(limiter, 1), "ok");
  limiter.change(telegramLimits);
  for (let count = 0; count < 5; count += 1) assert.equal(send(limiter, 1), "ok");
  assert.equal(send(limiter, 1), "privateChat 1");
});

test("whatever is sent when, no window holds more than burst and refill allow", async () => {
  const step = fc.record({ waitMs: fc.integer({ min: 0, max: 2000 }), chatId: fc.constantFrom(1, 2, -1) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const clock = manualClock(start);
      const limiter = makeLimiter(clock, telegramLimits);
      const accepted: { readonly at: number; readonly chatId: number }[] = [];
      for (const { waitMs, chatId } of steps) {
        await clock.advance(waitMs);
        if (send(limiter, chatId) === "ok") accepted.push({ at: clock.monotonicMs(), chatId });
      }
      for (const { at, chatId } of accepted) {
        const inMinute = accepted.filter(
          (other) => other.chatId === chatId && other.at >= at && other.at < at + 60_000,
        );
        assert.ok(inMinute.length <= (chatId < 0 ? 40 : 65));
      }
    }),
    { numRuns: 20 },
  );
});
