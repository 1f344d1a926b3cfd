import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";

import { openDatabase } from "../db/index.ts";
import { silentLogger } from "../observability/index.ts";
import { createSweeps } from "./sweeps.ts";

const { db, url } = await testDatabase();

test("a sweep finds what it is for by index, also when the queue was empty as it was last counted", async () => {
  // One connection: its plans are those of whoever has swept an empty queue for a while.
  const own = openDatabase({ url, log: silentLogger(), connections: 1 });
  cleanUp(own.close);
  const sweeps = createSweeps({
    db: own.db,
    settlements: { tell: async () => undefined, retryDue: async () => undefined } as never,
    busy: () => [1, 2, 3],
    offer: () => undefined,
    textsOf: () => assert.fail("nothing is held"),
  });
  const fullReads = async (): Promise<number> => {
    await sql`select pg_stat_force_next_flush()`.execute(own.db);
    const { rows } = await sql<{ reads: number }>`
      select seq_scan as reads from pg_stat_user_tables where relid = 'delivery.outbox'::regclass`.execute(own.db);
    return rows[0]?.reads ?? Number.NaN;
  };
  await sql`vacuum (analyze) delivery.outbox`.execute(db);
  for (let time = 0; time < 10; time += 1) await sweeps.run();
  await sql`
    insert into delivery.outbox (lane, chat_id, content_id) select 5, n, 1 from generate_series(1, 5000) as n`.execute(
    db,
  );
  const before = await fullReads();
  for (let time = 0; time < 3; time += 1) await sweeps.run();
  assert.equal(await fullReads(), before);
});
