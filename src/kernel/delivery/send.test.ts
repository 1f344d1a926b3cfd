import assert from "node:assert/strict";
import { test } from "node:test";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import { startBotApiServer } from "./testing/bot-api-server.ts";
import { makeRig, recordOf, text } from "./testing/rig.ts";

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);
const rig = await makeRig({ database, server });
cleanUp(rig.stop);
rig.engine.start();

test("what is queued in a transaction is sent after its commit and recorded with its message id", async () => {
  const id = await inTransaction(database.db, async (tx) => {
    const made = await rig.engine.enqueue(tx, { chatId: 7, topic: "reply", content: text("hello <you>") });
    assert.equal(server.accepted.length, 0);
    return made;
  });
  await until("it is sent", async () => (await recordOf(rig, database, id)).state === "sent");
  const [call] = server.accepted;
  assert.equal(call?.method, "sendMessage");
  assert.equal(call?.payload["chat_id"], 7);
  assert.equal(call?.payload["text"], "hello &lt;you&gt;");
  const record = await recordOf(rig, database, id);
  assert.equal(record.messageId, 1001);
  assert.equal(record.attempts, 1);
  assert.deepEqual(
    record.timeline.map(({ event }) => event),
    ["queued", "sending", "sent"],
  );
});
