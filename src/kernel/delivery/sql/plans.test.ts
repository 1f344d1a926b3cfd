import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { openDatabase } from "#kernel/db/index.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";

import { claimDeliveries } from "./claim.ts";
import { lookForward, lookIntoChats } from "./look.ts";
import { recordSent } from "./record-sent.ts";

const { db, url } = await testDatabase();
const bulk = 5;
const looks = [0, bulk].map((lane) => ({ lane, after: 0, limit: 100, turn: 0 }));
const sent = [{ id: 0, contentId: 1, messageId: 1, claimedAt: 0 }];

/** The sender's statements, prepared on one connection as the queue is now. */
async function prepared(): Promise<Plan> {
  const { pool, close } = openDatabase({ url, log: silentLogger(), connections: 1, byIndex: true });
  cleanUp(close);
  await lookForward(pool, looks);
  await lookIntoChats(pool, bulk, [{ chatId: 1, afterId: 0 }]);
  await claimDeliveries(pool, [0], 0);
  await recordSent(pool, { epoch: 0, sent, landedFlights: [] });
  return async (execute) =>
    (await pool.query<Record<string, string>>(`explain (costs off) execute ${execute}`)).rows
      .map((row) => row["QUERY PLAN"])
      .join("\n");
}

type Plan = (execute: string) => Promise<string>;

async function assertByIndex(plan: Plan): Promise<void> {
  const look = await plan(`"delivery-look" ('{0,5}', '{0,0}', 100)`);
  assert.match(
    look,
    /Index Scan using outbox_next[^\n]*\n\s*Index Cond: \(\(ROW\(lane, id\) > .* AND \(ROW\(lane, id\) < /,
  );
  const chats = await plan(`"delivery-look-chats" (5, '{1}', '{0}')`);
  assert.match(
    chats,
    /Index Scan using outbox_chat[^\n]*\n\s*Index Cond: \(\(ROW\(chat_id, lane, \(id \+ 0\)\) > .* AND \(ROW\(/,
  );
  const claim = await plan(`"delivery-claim" ('{1,2,3}', 0)`);
  assert.match(claim, /Index Scan using outbox_pkey[^\n]*\n\s*Index Cond: \(id = ANY/);
  assert.match(claim, /Index Scan using card_pkey/);
  const record = await plan(`"delivery-record-sent" (0, '{1}', '{1}', '{1}', '{0}', '{}')`);
  assert.match(
    record,
    /Index Scan using outbox_pkey[^\n]*\n\s*Index Cond: \(\(id >= sent.id\) AND \(id <= sent.id\)\)/,
  );
  for (const each of [look, chats, claim, record]) assert.doesNotMatch(each, /Seq Scan on (outbox|card|flight)|Sort/);
}

const manyOfOneLane = sql`
  insert into delivery.outbox (lane, chat_id, content_id) select 5, n, 1 from generate_series(1, 20000) as n`;

test("the sender's statements go by the right index, whatever statistics say of the queue", async () => {
  await sql`truncate delivery.outbox`.execute(db);
  await sql`vacuum (analyze) delivery.outbox`.execute(db);
  const plan = await prepared();
  await assertByIndex(plan);
  await manyOfOneLane.execute(db);
  await assertByIndex(plan);
  // What it is when statistics say that all that waits is of one lane.
  await sql`analyze delivery.outbox`.execute(db);
  await assertByIndex(plan);
  // A broadcast has gone, its pages are still there or not, and the next one comes before anything else is known.
  for (const truncate of ["off", "on"]) {
    await sql`delete from delivery.outbox`.execute(db);
    await sql`vacuum (analyze, truncate ${sql.raw(truncate)}) delivery.outbox`.execute(db);
    await assertByIndex(plan);
    await manyOfOneLane.execute(db);
    await assertByIndex(plan);
    await assertByIndex(await prepared());
  }
  await sql`delete from delivery.outbox where id % 100 <> 0`.execute(db);
  await sql`vacuum (analyze) delivery.outbox`.execute(db);
  await assertByIndex(plan);
});
