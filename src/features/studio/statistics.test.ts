import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";

import { readUsage } from "./statistics.ts";

const { db } = await testDatabase();

interface Made {
  readonly at: string;
  readonly state?: string;
  readonly model?: string;
  readonly user?: number;
  readonly price?: number;
  readonly wasTaken?: boolean;
}

async function make({
  at,
  state = "delivered",
  model = "m",
  user = 1,
  price = 500,
  wasTaken = true,
}: Made): Promise<void> {
  const isOpen = state === "ordered";
  await sql`
    insert into studio.job (id, user_id, chat_id, state, model, provider, duration_seconds, width, height, price,
      cost_usd_micros, prompt_tokens, provider_reference, card_at, ordered_at, not_before, looked_at, finished_at, deadline)
    values (${systemIds.next()}, ${user}, 1, ${state}, ${model}, 'p', 4, 1, 1, ${price}, 250000, 3,
      ${wasTaken ? "r" : null}, ${at}, ${at}, ${at}, ${at}, ${isOpen ? null : at}, ${at})`.execute(db);
}

const jobs: readonly Made[] = [
  { at: "2026-03-01T23:30:00Z", user: 1 },
  { at: "2026-03-02T00:30:00Z", user: 2, model: "n" },
  { at: "2026-03-02T10:00:00Z", user: 2, state: "failed" },
  { at: "2026-03-02T11:00:00Z", user: 2, state: "failed", wasTaken: false },
  { at: "2026-03-03T10:00:00Z", user: 3, state: "ordered", wasTaken: false },
  // Outside.
  { at: "2026-02-27T10:00:00Z", user: 4 },
  { at: "2026-03-03T12:00:00Z", user: 4 },
];
for (const job of jobs) await make(job);
const span = { from: new Date("2026-02-28T12:00:00Z"), to: new Date("2026-03-03T12:00:00Z") };

test("the numbers of all people, within the time and no further", async () => {
  const { byDay: _, byModel, ...totals } = await readUsage(db, { ...span, timeZone: "UTC" });
  assert.deepEqual(totals, {
    jobs: 5,
    ended: 4,
    delivered: 2,
    people: 3,
    videoSeconds: 8,
    promptTokens: 15,
    // Three were taken by the provider, delivered or not.
    costUsdMicros: 750_000,
    revenue: 1000n,
  });
  assert.deepEqual(byModel, [
    { name: "m", jobs: 4, delivered: 1, revenue: 500n, costUsdMicros: 500_000 },
    { name: "n", jobs: 1, delivered: 1, revenue: 500n, costUsdMicros: 250_000 },
  ]);
});

test("days are the asker's own, and quiet days are shown", async () => {
  const inUtc = await readUsage(db, { ...span, timeZone: "UTC" });
  assert.deepEqual(
    inUtc.byDay.map(({ name, jobs, delivered }) => `${name} ${jobs}/${delivered}`),
    ["2026-02-28 0/0", "2026-03-01 1/1", "2026-03-02 3/1", "2026-03-03 1/0"],
  );
  const inSeoul = await readUsage(db, { ...span, timeZone: "Asia/Seoul" });
  assert.deepEqual(
    inSeoul.byDay.map(({ name, jobs }) => `${name} ${jobs}`),
    ["2026-02-28 0", "2026-03-01 0", "2026-03-02 4", "2026-03-03 1"],
  );
});

test("a summer-time change takes no day away", async () => {
  const { byDay } = await readUsage(db, {
    from: new Date("2026-03-28T12:00:00Z"),
    to: new Date("2026-03-31T12:00:00Z"),
    timeZone: "Europe/Berlin",
  });
  assert.deepEqual(
    byDay.map(({ name }) => name),
    ["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"],
  );
});

test("nothing at all is zero, not a mistake", async () => {
  const quiet = { from: new Date("2020-01-01T00:00:00Z"), to: new Date("2020-01-02T00:00:00Z") };
  const usage = await readUsage(db, { ...quiet, timeZone: "UTC" });
  assert.deepEqual([usage.jobs, usage.revenue, usage.costUsdMicros, usage.byModel.length], [0, 0n, 0, 0]);
});
