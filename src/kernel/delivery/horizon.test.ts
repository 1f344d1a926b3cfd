import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { mostPassedPerChat } from "./chat-line.ts";
import { type Candidate, createHorizon, gapSize, type Horizon } from "./horizon.ts";

const candidate = (id: number, chatId: number, waitMs = 0): Candidate => ({
  id,
  lane: 0,
  chatId,
  contentId: 1,
  edit: false,
  fileless: true,
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
function simulate(
  rows: readonly Candidate[],
  script: readonly number[],
  isSlow: (candidate: Candidate) => boolean,
): readonly number[] {
  let now = 0;
  const horizon = createHorizon(() => now);
  const queued = new Map(rows.map((row) => [row.id, row]));
  const away: Candidate[] = [];
  const sent: number[] = [];
  const passed = new Set<number>();
  const step = (dice: number): void => {
    now += 1;
    if (dice % 3 === 0) for (const row of queued.values()) horizon.offer(row);
    if (dice % 3 === 1) {
      const taken = horizon.choose(1 + (dice % 5), ({ id }) =>
        (id + dice) % 7 === 0 ? { take: false, chatWaitMs: 1 } : { take: true },
      );
      for (const one of taken) {
        const others = away.filter(({ chatId, id }) => chatId === one.chatId && !passed.has(id));
        if (!isSlow(one)) assert.deepEqual(others, [], "one of a chat at a time");
        away.push(one);
        if (!isSlow(one)) continue;
        horizon.letPass(one);
        const ofChat = [...passed].filter((id) => queued.get(id)?.chatId === one.chatId);
        if (ofChat.length < mostPassedPerChat) passed.add(one.id);
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
        const sent = simulate(rows, script, () => false);
        assert.deepEqual(
          sent.toSorted((a, b) => a - b),
          rows.map(({ id }) => id),
        );
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

test("however slow some are, each goes once, and those that are not slow in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ chatId: fc.integer({ min: 1, max: 3 }), slow: fc.boolean() }), { maxLength: 60 }),
      fc.array(fc.nat(1000), { maxLength: 200 }),
      (messages, script) => {
        const rows = messages.map(({ chatId }, index) => candidate(index + 1, chatId));
        const isSlow = ({ id }: Candidate): boolean => messages[id - 1]?.slow === true;
        const sent = simulate(rows, script, isSlow);
        assert.deepEqual(
          sent.toSorted((a, b) => a - b),
          rows.map(({ id }) => id),
        );
        for (const { chatId } of messages) {
          const swift = sent.filter((id) => rows[id - 1]?.chatId === chatId && messages[id - 1]?.slow === false);
          assert.deepEqual(
            swift,
            swift.toSorted((a, b) => a - b),
          );
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("what is slow lets others of its chat pass, also while it waits to be tried again, and few of a chat do", () => {
  let now = 0;
  const horizon = createHorizon(() => now);
  for (const id of [1, 2, 3]) horizon.offer(candidate(id, 1));
  assert.deepEqual(all(horizon), [1]);
  horizon.letPass(candidate(1, 1));
  assert.deepEqual(all(horizon), [2]);
  horizon.putBack(candidate(1, 1), 50);
  horizon.finish(candidate(2, 1));
  // The database still has it: known, and neither in the way nor taken twice.
  horizon.offer(candidate(1, 1));
  assert.deepEqual(all(horizon), [3]);
  now = 50;
  assert.deepEqual(all(horizon), [1]);
  horizon.finish(candidate(1, 1));
  horizon.finish(candidate(3, 1));
  assert.equal(horizon.size(), 0);

  // Nor when a gap behind it is read: more waits in the database than is kept here.
  for (let id = 31; id < 45; id += 1) horizon.offer(candidate(id, 2));
  assert.deepEqual(all(horizon), [31]);
  horizon.letPass(candidate(31, 2));
  for (let id = 32; !horizon.hasGaps(); id += 1) {
    assert.deepEqual(all(horizon), [id]);
    horizon.finish(candidate(id, 2));
  }
  horizon.fillGap(
    2,
    [31, 43, 44].map((id) => candidate(id, 2)),
  );
  assert.deepEqual(all(horizon), [43]);
  horizon.forget(2);

  for (let id = 11; id < 20; id += 1) horizon.offer(candidate(id, 1));
  const slow: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    for (const id of all(horizon)) {
      slow.push(id);
      horizon.letPass(candidate(id, 1));
    }
  }
  assert.deepEqual(slow, [11, 12, 13, 14, 15]);
});
