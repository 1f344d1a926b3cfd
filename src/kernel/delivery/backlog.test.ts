import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock } from "../lib/manual-clock.ts";
import { type Backlog, createBacklog } from "./backlog.ts";
import type { Candidate } from "./horizon.ts";

const lane = 1;
const of = (id: number, chatId = 7): Candidate => ({
  id,
  lane,
  chatId,
  contentId: id,
  edit: false,
  fileless: true,
  waitMs: 0,
});

/** The ids that would go now. */
function chosen(backlog: Backlog): readonly number[] {
  return backlog.lanes[lane]?.choose(10, () => ({ take: true })).map(({ id }) => id) ?? [];
}

/** The database holds these, in order, when the look of the lane is answered. */
function read(backlog: Backlog, queued: readonly Candidate[]): void {
  for (const look of backlog.looks()) {
    const behind = queued.filter(({ id }) => look.lane === lane && id > look.after);
    backlog.found(look, behind.slice(0, look.limit));
  }
}

test("what is offered to a sender that has just taken over does not pass older ones of its chat", () => {
  const backlog = createBacklog(manualClock(new Date()));
  const looks = backlog.looks();
  backlog.offer(of(9));
  assert.deepEqual(chosen(backlog), []);
  for (const look of looks) backlog.found(look, look.lane === lane ? [of(4), of(5, 8)] : []);
  assert.deepEqual(chosen(backlog), [4, 5]);
  backlog.lanes[lane]?.finish(of(4));
  assert.deepEqual(chosen(backlog), [9]);
});

test("what is offered early and found as well goes once", () => {
  const backlog = createBacklog(manualClock(new Date()));
  backlog.offer(of(9));
  read(backlog, [of(9)]);
  assert.deepEqual(chosen(backlog), [9]);
  assert.equal(backlog.lanes[lane]?.size(), 1);
});

test("once a lane is read, what is offered goes at once", () => {
  const backlog = createBacklog(manualClock(new Date()));
  read(backlog, []);
  backlog.offer(of(9));
  assert.deepEqual(chosen(backlog), [9]);
});

test("what is offered here does not pass what another replica has queued before and told of", () => {
  const backlog = createBacklog(manualClock(new Date()));
  read(backlog, []);
  backlog.hint();
  backlog.offer(of(9));
  assert.deepEqual(chosen(backlog), []);
  read(backlog, [of(8), of(9)]);
  assert.deepEqual(chosen(backlog), [8]);
  backlog.lanes[lane]?.finish(of(8));
  assert.deepEqual(chosen(backlog), [9]);
});

test("however many are offered early, none is lost and memory stays bounded", () => {
  const backlog = createBacklog(manualClock(new Date()));
  const looks = backlog.looks();
  const many = Array.from({ length: 1500 }, (_, index) => of(index + 1, index + 1));
  for (const each of many) backlog.offer(each);
  // This look was asked before any of them was written.
  for (const look of looks) backlog.found(look, []);
  assert.ok((backlog.lanes[lane]?.size() ?? 0) < 1024);
  const gone = new Set<number>();
  for (let rounds = 0; rounds < 9; rounds += 1) {
    read(
      backlog,
      many.filter(({ id }) => !gone.has(id)),
    );
    for (const each of backlog.lanes[lane]?.choose(2000, () => ({ take: true })) ?? []) {
      gone.add(each.id);
      backlog.lanes[lane]?.finish(each);
    }
  }
  assert.equal(gone.size, 1500);
});
