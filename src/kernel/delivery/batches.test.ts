import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "#test/support/database.ts";

import { inTransaction, type Tx } from "../db/index.ts";
import { createBatches, type Revision, type Revising } from "./batches.ts";
import { createPreferences } from "./preferences.ts";
import { addChat, testTypes, text } from "./testing/rig.ts";
import { createTopics } from "./topics.ts";
import { createWakeup } from "./wakeup.ts";

const database = await testDatabase();
const { db } = database;
const deps = { topics: createTopics(testTypes), wakeup: createWakeup() };
const batches = createBatches(deps);
const preferences = createPreferences(deps);
const topic = "test.signal";

async function write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  return await inTransaction(db, work);
}

beforeEach(async () => {
  await sql`truncate delivery.outbox, delivery.history, delivery.content, delivery.flight`.execute(db);
});

interface Recipient {
  readonly chat: number;
  readonly content?: number;
  readonly at?: Date;
}

async function fanOut(recipients: readonly Recipient[], contents = ["one", "two"]) {
  const rows = recipients.map(({ chat, content = 1, at }) => ({ chat, content, at: at ?? null }));
  return await write(
    async (tx) =>
      await batches.fanOut(
        tx,
        sql`select chat as chat_id, content, at as not_before
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (chat bigint, content int, at timestamptz)`,
        { topic, contents: contents.map((words) => ({ content: text(words) })) },
      ),
  );
}

interface Row {
  readonly id: number;
  readonly chat_id: number;
  readonly words: string;
  readonly state: string;
  readonly not_before: Date | null;
  readonly refusal: string | null;
  readonly edit_message_id: number | null;
  readonly reply_to: number | null;
  readonly silent: boolean;
}

async function outbox(): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select o.*, content.body->'html'->>'markup' as words
    from delivery.outbox as o join delivery.content on content.id = o.content_id order by o.id`.execute(db);
  return rows;
}

/** As the sender does when a message has arrived. Message ids are the chat's own, times ten. */
async function arrive(chatIds: readonly number[], digestId?: number): Promise<void> {
  await sql`
    with done as (delete from delivery.outbox where chat_id = any(${chatIds}) and reply_to is null returning *)
    insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat, attempts, created_at,
      held, message_id, digest_id, edit_message_id)
    select id, lane, chat_id, content_id, 'sent', silent, plain, perhaps_repeat, 1, created_at, held, chat_id * 10,
      ${digestId ?? null}, edit_message_id
    from done`.execute(db);
}

async function takeOff(chatId: number): Promise<void> {
  await sql`
    insert into delivery.flight (epoch, delivery_ids)
    select 1, array_agg(id) from delivery.outbox where chat_id = ${chatId}`.execute(db);
}

async function revise(revisions: readonly Revision[], how: Partial<Revising> = {}): Promise<readonly number[]> {
  return await write(async (tx) => await batches.revise(tx, revisions, { topic, waiting: "replace", ...how }));
}

test("each chat gets its own content; those for now stand before those for later", async () => {
  const later = new Date(Date.now() + 3_600_000);
  const { contentIds, count } = await fanOut([{ chat: 1, at: later }, { chat: 2, content: 2 }, { chat: 3 }]);
  assert.equal(count, 3);
  assert.deepEqual(
    contentIds.map((id) => typeof id),
    ["number", "number"],
  );
  assert.deepEqual(
    (await outbox()).map((row) => [row.chat_id, row.words, row.state, row.not_before?.getTime()]),
    [
      [2, "two", "queued", undefined],
      [3, "one", "queued", undefined],
      [1, "one", "delayed", later.getTime()],
    ],
  );
});

test("suspension, mutes and quiet hours are applied, and readable by state", async () => {
  for (const id of [11, 12, 13, 14]) await addChat(database, id);
  await sql`update account.chat set suspended_reason = 'blocked', suspended_at = now() where id = 11`.execute(db);
  const minute = new Date().getUTCHours() * 60 + new Date().getUTCMinutes();
  await write(async (tx) => {
    await preferences.setTopic(tx, 12, { topic, enabled: false });
    await preferences.setQuietHours(tx, 13, {
      from: (minute + 1380) % 1440,
      to: (minute + 60) % 1440,
      timeZone: "UTC",
    });
  });
  const { contentIds, count } = await fanOut([11, 12, 13, 14].map((chat) => ({ chat })));
  assert.equal(count, 2, "held and queued");
  const states = await batches.states(db, contentIds);
  assert.deepEqual([states.suppressed, states.held, states.queued], [2, 1, 1]);
  const [blocked] = await batches.members(db, contentIds, { chatId: 11, limit: 5 });
  assert.deepEqual([blocked?.state, blocked?.reason], ["suppressed", "blocked"]);
  assert.equal((await batches.members(db, contentIds, { state: "suppressed", limit: 5 })).length, 2);
  const [first] = await batches.members(db, contentIds, { limit: 1 });
  assert.equal((await batches.members(db, contentIds, { afterId: first?.id, limit: 5 })).length, 3);
});

test("what has arrived is edited, what waits goes out as the new at its own time", async () => {
  const later = new Date(Date.now() + 3_600_000);
  const { contentIds } = await fanOut([{ chat: 1 }, { chat: 2, content: 2 }, { chat: 3, at: later }, { chat: 4 }]);
  await arrive([1, 2]);
  const [one = 0, two = 0] = contentIds;
  const made = await revise([
    { contentIds: [one], content: text("new one") },
    { contentIds: [two], content: text("new two") },
  ]);
  assert.equal(made.length, 2);
  const rows = await outbox();
  assert.deepEqual(
    rows.filter((row) => row.edit_message_id !== null).map((row) => [row.chat_id, row.words, row.edit_message_id]),
    [
      [1, "new one", 10],
      [2, "new two", 20],
    ],
  );
  assert.deepEqual(
    rows
      .filter((row) => row.edit_message_id === null)
      .map((row) => [row.chat_id, row.words, row.not_before?.getTime()]),
    [
      [4, "new one", undefined],
      [3, "new one", later.getTime()],
    ],
  );
  assert.equal((await batches.states(db, [...contentIds, ...made])).queued, 2);
});

test("an edit that still waits shows the newest; one that is on the wire is followed by another", async () => {
  const { contentIds } = await fanOut([{ chat: 1 }, { chat: 2 }]);
  await arrive([1, 2]);
  await revise([{ contentIds, content: text("second") }]);
  await takeOff(2);
  await revise([{ contentIds, content: text("third") }]);
  assert.deepEqual(
    (await outbox()).map((row) => [row.chat_id, row.words]),
    [
      [1, "third"],
      [2, "second"],
      [2, "third"],
    ],
  );
});

test("what is on the wire goes out as the old, and the second look edits it, once", async () => {
  const { contentIds } = await fanOut([{ chat: 1 }, { chat: 2 }]);
  await arrive([1]);
  await takeOff(2);
  const since = new Date();
  const made = await revise([{ contentIds, content: text("new") }]);
  assert.deepEqual(
    (await outbox()).map((row) => [row.chat_id, row.words]),
    [
      [2, "one"],
      [1, "new"],
    ],
  );
  await sql`truncate delivery.flight`.execute(db);
  await sql`delete from delivery.outbox where chat_id = 1`.execute(db);
  await sql`update delivery.history set finished_at = now() - interval '1 hour'`.execute(db);
  await arrive([2]);
  await revise([{ contentIds: [...contentIds, ...made], content: text("new") }], { sentSince: since });
  assert.deepEqual(
    (await outbox()).map((row) => [row.chat_id, row.words, row.edit_message_id]),
    [[2, "new", 20]],
  );
});

test("withdrawn, nothing that waits goes out; what has arrived is edited, a digest of many is not", async () => {
  const { contentIds } = await fanOut([{ chat: 1 }, { chat: 2 }, { chat: 3 }, { chat: 4 }]);
  await arrive([1]);
  await arrive([2], 99);
  await takeOff(4);
  assert.deepEqual(await revise([{ contentIds, content: text("void") }], { waiting: "withdraw" }), []);
  assert.deepEqual(
    (await outbox()).map((row) => [row.chat_id, row.refusal, row.edit_message_id]),
    [
      [3, "withdrawn", null],
      [4, null, null],
      [1, null, 10],
    ],
  );
});

test("an answer goes to each message that has arrived; the second look answers only whom nobody has", async () => {
  const { contentIds } = await fanOut([{ chat: 1 }, { chat: 2 }, { chat: 3 }]);
  await arrive([1, 2]);
  const answers = [{ contentIds, content: text("over") }];
  const send = async (sentSince?: Date): Promise<number> =>
    await write(async (tx) => await batches.answer(tx, answers, { topic, ...(sentSince && { sentSince }) }));
  assert.equal(await send(), 2);
  assert.deepEqual(
    (await outbox()).filter((row) => row.reply_to !== null).map((row) => [row.chat_id, row.reply_to, row.silent]),
    [
      [1, 10, true],
      [2, 20, true],
    ],
  );
  await arrive([3]);
  assert.equal(await send(new Date(Date.now() - 60_000)), 1);
});

test("a batch for nobody makes nothing", async () => {
  const { count } = await fanOut([]);
  assert.equal(count, 0);
  assert.deepEqual(await revise([]), []);
  assert.equal((await batches.states(db, [])).queued, 0);
  assert.deepEqual(await batches.members(db, [], { limit: 1 }), []);
});
