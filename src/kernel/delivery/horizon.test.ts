import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { type Candidate, createHorizon, gapSize, type Horizon } from "./horizon.ts";

const candidate = (id: number, chatId: number, waitMs = 0): Candidate => ({
  id,
  lane: 0,
  chatId,
  contentId: 1,
  edit: false,
  textOnly: true,
  waitMs,
});
const all = (horizon: Horizon, most = 1000): readonly number[] =>
  horizon.choose(most, () => ({ take: true })).map(({ id }) => id);

test("the first of each chat goes, oldest first, and the next only when it is over", () => {
  const horizon = createHorizon(() => 0);
  for (const [id, chat] of [
    [5, 1],
    [3, 2],
    [4, 2],
    [6, 1],
    [1, 3],
  ] as const)
    horizon.offer(candidate(id, chat));
  assert.deepEqual(all(horizon), [1, 3, 5]);
  assert.deepEqual(all(horizon), []);
  horizon.finish(candidate(3, 2));
  assert.deepEqual(all(horizon), [4]);
});

test("a chat that must wait lets the others pass and comes back at its time", () => {
  let now = 0;
  const horizon = createHorizon(() => now);
  horizon.offer(candidate(1, 1));
  horizon.offer(candidate(2, 2));
  const taken = horizon.choose(10, ({ chatId }) => (chatId === 1 ? { take: false, chatWaitMs: 100 } : { take: true }));
  assert.deepEqual(
    taken.map(({ id }) => id),
    [2],
  );
  assert.equal(horizon.nextAtMs(), 100);
  assert.deepEqual(all(horizon), []);
  now = 100;
  assert.deepEqual(all(horizon), [1]);
});

test("what has failed stays first of its chat, and what stands behind it waits with it", () => {
  let now = 0;
  const horizon = createHorizon(() => now);
  horizon.offer(candidate(1, 1));
  horizon.offer(candidate(2, 1));
  assert.deepEqual(all(horizon), [1]);
  horizon.putBack(candidate(1, 1), 50);
  assert.deepEqual(all(horizon), []);
  now = 50;
  assert.deepEqual(all(horizon), [1]);
});

test("an older one that turns up while a newer one is on the wire neither overtakes nor doubles it", () => {
  const horizon = createHorizon(() => 0);
  horizon.offer(candidate(5, 1));
  assert.deepEqual(all(horizon), [5]);
  horizon.offer(candidate(3, 1));
  horizon.offer(candidate(5, 1));
  assert.deepEqual(all(horizon), []);
  assert.equal(horizon.size(), 2);
  horizon.finish(candidate(5, 1));
  assert.deepEqual(all(horizon), [3]);
});

test("one that is finished elsewhere while another of its chat is on the wire frees nothing", () => {
  const horizon = createHorizon(() => 0);
  horizon.offer(candidate(1, 1));
  horizon.offer(candidate(2, 1));
  horizon.offer(candidate(3, 1));
  assert.deepEqual(all(horizon), [1]);
  horizon.finish(candidate(2, 1));
  assert.deepEqual(all(horizon), []);
  horizon.finish(candidate(1, 1));
  assert.deepEqual(all(horizon), [3]);
});

test("a long queue of one chat is kept in the database and read on when its beginning is gone", () => {
  const horizon = createHorizon(() => 0);
  for (let id = 1; id <= 100; id += 1) horizon.offer(candidate(id, 1));
  assert.ok(horizon.size() < 10);
  const sent: number[] = [];
  for (let step = 0; step < 300 && sent.length < 100; step += 1) {
    for (const id of all(horizon)) {
      sent.push(id);
      horizon.finish(candidate(id, 1));
    }
    for (const { chatId, afterId } of horizon.gaps()) {
      const rest = Array.from({ length: 100 - afterId }, (_, index) => candidate(afterId + 1 + index, 1));
      horizon.fillGap(chatId, rest.slice(0, gapSize));
    }
  }
  assert.deepEqual(
    sent,
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
  assert.equal(horizon.size(), 0);
});

/** The database's side of the story: what is queued, by chat. */
function simulate(rows: readonly Candidate[], script: readonly number[]): readonly number[] {
  let now = 0;
  const horizon = createHorizon(() => now);
  const queued = new Map(rows.map((row) => [row.id, row]));
  const away: Candidate[] = [];
  const sent: number[] = [];
  const step = (dice: number): void => {
    now += 1;
    if (dice % 3 === 0) for (const row of queued.values()) horizon.offer(row);
    if (dice % 3 === 1) {
      const taken = horizon.choose(1 + (dice % 5), ({ id }) =>
        (id + dice) % 7 === 0 ? { take: false, chatWaitMs: 1 } : { take: true },
      );
      for (const one of taken) {
        assert.ok(!away.some(({ chatId }) => chatId === one.chatId), "one of a chat at a time");
        away.push(one);
      }
    }
    const back = dice % 3 === 2 ? away.splice(dice % Math.max(away.length, 1), 1)[0] : undefined;
    if (back === undefined) return;
    if (dice % 4 === 0) {
      horizon.putBack(back, 0);
      return;
    }
    sent.push(back.id);
    queued.delete(back.id);
    horizon.finish(back);
    for (const { chatId, afterId } of horizon.gaps()) {
      const rest = [...queued.values()].filter((row) => row.chatId === chatId && row.id > afterId);
      horizon.fillGap(chatId, rest.slice(0, gapSize));
    }
  };
  for (const dice of script) step(dice);
  for (let dice = 0; queued.size > 0 && dice < 20_000; dice += 1) step(dice);
  assert.equal(horizon.size(), 0);
  return sent;
}

test("whatever is offered, taken, put back and read again: each goes once and each chat's in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 60 }),
      fc.array(fc.nat(1000), { maxLength: 200 }),
      (chats, script) => {
        const rows = chats.map((chatId, index) => candidate(index + 1, chatId));
        const sent = simulate(rows, script);
        assert.equal(sent.length, rows.length);
        for (const chatId of new Set(chats)) {
          const ofChat = sent.filter((id) => rows[id - 1]?.chatId === chatId);
          assert.deepEqual(
            ofChat,
            ofChat.toSorted((a, b) => a - b),
          );
        }
      },
    ),
    { numRuns: 200 },
  );
});
