import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";
import { Client } from "pg";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { untilLockWait } from "#test/support/lock-wait.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import { pause, systemClock } from "../lib/clock.ts";
import { Html } from "../lib/html.ts";
import type { DeliveryRecord, Message } from "./delivery.ts";
import { type ReceivedCall, startBotApiServer } from "./testing/bot-api-server.ts";
import { addChat, makeRig, recordOf, text } from "./testing/rig.ts";

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);
const rig = await makeRig({ database, server });
cleanUp(rig.stop);
rig.engine.start();

beforeEach(() => {
  server.answer = undefined;
  server.up = true;
});

let chats = 100;
const newChat = (): number => (chats += 1);
const of = (chatId: number): readonly ReceivedCall[] => server.accepted.filter((call) => call.chatId === chatId);
const textsTo = (chatId: number): readonly unknown[] => of(chatId).map(({ payload }) => payload["text"]);

async function enqueue(message: Message): Promise<number> {
  const id = await inTransaction(database.db, async (tx) => await rig.engine.enqueue(tx, message));
  assert.ok(id !== undefined);
  return id;
}

async function ended(id: number): Promise<DeliveryRecord> {
  return await until("it has ended", async () => {
    const record = await recordOf(rig, database, id);
    return record.finishedAt === undefined ? undefined : record;
  });
}

/** Answers the first call to the chat so, and all later ones with ok. */
function once(chatId: number, reply: Awaited<ReturnType<NonNullable<typeof server.answer>>>): void {
  let used = false;
  server.answer = ({ chatId: to }) => {
    if (to !== chatId || used) return undefined;
    used = true;
    return reply;
  };
}

test("after a 429 the chat is left alone for as long as asked, other chats go on, and no attempt is counted", async () => {
  const [slow, other] = [newChat(), newChat()];
  once(slow, { code: 429, description: "Too Many Requests: retry after 2", parameters: { retry_after: 2 } });
  const began = performance.now();
  const id = await enqueue({ chatId: slow, topic: "test.bulk", content: text("x") });
  const others = await enqueue({ chatId: other, topic: "test.bulk", content: text("y") });
  await ended(others);
  const record = await ended(id);
  assert.ok(performance.now() - began >= 2000);
  const order = server.accepted.map(({ chatId }) => chatId).filter((chatId) => chatId === slow || chatId === other);
  assert.deepEqual(order, [other, slow]);
  assert.equal(record.attempts, 1);
  assert.ok(record.timeline.some(({ event, detail }) => event === "paced" && /wait 2 s/.test(detail)));
  const { rows } = await sql`select from delivery.flood where chat_id = ${slow} and blocked_until > now()`.execute(
    database.db,
  );
  assert.equal(rows.length, 0, "the pause is over");
});

test("a blocked chat is suspended with its reason and its queue suppressed, and it can be reactivated", async () => {
  const chatId = newChat();
  await addChat(database, chatId);
  server.answer = ({ chatId: to }) =>
    to === chatId ? { code: 403, description: "Forbidden: bot was blocked by the user" } : undefined;
  const ids: number[] = [];
  await inTransaction(database.db, async (tx) => {
    for (let index = 0; index < 5; index += 1) {
      ids.push((await rig.engine.enqueue(tx, { chatId, topic: "reply", content: text("x") })) ?? 0);
    }
  });
  for (const id of ids) {
    const record = await ended(id);
    assert.equal(record.state, "suppressed");
    assert.match(record.timeline.at(-1)?.detail ?? "", /blocked/);
  }
  assert.equal(server.received.filter((call) => call.chatId === chatId).length, 1, "asked once");
  const later = await enqueue({ chatId, topic: "reply", content: text("y") });
  assert.equal((await recordOf(rig, database, later)).state, "suppressed");

  server.answer = undefined;
  await sql`update account.chat set suspended_reason = null, suspended_at = null where id = ${chatId}`.execute(
    database.db,
  );
  const back = await enqueue({ chatId, topic: "reply", content: text("welcome back") });
  assert.equal((await ended(back)).state, "sent");
});

test("an unknown 403 fails the message and suspends nobody", async () => {
  const chatId = newChat();
  once(chatId, { code: 403, description: "Forbidden: something new" });
  const record = await ended(await enqueue({ chatId, topic: "reply", content: text("x") }));
  assert.equal(record.state, "failed");
  assert.equal(record.error, "Forbidden: something new");
  assert.equal((await ended(await enqueue({ chatId, topic: "reply", content: text("y") }))).state, "sent");
});

test("a group that became a supergroup is moved everywhere and the message resent there", async () => {
  const [from, to] = [-newChat(), -1_000_000_000_000 - newChat()];
  await addChat(database, from);
  await sql`insert into delivery.preference (topic, chat_id, enabled) values ('test.report', ${from}, false)`.execute(
    database.db,
  );
  server.answer = ({ chatId }) =>
    chatId === from
      ? {
          code: 400,
          description: "Bad Request: group chat was upgraded to a supergroup chat",
          parameters: { migrate_to_chat_id: to },
        }
      : undefined;
  const ids: number[] = [];
  for (const words of ["one", "two", "three"])
    ids.push(await enqueue({ chatId: from, topic: "reply", content: text(words) }));
  for (const id of ids) assert.equal((await ended(id)).state, "sent");
  assert.deepEqual(textsTo(to), ["one", "two", "three"]);
  const { rows } = await sql<{ id: number; topic: string }>`
    select chat.id, topic from account.chat join delivery.preference on chat_id = chat.id where topic = 'test.report' and chat.id = ${to}`.execute(
    database.db,
  );
  assert.equal(rows.length, 1);
  assert.ok((await recordOf(rig, database, ids[0])).timeline.some(({ event }) => event === "moved"));
});

test("markup that Telegram refuses arrives as plain text", async () => {
  const chatId = newChat();
  once(chatId, { code: 400, description: "Bad Request: can't parse entities: Can't find end tag" });
  const id = await enqueue({
    chatId,
    topic: "reply",
    content: { kind: "text", html: Html.trusted("<b>a &lt; b</b>") },
  });
  const record = await ended(id);
  assert.equal(record.state, "sent");
  assert.match(record.timeline.at(-1)?.detail ?? "", /as plain text/);
  assert.deepEqual(textsTo(chatId), ["a < b"]);
  assert.ok(!("parse_mode" in (of(chatId)[0]?.payload ?? {})));
});

for (const [topic, times, marked] of [
  ["payment", 2, true],
  ["reply", 2, false],
  ["test.alert", 2, true],
  ["test.signal", 1, false],
  ["test.report", 1, false],
  ["test.bulk", 1, false],
] as const) {
  test(`${topic}: what may have arrived is ${times === 2 ? "sent again" : "left unknown"}${marked ? " with a mark" : ""}`, async () => {
    const chatId = newChat();
    once(chatId, "accept-and-drop");
    const id = await enqueue({ chatId, topic, content: text("the news") });
    const record = await ended(id);
    assert.equal(record.state, times === 2 ? "sent" : "unknown");
    assert.equal(of(chatId).length, times);
    assert.equal(String(of(chatId).at(-1)?.payload["text"]).startsWith("⚠️"), marked);
    if (times === 1) assert.match(record.timeline.at(-1)?.detail ?? "", /may have arrived/);
    else assert.ok(record.timeline.some(({ event }) => event === "repeated"));
  });
}

test("an operator can have an unknown one sent again, and a sent one not", async () => {
  const chatId = newChat();
  once(chatId, "accept-and-drop");
  const id = await enqueue({ chatId, topic: "test.bulk", content: text("news") });
  assert.equal((await ended(id)).state, "unknown");
  assert.deepEqual(await inTransaction(database.db, async (tx) => await rig.engine.retry(tx, id)), { ok: true });
  const record = await ended(id);
  assert.equal(record.state, "sent");
  assert.ok(record.timeline.some(({ event }) => event === "requeued"));
  const again = await inTransaction(database.db, async (tx) => await rig.engine.retry(tx, id));
  assert.deepEqual(again, { ok: false, reason: "not_retryable" });
  const nothing = await inTransaction(database.db, async (tx) => await rig.engine.retry(tx, 999_999_999));
  assert.deepEqual(nothing, { ok: false, reason: "not_found" });
});

test("while Telegram is away a handful become unknown, and when it is back everything else goes", async () => {
  const earlier = server.received.length;
  let away = true;
  server.up = false;
  server.answer = () => (away ? "drop" : undefined);
  const ids: number[] = [];
  await inTransaction(database.db, async (tx) => {
    for (let index = 0; index < 300; index += 1) {
      ids.push((await rig.engine.enqueue(tx, { chatId: newChat(), topic: "test.bulk", content: text("x") })) ?? 0);
    }
  });
  const counted = async (state: string): Promise<number> => {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from delivery.record where state = ${state} and id = any(${ids})`.execute(database.db);
    return rows[0]?.n ?? 0;
  };
  const quiet = await until("nothing more is sent", async () => {
    const before = server.received.length;
    await pause(systemClock, 300);
    return before === server.received.length && before > 0 ? before : undefined;
  });
  await until("what was on the wire is unknown", async () => (await counted("unknown")) === quiet - earlier);
  away = false;
  server.up = true;
  await until("the rest has arrived", async () => (await counted("queued")) + (await counted("sending")) === 0, 20_000);
  const unknown = await counted("unknown");
  assert.ok(unknown <= 64, `${unknown} unknown`);
  assert.equal(await counted("sent"), 300 - unknown);
});

test("a pause that Telegram asks for between the choice of a message and its leaving is kept to", async () => {
  const chatId = newChat();
  // There is a sender: what waits for the lock below is its claim.
  await ended(await enqueue({ chatId: newChat(), topic: "test.bulk", content: text("before") }));
  const lock = new Client({ connectionString: database.url });
  cleanUp(async () => {
    await lock.end();
  });
  await lock.connect();
  // Whoever claims waits for this.
  await lock.query("begin; select from delivery.sender for update");
  const id = await enqueue({ chatId, topic: "test.bulk", content: text("x") });
  await untilLockWait(database.db, "its claim");
  rig.engine.noteFloodControl(700);
  const began = performance.now();
  await lock.query("commit");
  const record = await ended(id);
  assert.ok(performance.now() - began >= 600);
  assert.deepEqual([of(chatId).length, record.state, record.attempts], [1, "sent", 1]);
  assert.ok(record.timeline.some(({ event, detail }) => event === "paced" && /not sent yet/i.test(detail)));
});

test("a flood that getUpdates has heard of stops all sending, and the next sender knows of it", async () => {
  rig.engine.noteFloodControl(1500);
  const began = performance.now();
  const id = await enqueue({ chatId: newChat(), topic: "payment", content: text("x") });
  const { rows } = await until("it is remembered", async () => {
    const found = await sql<{ ms: number }>`
      select extract(epoch from blocked_until - now())::float8 * 1000 as ms from delivery.flood where chat_id = 0`.execute(
      database.db,
    );
    return found.rows.length === 1 ? found : undefined;
  });
  assert.ok((rows[0]?.ms ?? 0) > 500);
  await ended(id);
  assert.ok(performance.now() - began > 1400);
  assert.ok((rig.engine.budget()?.factor ?? 1) < 1, "and the pace comes back slowly");
});

test("connections that break again and again lose nothing and double nothing", async () => {
  const chatIds: number[] = [];
  await inTransaction(database.db, async (tx) => {
    for (let index = 0; index < 400; index += 1) {
      const chatId = newChat();
      chatIds.push(chatId);
      await rig.engine.enqueue(tx, { chatId, topic: "test.bulk", content: text("x") });
    }
  });
  server.answer = async () => {
    await pause(systemClock, 20);
    return undefined;
  };
  const killer = new Client({ connectionString: database.url });
  await killer.connect();
  for (let times = 0; times < 12; times += 1) {
    await killer.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'telecast' and pid <> pg_backend_pid()`);
    await pause(systemClock, 60);
  }
  await until(
    "all are sent",
    async () => {
      const { rows } = await killer.query<{ n: string }>(
        "select count(*) as n from delivery.history where state = 'sent' and chat_id = any($1)",
        [chatIds],
      );
      return Number(rows[0]?.n) === 400;
    },
    30_000,
  );
  await killer.end();
  assert.ok(chatIds.every((chatId) => of(chatId).length === 1));
});

test("a refused token stops the sender, and health says why", async () => {
  const chatId = newChat();
  server.answer = ({ chatId: to }) => (to === chatId ? { code: 401, description: "Unauthorized" } : undefined);
  const id = await enqueue({ chatId, topic: "reply", content: text("x") });
  await until("health to say why", async () => {
    const { checks } = await rig.health.report();
    return /refuses the bot's token/.test(checks["sending"]?.detail ?? "");
  });
  await until(
    "the delivery to be back in the queue",
    async () => (await recordOf(rig, database, id)).state === "queued",
  );
});
