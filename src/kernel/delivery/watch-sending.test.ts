import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import { startBotApiServer } from "./testing/bot-api-server.ts";
import { makeRig, type Rig, text } from "./testing/rig.ts";

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);

async function sending({ health }: Rig) {
  const check = (await health.report()).checks["sending"];
  assert.ok(check);
  return check;
}

async function queue({ engine }: Rig, chatId: number): Promise<void> {
  await inTransaction(database.db, async (tx) => {
    await engine.enqueue(tx, { chatId, topic: "test.bulk", content: text("x") });
  });
}

test("a sender that stands still while something waits is reported, and that it goes on", async (t) => {
  const rig = await makeRig({ database, server, stallMs: 400 });
  t.after(rig.stop);
  rig.engine.start();
  await until("sending began", async () => (await sending(rig)).detail.startsWith("sends"));
  await database.db.transaction().execute(async (tx) => {
    // No claim can be written now.
    await sql`lock table delivery.flight in share row exclusive mode`.execute(tx);
    await queue(rig, 1);
    await until("the stall to be noticed", async () => {
      const { ok, detail } = await sending(rig);
      return !ok && /^stands still for \d+ s: sends; /.test(detail);
    });
  });
  await until("the recovery", async () => (await sending(rig)).ok);
  assert.match((await sending(rig)).detail, /works again since \d+ s, after standing still/);
  await until("what waited to arrive", () => server.accepted.length === 1);
});

test("what may not go now is not waiting for the sender", async (t) => {
  const rig = await makeRig({
    database,
    server,
    stallMs: 300,
    environment: { DELIVERY_GLOBAL_PER_SECOND: 0, DELIVERY_CHAT_PER_SECOND: 0, DELIVERY_GROUP_PER_MINUTE: 1 },
  });
  t.after(rig.stop);
  await sql`insert into delivery.flood (chat_id, blocked_until) values (7, now() + interval '1 minute')`.execute(
    database.db,
  );
  rig.engine.start();
  await until("sending began", async () => (await sending(rig)).detail.startsWith("sends"));
  const before = server.accepted.length;
  await queue(rig, 7);
  await queue(rig, -5);
  await queue(rig, -5);
  await until("the group's first", () => server.accepted.length > before);
  const seen: boolean[] = [];
  const beganMs = performance.now();
  await until("some looks", async () => {
    seen.push((await sending(rig)).ok);
    return performance.now() - beganMs > 1200;
  });
  assert.ok(seen.every(Boolean), "a flooded chat and a group at its limit are no stall");
});

test("whoever stands by says that another one sends, and goes on when nobody does", async (t) => {
  const rig = await makeRig({ database, server, stallMs: 300 });
  t.after(rig.stop);
  const take = async (owner: string, seconds: number): Promise<void> => {
    await sql`
      update kernel.lease set owner = ${owner}, expires_at = now() + ${seconds} * interval '1 second'
      where name = 'delivery.send'`.execute(database.db);
  };
  await take("somebody-else", 60);
  rig.engine.start();
  await until("another one sends", async () => (await sending(rig)).detail === "another replica sends");
  // Whoever comes for the lease waits in the queue for its row.
  await database.db.transaction().execute(async (tx) => {
    await sql`select from kernel.lease where name = 'delivery.send' for update`.execute(tx);
    await sql`update kernel.lease set expires_at = now() - interval '1 minute' where name = 'delivery.send'`.execute(
      tx,
    );
  });
  await until("sending goes on", async () => (await sending(rig)).detail.startsWith("sends"));
});
