import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";
import { Client } from "pg";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { untilLockWait } from "#test/support/lock-wait.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import { systemClock } from "../lib/clock.ts";
import { startBotApiServer } from "./testing/bot-api-server.ts";
import { makeRig, recordOf, text } from "./testing/rig.ts";

/** A lease is 8 s long and believed for 7 of them: between the two its holder sends nothing, and nobody else has it. */
const nearlyTooLongMs = 7500;

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);
let ahead = 0;
const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + ahead };
const rig = await makeRig({ database, server, clock });
cleanUp(rig.stop);
rig.engine.start();

async function enqueue(chatId: number): Promise<number> {
  const id = await inTransaction(
    database.db,
    async (tx) => await rig.engine.enqueue(tx, { chatId, topic: "test.bulk", content: text("x") }),
  );
  assert.ok(id !== undefined);
  return id;
}

async function sent(id: number): Promise<void> {
  await until("it is sent", async () => (await recordOf(rig, database, id)).state === "sent");
}

async function epoch(): Promise<unknown> {
  return (await sql`select epoch from delivery.sender`.execute(database.db)).rows;
}

test("what a sender that was held up for nearly its lease has claimed is sent when the lease is renewed", async () => {
  await sent(await enqueue(1));
  const before = await epoch();
  const lock = new Client({ connectionString: database.url });
  cleanUp(async () => {
    await lock.end();
  });
  await lock.connect();
  // Whoever claims waits for this.
  await lock.query("begin; select from delivery.sender for update");
  const id = await enqueue(2);
  await untilLockWait(database.db, "its claim");
  ahead += nearlyTooLongMs;
  await lock.query("commit");
  await sent(id);
  const calls = server.received.filter(({ chatId }) => chatId === 2);
  assert.equal(calls.length, 1);
  assert.deepEqual(await epoch(), before, "under the same lease");
});
