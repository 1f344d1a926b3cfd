import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "#test/support/database.ts";

import { createAccounts } from "../accounts/index.ts";
import { inTransaction } from "../db/index.ts";
import { createCipher } from "../lib/cipher.ts";
import { systemIds } from "../lib/ids.ts";
import { manualClock } from "../lib/manual-clock.ts";
import { deliveryPersonalData } from "./personal-data.ts";
import { deliveryQueueCheck } from "./queue-check.ts";
import { records } from "./records.ts";
import { deliveryRetention, makeDays } from "./retention.ts";
import { testTypes, text } from "./testing/rig.ts";
import { createTopics } from "./topics.ts";
import { createWakeup } from "./wakeup.ts";
import { createWriter } from "./write-deliveries.ts";

const database = await testDatabase();
const { db } = database;
const writer = createWriter({ topics: createTopics(testTypes), wakeup: createWakeup() });

async function enqueue(chatId: number, topic = "reply"): Promise<number> {
  const id = await inTransaction(db, async (tx) => await writer.enqueue(tx, { chatId, topic, content: text("words") }));
  assert.ok(id !== undefined);
  return id;
}

/** As the sender would have done it, so many days ago. */
async function finish(id: number, { state = "sent", daysAgo = 0, error = null as string | null } = {}): Promise<void> {
  await sql`
    with done as (delete from delivery.outbox where id = ${id} returning *)
    insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat, attempts, created_at,
      not_before, held, claimed_at, finished_at, message_id, error)
    select id, lane, chat_id, content_id, ${state}, silent, plain, perhaps_repeat, 1, created_at - ${daysAgo} * interval '1 day',
      not_before, held, now() - ${daysAgo} * interval '1 day', now() - ${daysAgo} * interval '1 day', 77, ${error} from done`.execute(
    db,
  );
}

test("a list pages through the queue and the past together, newest first, without a gap or a repeat", async () => {
  const ids: number[] = [];
  for (let index = 0; index < 25; index += 1) ids.push(await enqueue(1));
  for (const id of ids.filter((_, index) => index % 3 === 0)) await finish(id);
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await records.list(db, { chatId: 1, limit: 10, ...(cursor !== undefined && { cursor }) });
    seen.push(...page.deliveries.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.deepEqual(seen, ids.toReversed());
});

test("a list can be narrowed by topic and by state", async () => {
  const [one, two] = [await enqueue(2, "test.alert"), await enqueue(2, "test.bulk")];
  await finish(two, { state: "failed", error: "Bad Request: nope" });
  const idsOf = async (filter: object): Promise<readonly number[]> =>
    (await records.list(db, { chatId: 2, limit: 10, ...filter })).deliveries.map(({ id }) => id);
  assert.deepEqual(await idsOf({ topic: "test.alert" }), [one]);
  assert.deepEqual(await idsOf({ state: "failed" }), [two]);
  assert.deepEqual(await idsOf({ state: "queued" }), [one]);
  assert.deepEqual(await idsOf({ state: "unknown" }), []);
});

test("a cursor that this list has not given is refused", async () => {
  await assert.rejects(records.list(db, { limit: 1, cursor: "nonsense" }), { code: "delivery.bad_cursor" });
});

test("a delivery that was never made is not found", async () => {
  assert.equal(await records.find(db, 123_456_789), undefined);
});

test("the timeline of a failed delivery says why in words", async () => {
  const id = await enqueue(3);
  await sql`insert into delivery.entry (delivery_id, event, detail) values (${id}, 'retried', 'not sent (ECONNREFUSED): tried again later')`.execute(
    db,
  );
  await finish(id, { state: "failed", error: "Bad Request: message text is empty" });
  const record = await records.find(db, id);
  assert.equal(record?.state, "failed");
  assert.deepEqual(
    record.timeline.map(({ detail }) => detail),
    [
      "Queued.",
      "Not sent (ECONNREFUSED): tried again later.",
      "Put on the wire (attempt 1).",
      "Telegram refused it: Bad Request: message text is empty.",
    ].toSorted((a, b) => order(a) - order(b)),
  );
});

function order(sentence: string): number {
  return ["Queued", "Not sent", "Put on", "Telegram"].findIndex((start) => sentence.startsWith(start));
}

test("what is on the wire says so", async () => {
  const id = await enqueue(4);
  await sql`insert into delivery.flight (epoch, delivery_ids) values (1, array[${id}]::bigint[])`.execute(db);
  const record = await records.find(db, id);
  assert.equal(record?.state, "sending");
  assert.deepEqual(
    record.timeline.map(({ event }) => event),
    ["queued", "sending"],
  );
});

test("days are made ahead, old ones dropped with what belongs to them, and what still waits is kept", async () => {
  const clock = manualClock(new Date());
  const settings = { read: async () => await Promise.resolve({ historyDays: 31, cardDays: 90 }) } as never;
  await makeDays(db, new Date(Date.now() - 40 * 86_400_000));
  await makeDays(db, new Date());
  const partitions = async (): Promise<number> =>
    (await sql`select from pg_inherits where inhparent = 'delivery.history'::regclass`.execute(db)).rows.length;
  const before = await partitions();
  assert.ok(before >= 15, "two weeks and the default, today perhaps within it");
  const [old, recent, waiting] = [await enqueue(5), await enqueue(5), await enqueue(5)];
  await finish(old, { daysAgo: 38 });
  await finish(recent);
  await sql`update delivery.content set created_at = now() - interval '50 days' where id in (
    select content_id from delivery.record where id = any(${[old, recent, waiting]}))`.execute(db);
  await sql`insert into delivery.dedupe (key_hash, used_at) values (gen_random_uuid(), now() - interval '40 days')`.execute(
    db,
  );
  const { job } = deliveryRetention({ db, clock, settings });
  await job.run({}, {} as never);
  assert.equal(await records.find(db, old), undefined);
  assert.equal((await records.find(db, recent))?.state, "sent");
  assert.equal((await records.find(db, waiting))?.topic, "reply");
  assert.ok((await partitions()) < before);
  const { rows } = await sql<{ n: number }>`select count(*) as n from delivery.dedupe`.execute(db);
  assert.equal(rows[0]?.n, 0);
  await job.run({}, {} as never);
});

test("a person can take along what was sent to him, and have it erased; broadcasts stay for the others", async () => {
  const accounts = createAccounts({
    cipher: createCipher(Buffer.alloc(32)),
    clock: manualClock(new Date()),
    ids: systemIds,
    adminChatIds: [],
    monitoringChatIds: [],
  } as never);
  const user = await inTransaction(db, async (tx) => {
    const made = await accounts.noteUser(tx, { id: 900, firstName: "A" });
    await accounts.noteChat(tx, { id: 900, type: "private", title: "A" });
    return made;
  });
  const own = await enqueue(900);
  await finish(own);
  await enqueue(900);
  await inTransaction(
    db,
    async (tx) =>
      await writer.fanOut(tx, sql`select id::bigint as chat_id from generate_series(900, 901) as id`, {
        topic: "test.bulk",
        content: text("to all"),
      }),
  );
  const { export: take, forget } = deliveryPersonalData(accounts);
  const exported = (await take(db, user.id)) as { deliveries: readonly { content: unknown }[] };
  assert.equal(exported.deliveries.length, 3);
  assert.match(JSON.stringify(exported.deliveries[0]), /words/);
  await inTransaction(db, async (tx) => {
    await forget(tx, user.id);
  });
  assert.equal((await records.list(db, { chatId: 900, limit: 10 })).deliveries.length, 0);
  assert.equal((await records.list(db, { chatId: 901, limit: 10 })).deliveries.length, 1);
  assert.deepEqual(((await take(db, user.id)) as { deliveries: unknown[] }).deliveries, []);
});

test("health says when a reply stands still, and not when Telegram has asked to wait with it", async () => {
  await sql`truncate delivery.outbox`.execute(db);
  const check = deliveryQueueCheck(db);
  assert.equal((await check()).ok, true);
  await enqueue(6);
  await sql`update delivery.outbox set created_at = now() - interval '2 minutes'`.execute(db);
  assert.equal((await check()).ok, false);
  await sql`insert into delivery.flood values (6, now() + interval '1 hour')`.execute(db);
  assert.equal((await check()).ok, true);
});
