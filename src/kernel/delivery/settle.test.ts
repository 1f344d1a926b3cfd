import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import type { Message, SettlementHandler } from "./delivery.ts";
import { startBotApiServer } from "./testing/bot-api-server.ts";
import { addChat, makeRig, recordOf, text } from "./testing/rig.ts";

const database = await testDatabase();
await sql`create table told (delivery_id bigint, reference text, state text, message_id bigint)`.execute(database.db);
const server = await startBotApiServer();
cleanUp(server.close);

let failing = false;
const handler: SettlementHandler = {
  name: "test.told",
  run: async (tx, { deliveryId, reference, state, messageId }) => {
    await sql`insert into told values (${deliveryId}, ${reference}, ${state}, ${messageId ?? null})`.execute(tx);
    if (failing) throw new Error("not today");
  },
};
const rig = await makeRig({ database, server, settlements: [handler] });
cleanUp(rig.stop);
rig.engine.start();

beforeEach(() => {
  server.answer = undefined;
  failing = false;
});

let chats = 0;
const newChat = (): number => (chats += 1);

async function enqueue(reference: string, message: Partial<Message> = {}): Promise<number> {
  const id = await inTransaction(
    database.db,
    async (tx) =>
      await rig.engine.enqueue(tx, {
        chatId: newChat(),
        topic: "reply",
        content: text("x"),
        settle: { handler: "test.told", reference },
        ...message,
      }),
  );
  assert.ok(id !== undefined);
  return id;
}

async function told(reference: string): Promise<readonly { state: string; message_id: number | null }[]> {
  const { rows } = await sql<{ state: string; message_id: number | null }>`
    select state, message_id from told where reference = ${reference}`.execute(database.db);
  return rows;
}

async function ends(id: number): Promise<string> {
  return await until("it has ended", async () => {
    const { finishedAt, state } = await recordOf(rig, database, id);
    return finishedAt === undefined ? undefined : state;
  });
}

test("whoever asked is told in the transaction that records the arrival", async () => {
  const id = await enqueue("arrived");
  assert.equal(await ends(id), "sent");
  const [only, ...more] = await told("arrived");
  assert.equal(only?.state, "sent");
  assert.equal(only?.message_id, (await recordOf(rig, database, id)).messageId);
  assert.equal(more.length, 0);
});

test("every end is told: refused, expired, unknown, suppressed later and from the start", async () => {
  const refused = await enqueue("refused", { chatId: 9001 });
  server.answer = ({ chatId }) => {
    if (chatId === 9001) return { code: 400, description: "Bad Request: message text is empty" };
    if (chatId === 9002) return "accept-and-drop";
    return chatId === 9003 ? { code: 403, description: "Forbidden: bot was blocked by the user" } : undefined;
  };
  await enqueue("expired", { expiresAt: new Date(Date.now() - 1) });
  await enqueue("unknown", { chatId: 9002, lane: "bulk" });
  await addChat(database, 9003);
  await enqueue("blocked", { chatId: 9003 });
  await enqueue("behind it", { chatId: 9003 });
  await until(
    "all are told",
    async () => (await told("behind it")).length === 1 && (await told("unknown")).length === 1,
  );
  await enqueue("after it", { chatId: 9003 });
  await until("the last is told", async () => (await told("after it")).length === 1);
  await ends(refused);
  const states: Record<string, string | undefined> = {};
  for (const name of ["refused", "expired", "unknown", "blocked", "behind it", "after it"]) {
    const [only, ...more] = await told(name);
    states[name] = only?.state;
    assert.equal(more.length, 0, name);
  }
  assert.deepEqual(states, {
    refused: "failed",
    expired: "expired",
    unknown: "unknown",
    blocked: "suppressed",
    "behind it": "suppressed",
    "after it": "suppressed",
  });
});

test("a handler that fails loses neither the record nor others, undoes its own changes and is told again", async () => {
  failing = true;
  const id = await enqueue("stubborn");
  assert.equal(await ends(id), "sent");
  assert.deepEqual(await told("stubborn"), []);
  failing = false;
  const other = await enqueue("other");
  await ends(other);
  assert.equal((await told("other")).length, 1);
  await sql`update delivery.settlement set next_at = now()`.execute(database.db);
  await until("it is told again", async () => (await told("stubborn")).length === 1);
  const { rows } = await sql`select from delivery.settlement`.execute(database.db);
  assert.equal(rows.length, 0);
});

test("an outcome for a handler that is not there is kept", async () => {
  const id = await enqueue("nobody", { settle: { handler: "test.gone", reference: "nobody" } });
  assert.equal(await ends(id), "sent");
  const { rows } = await sql<{
    handler: string;
  }>`select handler from delivery.settlement where delivery_id = ${id}`.execute(database.db);
  assert.deepEqual(rows, [{ handler: "test.gone" }]);
});

test("a retry by an operator is not told a second time", async () => {
  server.answer = () => ({ code: 400, description: "Bad Request: nope" });
  const id = await enqueue("again");
  assert.equal(await ends(id), "failed");
  server.answer = undefined;
  await inTransaction(database.db, async (tx) => await rig.engine.retry(tx, id));
  await until("it is sent", async () => (await recordOf(rig, database, id)).state === "sent");
  assert.deepEqual(
    (await told("again")).map(({ state }) => state),
    ["failed"],
  );
});
