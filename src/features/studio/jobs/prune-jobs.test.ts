import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { testDatabase } from "#test/support/database.ts";

import { retentionSettings } from "../settings.ts";
import { pruneJobs } from "./prune-jobs.ts";

const { db } = await testDatabase();

async function make(orderedAt: string, isFinished: boolean): Promise<void> {
  await sql`
    insert into studio.job (id, user_id, chat_id, state, model, provider, duration_seconds, width, height, price,
      cost_usd_micros, prompt_tokens, card_at, ordered_at, not_before, looked_at, finished_at, deadline)
    values (${systemIds.next()}, 1, 1, ${isFinished ? "delivered" : "ordered"}, 'm', 'p', 4, 1, 1, 500, 250000, 3,
      ${orderedAt}, ${orderedAt}, ${orderedAt}, ${orderedAt}, ${isFinished ? orderedAt : null}, ${orderedAt})`.execute(
    db,
  );
}

async function left(): Promise<number> {
  return (await sql`select from studio.job`.execute(db)).rows.length;
}

test("videos that ended are forgotten when their time has come, those under way never", async () => {
  await make("2026-01-01T00:00:00Z", true);
  await make("2026-02-01T00:00:00Z", true);
  await make("2020-01-01T00:00:00Z", false);
  const clock = manualClock(new Date("2026-01-31T00:00:00Z"));
  const settings = {
    read: async () => await Promise.resolve(retentionSettings.schema.parse({ jobDays: 30 })),
  } as never;
  const { job } = pruneJobs({ db, clock, settings });
  const context = { id: "1", attempt: 1, log: silentLogger(), signal: new AbortController().signal };
  await job.run({}, context);
  assert.equal(await left(), 3);
  await clock.advance(1000);
  await job.run({}, context);
  assert.equal(await left(), 2);
  await clock.advance(400 * 86_400_000);
  await job.run({}, context);
  assert.equal(await left(), 1);
});
