import assert from "node:assert/strict";
import { test } from "node:test";

import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";

import { createChatQueue, type TurnOutcome } from "./chat-queue.ts";

/** A queue whose turns end when and how the test says. */
function queueOf(concurrency: number): {
  readonly queue: ReturnType<typeof createChatQueue>;
  readonly clock: ReturnType<typeof manualClock>;
  readonly begun: number[];
  readonly end: (chatId: number, outcome?: TurnOutcome) => Promise<void>;
} {
  const clock = manualClock(new Date(0));
  const open = new Map<number, (outcome: TurnOutcome) => void>();
  const begun: number[] = [];
  const takeTurn = async (chatId: number): Promise<TurnOutcome> => {
    assert.ok(!open.has(chatId), "two turns of one chat at once");
    begun.push(chatId);
    const { promise, resolve } = Promise.withResolvers<TurnOutcome>();
    open.set(chatId, resolve);
    return await promise;
  };
  return {
    queue: createChatQueue({ clock, ids: systemIds, concurrency, takeTurn }),
    clock,
    begun,
    end: async (chatId, outcome = "done") => {
      const resolve = open.get(chatId);
      assert.ok(resolve !== undefined, `no turn of ${chatId} is under way`);
      open.delete(chatId);
      resolve(outcome);
      await clock.advance(0);
    },
  };
}

test("each chat has one turn at a time and no more chats than allowed", async () => {
  const { queue, begun, end } = queueOf(2);
  for (const chatId of [1, 2, 3, 1, 2]) queue.wake(chatId);
  assert.deepEqual(begun, [1, 2]);
  await end(2, "done");
  assert.deepEqual(begun, [1, 2, 3]);
  await end(1);
  await end(3);
});

test("a chat that is woken during its turn gets another one: the turn may have been too early", async () => {
  const { queue, begun, end } = queueOf(1);
  queue.wake(1);
  queue.wake(1);
  await end(1, "done");
  assert.deepEqual(begun, [1, 1]);
  await end(1, "done");
  assert.deepEqual(begun, [1, 1]);
});

test("a chat with much to do goes to the end of the line after each turn", async () => {
  const { queue, begun, end } = queueOf(1);
  for (const chatId of [1, 2, 3]) queue.wake(chatId);
  await end(1, "more");
  await end(2, "done");
  await end(3, "done");
  assert.deepEqual(begun, [1, 2, 3, 1]);
  await end(1);
});

test("a chat that another replica has, or that could not be handled, is due again later and takes no place meanwhile", async () => {
  const { queue, clock, begun, end } = queueOf(1);
  queue.wake(1);
  queue.wake(2);
  await end(1, "busy");
  queue.wake(1);
  assert.deepEqual(begun, [1, 2]);
  await end(2, "later");
  await clock.advance(40);
  assert.deepEqual(begun, [1, 2, 1]);
  await end(1, "done");
  await clock.advance(5000);
  assert.deepEqual(begun, [1, 2, 1, 2]);
  await end(2, "done");
  assert.equal(clock.pendingTimers(), 0);
});

test("stopping waits for turns under way and begins no more", async () => {
  const { queue, clock, begun, end } = queueOf(1);
  for (const chatId of [1, 2]) queue.wake(chatId);
  let isStopped = false;
  const stopped = queue.stop().then(() => (isStopped = true));
  await clock.advance(0);
  assert.equal(isStopped, false);
  await end(1, "more");
  await stopped;
  queue.wake(3);
  assert.deepEqual(begun, [1]);
  assert.equal(clock.pendingTimers(), 0);
});
