import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { createAccounts } from "#kernel/accounts/index.ts";
import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import type { Settings } from "#kernel/settings/index.ts";
import { testDatabase } from "#test/support/database.ts";

import { telegramPersonalData } from "./personal-data.ts";
import { updateRetention } from "./retention.ts";
import { telegramSettings } from "./settings.ts";

const { db } = await testDatabase();
const clock = manualClock(new Date());
/** As nobody has changed them. */
const settings: Pick<Settings, "read"> = { read: async ({ schema }) => await Promise.resolve(schema.parse({})) };

async function update(
  id: number,
  state: "waiting" | "handled" | "failed",
  days: number,
  { chatId = 5, personId = 5 }: { readonly chatId?: number; readonly personId?: number } = {},
): Promise<void> {
  await sql`
    insert into telegram.update (bot_id, update_id, chat_id, person_id, kind, state, body, received_at, finished_at)
    values (1, ${id}, ${chatId}, ${personId}, 'message', ${state}, ${state === "handled" ? null : "x"},
      now() - ${days} * interval '1 day',
      case when ${state} = 'waiting' then null else now() - ${days} * interval '1 day' end)`.execute(db);
}
const ids = async (): Promise<readonly number[]> =>
  (await sql<{ update_id: number }>`select update_id from telegram.update order by update_id`.execute(db)).rows.map(
    (row) => row.update_id,
  );

test("old updates and abandoned dialogs are forgotten, and nothing that waits", async () => {
  await update(1, "handled", 6);
  await update(2, "handled", 1);
  await update(3, "failed", 8);
  await update(4, "failed", 6);
  await update(5, "waiting", 400);
  await sql`
    insert into telegram.dialog (chat_id, user_id, flow, step, data, updated_at)
    values
      (1, 1, 'f', 's', 'd', now() - interval '23 hours 1 minute'), (1, 2, 'f', 's', 'd', now() - interval '22 hours')`.execute(
    db,
  );
  const { job, cron } = updateRetention({ db, settings, clock });
  assert.match(cron, /^\d+ \* \* \* \*$/, "once an hour: a day at most for what was typed");
  const context = { id: "1", attempt: 1, log: silentLogger(), signal: new AbortController().signal };
  await job.run({}, context);
  assert.deepEqual(await ids(), [2, 4, 5]);
  const { rows } = await sql`select user_id from telegram.dialog`.execute(db);
  assert.deepEqual(rows, [{ user_id: 2 }]);
  await clock.advance(3 * 86_400_000);
  await job.run({}, context);
  assert.deepEqual(await ids(), [2, 5], "the time of the failed one came with the clock");
  await clock.advance(400 * 86_400_000);
  await job.run({}, context);
  assert.deepEqual(await ids(), [5], "what waits is never forgotten");
});

test("the settings have defaults and are kept within what Telegram's repeats need", () => {
  for (const { schema } of telegramSettings) assert.ok(schema.safeParse({}).success);
  assert.ok(!telegramSettings[1].schema.safeParse({ handledDays: 1 }).success);
});

test("a person who is forgotten leaves no dialog, no sealed message and no chat id", async () => {
  await sql`truncate telegram.update, telegram.dialog`.execute(db);
  const accounts = createAccounts({
    cipher: createCipher(Buffer.alloc(32)),
    adminChatIds: [],
    monitoringChatIds: [],
    clock: systemClock,
    ids: systemIds,
    environmentKey: undefined,
  });
  const user = await inTransaction(db, async (tx) => await accounts.noteUser(tx, { id: 77, firstName: "P" }));
  await update(1, "failed", 0, { chatId: 77, personId: 77 });
  await update(2, "handled", 0, { chatId: 77 });
  await update(3, "failed", 0, { chatId: -100, personId: 78 });
  await update(4, "failed", 0, { chatId: -100, personId: 77 });
  await sql`insert into telegram.dialog (chat_id, user_id, flow, step, data) values (1, ${user.id}, 'f', 's', 'd')`.execute(
    db,
  );
  const personal = telegramPersonalData(accounts);
  assert.match(JSON.stringify(await personal.export(db, user.id)), /"flow":"f".*"kind":"message".*"kind":"message"/);
  await inTransaction(db, async (tx) => {
    await personal.forget(tx, user.id);
  });
  const { rows } = await sql`select update_id, chat_id from telegram.update order by update_id`.execute(db);
  assert.deepEqual(rows, [
    { update_id: 2, chat_id: 0 },
    { update_id: 3, chat_id: -100 },
  ]);
  assert.deepEqual((await sql`select from telegram.dialog`.execute(db)).rows, []);
});
