import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { systemClock } from "../lib/clock.ts";
import { silentLogger } from "../observability/index.ts";
import { createBacklog } from "./backlog.ts";
import { createContents } from "./contents.ts";
import { createQueueReader } from "./read-queue.ts";

const { db, pool } = await testDatabase();

test("a statement that was planned while the queue was empty is planned anew when it has become long", async () => {
  await sql`truncate delivery.outbox`.execute(db);
  await sql`vacuum (analyze) delivery.outbox`.execute(db);
  const client = await pool.connect();
  cleanUp(() => {
    client.release(true);
  });
  await client.query("set plan_cache_mode = force_generic_plan");
  await client.query("prepare of_ids (bigint[]) as select lane from delivery.outbox where id = any($1)");
  const plan = async (): Promise<string> =>
    (await client.query<Record<string, string>>("explain execute of_ids ('{1,2,3}')")).rows
      .map((row) => row["QUERY PLAN"])
      .join("\n");
  assert.match(await plan(), /Seq Scan/);
  await sql`insert into delivery.outbox (lane, chat_id, content_id) select 5, n, 1 from generate_series(1, 5000) as n`.execute(
    db,
  );
  assert.match(await plan(), /Seq Scan/);

  const backlog = createBacklog(systemClock);
  const uploads = { learn: async () => undefined };
  const contents = createContents({ db, marksRepeat: () => false });
  const log = silentLogger();
  createQueueReader({ pool, clock: systemClock, log, backlog, contents, uploads, onFound: () => undefined })();
  await until("it goes by the index", async () => /Index Scan using outbox_pkey/.test(await plan()));
});
