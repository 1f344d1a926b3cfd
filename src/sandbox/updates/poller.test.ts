import assert from "node:assert/strict";
import test from "node:test";

import { manualClock } from "#kernel/lib/manual-clock.ts";
import type { ManualClock } from "#kernel/lib/manual-clock.ts";

import { makePoller } from "./poller.ts";
import type { Poller, PollRequest } from "./poller.ts";
import { makeUpdateQueue } from "./update-queue.ts";
import type { UpdateQueue } from "./update-queue.ts";

const never = new AbortController().signal;
const request: PollRequest = { offset: 0, limit: 100, timeoutSeconds: 30, signal: never };

function setUp(): { clock: ManualClock; queue: UpdateQueue; poller: Poller } {
  const clock = manualClock(new Date("2026-11-21T10:00:00Z"));
  const queue = makeUpdateQueue(clock);
  return { clock, queue, poller: makePoller(clock, queue) };
}

function push(queue: UpdateQueue): void {
  queue.push({ kind: "message", content: {} as never, orderKey: "chat", lifetimeMs: 86_400_000 });
}

test("what waits is answered at once, at most `limit` of it", async () => {
  const { queue, poller } = setUp();
  for (let count = 0; count < 3; count += 1) push(queue);
  const updates = await poller.poll({ ...request, limit: 2 });
  assert.equal(updates.length, 2);
  assert.equal((await poller.poll({ ...request, offset: (updates[1]?.update_id ?? 0) + 1 })).length, 1);
});

test("a long poll wakes up for an update, and ends empty after its time, at most 50 s", async () => {
  const { clock, queue, poller } = setUp();
  const woken = poller.poll(request);
  push(queue);
  assert.equal((await woken).length, 1);
  queue.clear();
  const empty = poller.poll({ ...request, timeoutSeconds: 3600 });
  await clock.advance(50_000);
  assert.deepEqual(await empty, []);
  assert.equal(clock.pendingTimers(), 0);
});

test("a second waiting poll ends the first with 409", async () => {
  const { queue, poller } = setUp();
  const first = assert.rejects(poller.poll(request), {
    code: 409,
    message: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  });
  const second = poller.poll(request);
  await first;
  push(queue);
  assert.equal((await second).length, 1);
});

test("a poll that does not wait leaves the waiting one alone", async () => {
  const { queue, poller } = setUp();
  const first = poller.poll(request);
  assert.deepEqual(await poller.poll({ ...request, timeoutSeconds: 0 }), []);
  push(queue);
  assert.equal((await first).length, 1);
});

test("bots that keep fighting are answered every three seconds only", async () => {
  const { clock, poller } = setUp();
  const first = assert.rejects(poller.poll(request), { code: 409 });
  const second = poller.poll(request);
  await first;
  let isAnswered = false;
  const answer = async (): Promise<void> => {
    await assert.rejects(second, { code: 409 });
    isAnswered = true;
  };
  const delayed = answer();
  const third = poller.poll(request);
  await clock.advance(2900);
  assert.equal(isAnswered, false);
  await clock.advance(100);
  await delayed;
  poller.interrupt("stop");
  assert.deepEqual(await third, []);
});

test("a webhook ends the poll with 409; a bot that hangs up leaves nothing behind", async () => {
  const { clock, poller } = setUp();
  const ended = assert.rejects(poller.poll(request), { message: "Conflict: terminated by setWebhook request" });
  poller.interrupt("webhook");
  await ended;
  const gone = new AbortController();
  const left = poller.poll({ ...request, signal: gone.signal });
  gone.abort();
  assert.deepEqual(await left, []);
  assert.equal(clock.pendingTimers(), 0);
});
