import assert from "node:assert/strict";
import { test } from "node:test";

import { z } from "zod";

import { createListener, type Database, inTransaction } from "#kernel/db/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { createSettings, defineSettings, type SettingsStore } from "./index.ts";

const limits = defineSettings({
  key: "test.limits",
  title: "Limits",
  schema: z.object({
    perDay: z.number().int().min(1).max(100).default(10),
    words: z.array(z.string()).default(["a"]),
  }),
});

const database = await testDatabase();
const { db } = database;

async function replica({ url }: Database = database): Promise<SettingsStore> {
  const log = silentLogger();
  const listener = createListener({ url, log, clock: systemClock, ids: systemIds });
  const settings = createSettings({ db, clock: systemClock, listener, log });
  await listener.start();
  await settings.start();
  cleanUp(listener.close);
  cleanUp(settings.stop);
  return settings;
}

const one = await replica();
const other = await replica();

async function write(value: z.output<typeof limits.schema>, by = "cli"): Promise<void> {
  await inTransaction(db, async (tx) => {
    await one.write(tx, limits, { value, by });
  });
}

test("an empty database is a complete configuration, also before anything was read", async () => {
  const listener = createListener({ url: database.url, log: silentLogger(), clock: systemClock, ids: systemIds });
  const fresh = createSettings({ db, clock: systemClock, listener, log: silentLogger() });
  assert.deepEqual(fresh.current(limits), { perDay: 10, words: ["a"] });
  assert.deepEqual(await fresh.read(limits), { perDay: 10, words: ["a"] });
});

test("a change is seen by this replica and soon by the others, with its history", async () => {
  await write({ perDay: 20, words: ["a"] }, "user:1");
  await write({ perDay: 30, words: ["b", "c"] }, "user:2");
  for (const replica of [one, other]) {
    await until("the new value", () => replica.current(limits).perDay === 30, 1000);
    assert.deepEqual(await replica.read(limits), { perDay: 30, words: ["b", "c"] });
  }
  const [latest, first] = await one.history(db, limits.key, 10);
  assert.deepEqual(
    [latest?.by, latest?.before, latest?.after],
    ["user:2", { perDay: 20, words: ["a"] }, { perDay: 30, words: ["b", "c"] }],
  );
  assert.equal(first?.by, "user:1");
  assert.ok(latest?.at instanceof Date);
});

test("a change that is rolled back never shows", async () => {
  const before = await one.read(limits);
  await assert.rejects(
    inTransaction(db, async (tx) => {
      await one.write(tx, limits, { value: { perDay: 99, words: [] }, by: "cli" });
      throw new Error("no");
    }),
  );
  assert.deepEqual(await one.read(limits), before);
});

test("a refused value names the field and what is expected, and changes nothing", async () => {
  const before = await one.history(db, limits.key, 100);
  await assert.rejects(write({ perDay: 101, words: [] }), {
    code: "settings.invalid",
    message: "test.limits: perDay: Too big: expected number to be <=100",
  });
  await assert.rejects(write({ perDay: 1, words: [3 as unknown as string] }), {
    params: { section: "test.limits", field: "words.0", expected: "Invalid input: expected string, received number" },
  });
  const unknownField = { perDay: 1, words: [], perHour: 1 };
  await assert.rejects(write(unknownField), {
    params: { section: "test.limits", field: "perHour", expected: "there is no such field" },
  });
  await assert.rejects(write("text" as never), { code: "settings.invalid" });
  assert.deepEqual(await one.history(db, limits.key, 100), before);
});

test("what equals the default is not stored, so a later version's default reaches it", async () => {
  await write({ perDay: 50, words: ["a"] });
  assert.equal((await one.read(limits)).perDay, 50, "whoever wrote reads his own change at once");
  const later = defineSettings({
    ...limits,
    schema: z.object({ perDay: z.number().default(11), words: z.array(z.string()).default(["new"]) }),
  });
  assert.deepEqual(await one.read(later), { perDay: 50, words: ["new"] });
});

test("fields another version wrote fall back to their defaults, the others stay", async () => {
  await write({ perDay: 60, words: ["kept"] });
  const other = defineSettings({
    ...limits,
    schema: z.strictObject({ perDay: z.string().default("many"), words: z.array(z.string()).default([]) }),
  });
  assert.deepEqual(await one.read(other), { perDay: "many", words: ["kept"] });
});

test("writers at the same time leave a history without gaps", async () => {
  await Promise.all(
    [1, 2, 3, 4, 5, 6].map(async (perDay) => {
      await write({ perDay, words: [] });
    }),
  );
  const changes = (await one.history(db, limits.key, 6)).toReversed();
  for (const [index, change] of changes.entries()) {
    if (index > 0) assert.deepEqual(change.before, changes[index - 1]?.after);
  }
});

test("writing what is already there leaves no trace", async () => {
  await write({ perDay: 7, words: [] });
  const before = await one.history(db, limits.key, 1);
  await write({ perDay: 7, words: [] }, "user:9");
  assert.deepEqual(await one.history(db, limits.key, 1), before);
});

test("readers share one value and cannot change it", async () => {
  const value = await one.read(limits);
  assert.throws(() => {
    value.words.push("x");
  }, TypeError);
});

test("a section with a field that has no default is refused when it is defined", () => {
  assert.throws(
    () => defineSettings({ key: "test.bad", title: "Bad", schema: z.object({ x: z.number() }) }),
    /test\.bad/,
  );
});

test("two who revise different fields at once both do, and the answer says what was there", async () => {
  await write({ perDay: 10, words: ["a"] });
  const [first, second] = await Promise.all([
    inTransaction(db, async (tx) => {
      return await one.revise(tx, limits, { by: "user:1", change: (before) => ({ ...before, perDay: 77 }) });
    }),
    inTransaction(db, async (tx) => {
      return await other.revise(tx, limits, { by: "user:2", change: (before) => ({ ...before, words: ["z"] }) });
    }),
  ]);
  await until("both changes", () => one.current(limits).perDay === 77 && one.current(limits).words[0] === "z");
  assert.equal(first.after.perDay, 77);
  assert.deepEqual(second.after.words, ["z"]);
  const [latest] = await one.history(db, limits.key, 1);
  assert.deepEqual(latest?.after, { perDay: 77, words: ["z"] });
});

test("amounts are stored as text and read as amounts again", async () => {
  const prices = defineSettings({
    key: "test.prices",
    title: "Prices",
    schema: z.object({ price: z.union([z.bigint(), z.string()]).transform(BigInt).default(5n) }),
  });
  await inTransaction(db, async (tx) => {
    await one.write(tx, prices, { value: { price: 9_007_199_254_740_993n }, by: "cli" });
  });
  await until("the new price", () => other.current(prices).price === 9_007_199_254_740_993n);
  const [change] = await one.history(db, prices.key, 1);
  assert.deepEqual([change?.before, change?.after], [{ price: "5" }, { price: "9007199254740993" }]);
});
