import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import type { Lane } from "./delivery.ts";
import { startBotApiServer } from "./testing/bot-api-server.ts";
import { makeRig, type Rig, text, unlimited } from "./testing/rig.ts";

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);

async function broadcast(rig: Rig, count: number, from: number): Promise<void> {
  await inTransaction(
    database.db,
    async (tx) =>
      await rig.engine.fanOut(
        tx,
        sql`select id::bigint as chat_id from generate_series(${from}::int, ${from + count - 1}::int) as id`,
        {
          topic: "test.bulk",
          content: text("news"),
        },
      ),
  );
}

test("lanes go in their order, and within a lane the oldest first", async () => {
  const rig = await makeRig({ database, server, environment: { ...unlimited, DELIVERY_CONCURRENCY: 1 } });
  const order: readonly Lane[] = ["bulk", "report", "signal", "alert", "reply", "payment"];
  let chatId = 0;
  for (const lane of order) {
    for (const words of ["first", "second"]) {
      chatId += 1;
      const content = text(`${lane} ${words}`);
      await inTransaction(
        database.db,
        async (tx) => await rig.engine.enqueue(tx, { chatId, topic: "reply", content, lane }),
      );
    }
  }
  rig.engine.start();
  await until("all are sent", () => server.accepted.length === 12);
  assert.deepEqual(
    server.accepted.map(({ payload }) => payload["text"]),
    order.toReversed().flatMap((lane) => [`${lane} first`, `${lane} second`]),
  );
  await rig.stop();
});

test("what is claimed together leaves in the order of its lanes, not of its age", async () => {
  const left: string[] = [];
  const rig = await makeRig({
    database,
    server,
    wrapApi: (api) => ({
      ...api,
      callRaw: async (method, body, options) => {
        left.push(body);
        return await api.callRaw(method, body, options);
      },
    }),
  });
  const order: readonly Lane[] = ["bulk", "signal", "reply"];
  await inTransaction(database.db, async (tx) => {
    for (const [index, lane] of order.entries())
      await rig.engine.enqueue(tx, { chatId: 100 + index, topic: "reply", content: text(lane), lane });
  });
  rig.engine.start();
  await until("all have left", () => left.length === 3);
  await rig.stop();
  assert.deepEqual(
    left.map((body) => order.find((lane) => body.includes(lane))),
    order.toReversed(),
  );
});

test("at 30 a second a reply passes ten thousand waiting broadcast messages within a moment", async () => {
  const rig = await makeRig({ database, server, environment: { ...unlimited, DELIVERY_GLOBAL_PER_SECOND: 30 } });
  await broadcast(rig, 10_000, 10_000);
  rig.engine.start();
  const before = server.accepted.length;
  await until("the broadcast runs", () => server.accepted.length > before + 15);
  const waits: number[] = [];
  for (let index = 0; index < 20; index += 1) {
    const chatId = 1_000_000 + index;
    const began = performance.now();
    await inTransaction(
      database.db,
      async (tx) => await rig.engine.enqueue(tx, { chatId, topic: "reply", content: text("x") }),
    );
    await until("the reply has arrived", () => server.accepted.some((call) => call.chatId === chatId));
    waits.push(performance.now() - began);
  }
  assert.ok(Math.max(...waits) < 1000, `${waits.map(Math.round).join(" ")} ms`);
  await rig.stop();
});

test("a reply does not wait for a slow broadcast to leave the wire", async () => {
  await sql`truncate delivery.outbox`.execute(database.db);
  const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
  server.answer = async ({ payload }) => {
    if (payload["text"] === "news") await answered;
    return undefined;
  };
  const rig = await makeRig({ database, server, environment: { ...unlimited, DELIVERY_CONCURRENCY: 8 } });
  const before = server.received.length;
  await broadcast(rig, 50, 30_000);
  rig.engine.start();
  await until("the broadcast fills its part of the wire", () => server.received.length >= before + 7);
  await inTransaction(
    database.db,
    async (tx) => await rig.engine.enqueue(tx, { chatId: 5, topic: "reply", content: text("x") }),
  );
  await until("the reply has arrived", () =>
    server.accepted.some((call) => call.chatId === 5 && call.payload["text"] === "x"),
  );
  server.answer = undefined;
  answer(undefined);
  await sql`truncate delivery.outbox`.execute(database.db);
  await rig.stop();
});
