import assert from "node:assert/strict";
import { test } from "node:test";

import type { Update } from "grammy/types";

import { makeStoreTogether } from "./store-together.ts";

const update = (id: number): Update => ({ update_id: id });
const idsOf = (updates: readonly Update[]): readonly number[] => updates.map(({ update_id: id }) => id);
async function outcomes(
  store: ReturnType<typeof makeStoreTogether>,
  ids: readonly number[],
): Promise<readonly string[]> {
  const settled = await Promise.allSettled(ids.map(async (id) => await store(update(id))));
  return settled.map(({ status }) => status);
}

test("what arrives while others are being stored is stored with one statement, at most a hundred at a time, in its order", async () => {
  const statements: (readonly number[])[] = [];
  const { promise: held, resolve: commit } = Promise.withResolvers<undefined>();
  const store = makeStoreTogether(async (updates) => {
    statements.push(idsOf(updates));
    await held;
  });
  const stored: number[] = [];
  const all = Array.from({ length: 131 }, async (_, id) => {
    await store(update(id));
    stored.push(id);
  });
  assert.deepEqual(statements, [[0]]);
  assert.deepEqual(stored, []);
  commit(undefined);
  await Promise.all(all);
  assert.deepEqual(
    statements.map((ids) => ids.length),
    [1, 100, 30],
  );
  assert.deepEqual(stored, [...all.keys()]);
  await store(update(500));
  assert.deepEqual(statements.at(-1), [500]);
});

test("one that cannot be stored fails alone, and the others are stored in their order", async () => {
  const kept: number[] = [];
  let underWay = 0;
  const store = makeStoreTogether(async (updates) => {
    underWay += 1;
    await Promise.resolve();
    assert.equal(underWay, 1);
    underWay -= 1;
    if (idsOf(updates).includes(2)) throw new Error("not this one");
    kept.push(...idsOf(updates));
  });
  assert.deepEqual(await outcomes(store, [0, 1, 2, 3]), ["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  assert.deepEqual(kept, [0, 1, 3]);
});

test("while the database is away each is told so, and it is not asked for each of them", async () => {
  let statements = 0;
  const store = makeStoreTogether(async () => {
    statements += 1;
    await Promise.resolve();
    throw Object.assign(new Error("refused"), { syscall: "connect" });
  });
  assert.deepEqual(new Set(await outcomes(store, [0, 1, 2, 3])), new Set(["rejected"]));
  assert.equal(statements, 2);
});

test("copies that arrive together are stored once, and each is told so", async () => {
  const statements: (readonly number[])[] = [];
  const store = makeStoreTogether(async (updates) => {
    statements.push(idsOf(updates));
    await Promise.resolve();
  });
  await Promise.all([1, 2, 3, 2, 2].map(async (id) => await store(update(id))));
  assert.deepEqual(statements, [[1], [2, 3]]);
});
