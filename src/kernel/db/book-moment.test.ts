import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "#test/support/database.ts";

import { type Booking, bookMoment } from "./book-moment.ts";

const { db } = await testDatabase({ connections: 10 });
const pace = { limit: 3, windowMs: 60_000, longestWaitMs: 120_000 };

/** In milliseconds since 1970, by the database's clock. */
async function moments(name: string): Promise<readonly number[]> {
  const { rows } = await sql<{ taken: readonly number[] }>`
    select taken from kernel.pace where name = ${name}`.execute(db);
  return rows[0]?.taken ?? [];
}

test("as many as the pace allows go at once, the next ones one window later each", async () => {
  const booked: Booking[] = [];
  for (let count = 0; count < 7; count += 1) booked.push(await bookMoment(db, { ...pace, name: "windows" }));
  assert.deepEqual(
    booked.map(({ isBooked, waitMs }) => [isBooked, Math.ceil(waitMs / pace.windowMs)]),
    [0, 0, 0, 1, 1, 1, 2].map((windows) => [true, windows]),
  );
});

test("who would wait too long is told for how long, and takes no moment", async () => {
  const short = { ...pace, longestWaitMs: 1000, name: "short" };
  for (let count = 0; count < 3; count += 1) await bookMoment(db, short);
  const before = await moments("short");
  const refused = await bookMoment(db, short);
  assert.equal(refused.isBooked, false);
  assert.ok(refused.waitMs > 1000 && refused.waitMs <= pace.windowMs);
  assert.deepEqual(await moments("short"), before);
});

test("thirty who come at once share one pace, whatever process they are in", async () => {
  const crowd = { limit: 5, windowMs: 1000, longestWaitMs: 60_000, name: "crowd" };
  const waits = await Promise.all(Array.from({ length: 30 }, async () => await bookMoment(db, crowd)));
  const windows = Map.groupBy(waits, ({ waitMs }) => Math.ceil(waitMs / crowd.windowMs));
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((window) => windows.get(window)?.length),
    [5, 5, 5, 5, 5, 5],
  );
});

test("each name is a pace of its own", async () => {
  const one = { ...pace, limit: 1 };
  assert.equal((await bookMoment(db, { ...one, name: "one" })).waitMs, 0);
  assert.equal((await bookMoment(db, { ...one, name: "other" })).waitMs, 0);
});

test("a clock that was set back keeps nobody waiting for the time in between", async () => {
  await sql`
    insert into kernel.pace (name, taken)
    select 'back', array_agg(extract(epoch from now())::float8 * 1000 + 3600000) from generate_series(1, 3)`.execute(
    db,
  );
  assert.deepEqual(await bookMoment(db, { ...pace, name: "back" }), { isBooked: true, waitMs: 0 });
});
