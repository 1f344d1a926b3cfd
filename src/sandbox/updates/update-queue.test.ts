import assert from "node:assert/strict";
import test from "node:test";

import { manualClock } from "#kernel/lib/manual-clock.ts";

import { makeUpdateQueue } from "./update-queue.ts";
import type { UpdateKind, UpdateQueue } from "./update-queue.ts";

const start = new Date("2026-11-21T10:00:00Z");

function push(queue: UpdateQueue, kind: UpdateKind = "message", lifetimeMs = 1000): number | undefined {
  return queue.push({ kind, content: {} as never, orderKey: "chat", lifetimeMs });
}

function ids(queue: UpdateQueue): readonly number[] {
  return queue.peek(100).map(({ update }) => update.update_id);
}

test("ids count up and an offset confirms everything before it", () => {
  const queue = makeUpdateQueue(manualClock(start));
  const first = push(queue) ?? 0;
  assert.deepEqual([push(queue), push(queue)], [first + 1, first + 2]);
  assert.deepEqual(queue.peek(2).length, 2);
  queue.confirm(first + 1);
  assert.deepEqual(ids(queue), [first + 1, first + 2]);
  queue.confirm(first + 1);
  assert.deepEqual(ids(queue), [first + 1, first + 2]);
  queue.confirm(first + 3);
  assert.equal(queue.count(), 0);
});

test("a negative offset keeps that many of the newest; one from the future is ignored", () => {
  const queue = makeUpdateQueue(manualClock(start));
  const first = push(queue) ?? 0;
  for (let count = 0; count < 4; count += 1) push(queue);
  queue.confirm(-2);
  assert.deepEqual(ids(queue), [first + 3, first + 4]);
  queue.confirm(first + 1000);
  assert.equal(queue.count(), 2);
});

test("the three kinds that must be asked for are left out until they are; absent means as before", () => {
  const queue = makeUpdateQueue(manualClock(start));
  assert.equal(push(queue, "chat_member"), undefined);
  queue.allow(["chat_member"]);
  assert.notEqual(push(queue, "chat_member"), undefined);
  assert.equal(push(queue, "message"), undefined);
  queue.allow(undefined);
  assert.equal(push(queue, "message"), undefined);
  queue.allow([]);
  assert.notEqual(push(queue, "message"), undefined);
  assert.equal(push(queue, "chat_member"), undefined);
});

test("updates expire, each after its own time", async () => {
  const clock = manualClock(start);
  const queue = makeUpdateQueue(clock);
  const short = push(queue, "callback_query", 1000) ?? 0;
  const long = push(queue, "message", 5000) ?? 0;
  await clock.advance(1000);
  assert.deepEqual(ids(queue), [long]);
  assert.equal(queue.find(short), undefined);
  await clock.advance(4000);
  assert.equal(queue.count(), 0);
});

test("a sandbox that starts later begins with higher ids, so that a bot's database sees none twice", () => {
  const earlier = push(makeUpdateQueue(manualClock(start))) ?? 0;
  const later = push(makeUpdateQueue(manualClock(new Date(start.getTime() + 1000)))) ?? 0;
  assert.ok(later > earlier && later < 2 ** 31);
});
