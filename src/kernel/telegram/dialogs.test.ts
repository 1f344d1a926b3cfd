import assert from "node:assert/strict";
import { test } from "node:test";

import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { testDatabase } from "#test/support/database.ts";
import { untilLockWait } from "#test/support/lock-wait.ts";

import { createDialogs } from "./dialogs.ts";

const { db } = await testDatabase();
const dialogs = createDialogs(createCipher(Buffer.alloc(32)));

async function begin(chatId: number, userId: number, flow: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await dialogs.of(tx, { chatId, userId }).set({ flow, step: "first", data: { flow } });
  });
}

async function flowOf(chatId: number, userId: number): Promise<string | undefined> {
  return await inTransaction(db, async (tx) => (await dialogs.of(tx, { chatId, userId }).current())?.flow);
}

test("a group's dialogs go on in its supergroup, but for those begun anew there", async () => {
  await begin(-80, 1, "in the group");
  await begin(-80, 2, "in the group");
  await begin(-1_000_000_000_080, 2, "in the supergroup");
  await inTransaction(db, async (tx) => {
    await dialogs.moveChat(tx, -80, -1_000_000_000_080);
  });
  assert.equal(await flowOf(-1_000_000_000_080, 1), "in the group");
  assert.equal(await flowOf(-1_000_000_000_080, 2), "in the supergroup");
  assert.equal(await flowOf(-80, 1), undefined);
  assert.equal(await flowOf(-80, 2), undefined);
});

test("a dialog that is being begun in the supergroup does not keep the group from moving there", async () => {
  const to = -1_000_000_000_081;
  await begin(-81, 1, "in the group");
  const { moving } = await inTransaction(db, async (tx) => {
    await dialogs.of(tx, { chatId: to, userId: 1 }).set({ flow: "in the supergroup", step: "first", data: {} });
    const move = inTransaction(db, async (other) => {
      await dialogs.moveChat(other, -81, to);
    });
    // Attached before it can fail.
    const outcome = Promise.allSettled([move]);
    await untilLockWait(db, "the move");
    return { moving: outcome };
  });
  assert.deepEqual(await moving, [{ status: "fulfilled", value: undefined }]);
  assert.equal(await flowOf(to, 1), "in the supergroup");
  assert.equal(await flowOf(-81, 1), undefined);
});
