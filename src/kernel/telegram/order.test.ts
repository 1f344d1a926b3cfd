import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

import type { MessageRoute } from "./route.ts";

const rig = await telegramRig();
const { db } = rig.database;
await sql`create table done (id bigint generated always as identity, chat_id bigint, n int, replica int)`.execute(db);

const chats = 50;
const updatesPerChat = 20;
const webhook = { url: "https://bot.test", secret: "s" };

/** Repeatable: the order of everything that is random here follows from it. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test("two replicas handle 50 chats in parallel, each chat in order, each update once", async () => {
  const random = randomFrom(20_261_121);
  const busy = new Map<number, number>();
  let most = 0;
  const route = (replica: number): MessageRoute => ({
    name: "test",
    priority: 0,
    run: async ({ tx, chat }, message) => {
      assert.ok(!busy.has(chat.id), "two updates of one chat at once");
      busy.set(chat.id, replica);
      most = Math.max(most, busy.size);
      if (random() < 0.3) await sql`select pg_sleep(${random() * 0.01})`.execute(tx);
      // Some attempts come to nothing and are made again: that must not let the next one pass.
      if (random() < 0.02) {
        busy.delete(chat.id);
        await sql`select 1 from generate_series(1, 2) as n, pg_terminate_backend(pg_backend_pid())`.execute(tx);
      }
      await sql`insert into done (chat_id, n, replica) values (${chat.id}, ${Number(message.text)}, ${replica})`.execute(
        tx,
      );
      busy.delete(chat.id);
      return "handled";
    },
  });
  const replicas = [1, 2].map((replica) => {
    const telegram = rig.replica({ routes: [{ owner: "test", messages: [route(replica)] }], webhook, concurrency: 6 });
    telegram.start();
    return telegram;
  });
  let updateId = 0;
  // Telegram sends the next update of a chat when the last one is stored, to whichever replica.
  await Promise.all(
    Array.from({ length: chats }, async (_, chat) => {
      const from = { id: 1000 + chat, is_bot: false, first_name: "P" };
      for (let n = 0; n < updatesPerChat; n += 1) {
        updateId += 1;
        const message = { message_id: n + 1, date: 0, from, chat: { id: from.id, type: "private" }, text: String(n) };
        const update = { update_id: updateId, message };
        await replicas[random() < 0.5 ? 0 : 1]?.receive(update, "s");
        if (random() < 0.05) await replicas[random() < 0.5 ? 0 : 1]?.receive(update, "s");
      }
    }),
  );
  await until("all are handled", async () => (await rig.updates()).every(({ state }) => state !== "waiting"), 60_000);
  assert.ok((await rig.updates()).every(({ state }) => state === "handled"));
  const { rows } = await sql<{ chat_id: number; order: number[]; replicas: number }>`
    select chat_id, array_agg(n order by id) as order, count(distinct replica)::int as replicas
    from done group by chat_id`.execute(db);
  assert.equal(rows.length, chats);
  for (const { chat_id, order } of rows) {
    assert.deepEqual(
      order,
      Array.from({ length: updatesPerChat }, (_, n) => n),
      `chat ${chat_id}`,
    );
  }
  assert.ok(
    rows.some(({ replicas }) => replicas === 2),
    "only one replica worked",
  );
  assert.ok(most > 2, `at most ${most} chats at once`);
});
