import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import { Html } from "../lib/html.ts";
import type { Button, Content } from "../telegram/index.ts";
import type { Message } from "./delivery.ts";
import { judged } from "./sql/judge.ts";
import { type ReceivedCall, startBotApiServer } from "./testing/bot-api-server.ts";
import { addChat, makeRig, recordOf, text } from "./testing/rig.ts";

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);
const rig = await makeRig({ database, server });
cleanUp(rig.stop);

let chats = 5000;
const newChat = (): number => (chats += 1);
const of = (chatId: number): readonly ReceivedCall[] => server.accepted.filter((call) => call.chatId === chatId);

interface Verdict {
  readonly state: string;
  readonly not_before: Date | null;
  readonly quiet_at: Date | null;
}

/** What the night of this zone makes of a delivery at this time. */
async function judge(hours: { from: string; to: string; zone: string }, at: string): Promise<Verdict> {
  const chatId = newChat();
  await addChat(database, chatId);
  await sql`
    insert into delivery.quiet_hours (chat_id, from_time, to_time, time_zone)
    values (${chatId}, ${hours.from}::time, ${hours.to}::time, ${hours.zone})`.execute(database.db);
  const { rows } = await sql<Verdict>`${judged(sql`
    select ${chatId}::bigint as chat_id, 'test.signal' as topic, true as opt_out, 'hold' as quiet_mode, false as silent,
      ${at}::timestamptz as at`)}`.execute(database.db);
  assert.ok(rows[0] !== undefined);
  return rows[0];
}

for (const [what, hours, at, until_] of [
  [
    "before midnight of a night that spans it",
    { from: "22:00", to: "07:00", zone: "Asia/Seoul" },
    "2099-01-10T14:00:00Z",
    "2099-01-10T22:00:00Z",
  ],
  [
    "after midnight of a night that spans it",
    { from: "22:00", to: "07:00", zone: "Asia/Seoul" },
    "2099-01-10T16:00:00Z",
    "2099-01-10T22:00:00Z",
  ],
  ["the first minute", { from: "22:00", to: "07:00", zone: "UTC" }, "2099-01-10T22:00:00Z", "2099-01-11T07:00:00Z"],
  [
    "hours of one day",
    { from: "13:00", to: "15:00", zone: "America/New_York" },
    "2099-01-10T18:30:00Z",
    "2099-01-10T20:00:00Z",
  ],
  [
    "the night in which the clock goes forward",
    { from: "22:00", to: "07:00", zone: "Europe/Berlin" },
    "2026-03-28T23:00:00Z",
    "2026-03-29T05:00:00Z",
  ],
  [
    "the night in which the clock goes back",
    { from: "22:00", to: "07:00", zone: "Europe/Berlin" },
    "2026-10-24T23:00:00Z",
    "2026-10-25T06:00:00Z",
  ],
  [
    "an end that the clock skips",
    { from: "22:00", to: "02:30", zone: "Europe/Berlin" },
    "2026-03-29T00:30:00Z",
    "2026-03-29T01:30:00Z",
  ],
] as const) {
  test(`held until the quiet hours end: ${what}`, async () => {
    const { state, not_before: notBefore } = await judge(hours, at);
    assert.equal(state, "held");
    assert.equal(notBefore?.toISOString(), new Date(until_).toISOString());
  });
}

for (const [what, hours, at, begins] of [
  [
    "the last minute has passed",
    { from: "22:00", to: "07:00", zone: "UTC" },
    "2026-01-10T07:00:00Z",
    "2026-01-10T22:00:00Z",
  ],
  [
    "after hours of one day",
    { from: "13:00", to: "15:00", zone: "UTC" },
    "2026-01-10T16:00:00Z",
    "2026-01-11T13:00:00Z",
  ],
  [
    "before hours of one day",
    { from: "13:00", to: "15:00", zone: "Asia/Kathmandu" },
    "2026-01-10T02:00:00Z",
    "2026-01-10T07:15:00Z",
  ],
] as const) {
  test(`not held: ${what}; judged again when they begin`, async () => {
    const { state, quiet_at: quietAt } = await judge(hours, at);
    assert.equal(state, "queued");
    assert.equal(quietAt?.toISOString(), new Date(begins).toISOString());
  });
}

/** Holds messages as a night would, without the sender. */
async function hold(
  chatId: number,
  contents: readonly Content[],
  more: Partial<Message> = {},
): Promise<readonly number[]> {
  await addChat(database, chatId);
  await inTransaction(database.db, async (tx) => {
    const minute = new Date().getUTCHours() * 60 + new Date().getUTCMinutes();
    const hours = { from: (minute + 1380) % 1440, to: (minute + 60) % 1440, timeZone: "UTC" };
    await rig.engine.preferences.setQuietHours(tx, chatId, hours);
  });
  const ids: number[] = [];
  for (const content of contents) {
    const id = await inTransaction(
      database.db,
      async (tx) => await rig.engine.enqueue(tx, { chatId, topic: "test.signal", content, ...more }),
    );
    ids.push(id ?? 0);
  }
  for (const id of ids) assert.equal((await recordOf(rig, database, id)).state, "held");
  return ids;
}

/** The night is over. */
async function morning(chatId: number): Promise<void> {
  await sql`delete from delivery.quiet_hours where chat_id = ${chatId}`.execute(database.db);
  await sql`update delivery.outbox set not_before = now() where chat_id = ${chatId} and state = 'held'`.execute(
    database.db,
  );
}

test("several held messages arrive as one digest, oldest first, and each of them is recorded as arrived", async () => {
  const chatId = newChat();
  const ids = await hold(chatId, [text("first"), text("second"), text("third")]);
  rig.engine.start();
  await morning(chatId);
  await until("the digest is sent", () => of(chatId).length === 1);
  const words = String(of(chatId)[0]?.payload["text"]);
  assert.match(words, /3 messages came during your quiet hours[\s\S]*first[\s\S]*second[\s\S]*third/);
  for (const id of ids) {
    const record = await until("it is recorded", async () => {
      const found = await recordOf(rig, database, id);
      return found.state === "sent" ? found : undefined;
    });
    assert.ok(record.messageId !== undefined);
    assert.match(record.timeline.at(-1)?.detail ?? "", /in a digest/);
  }
});

test("a single held message arrives as it is", async () => {
  const chatId = newChat();
  await hold(chatId, [text("only")]);
  await morning(chatId);
  await until("it is sent", () => of(chatId).length === 1);
  assert.equal(of(chatId)[0]?.payload["text"], "only");
});

test("buttons keep their message's number, and media arrive on their own before the digest", async () => {
  const chatId = newChat();
  const button = (words: string): Button => ({ text: words, callback: `x:${words}` });
  const withButtons = (words: string): Content => ({
    kind: "text",
    html: Html.text(words),
    keyboard: { inline: [[button("took"), button("skip")]] },
  });
  await hold(chatId, [withButtons("one"), { kind: "photo", media: { fileId: "p" } }, withButtons("two")]);
  await morning(chatId);
  await until("both are sent", () => of(chatId).length === 2);
  assert.deepEqual(
    of(chatId).map(({ method }) => method),
    ["sendPhoto", "sendMessage"],
  );
  const markup = of(chatId)[1]?.payload["reply_markup"] as {
    inline_keyboard: { text: string; callback_data: string }[][];
  };
  assert.deepEqual(
    markup.inline_keyboard.map((row) => row.map(({ text: words }) => words)),
    [
      ["1 · took", "1 · skip"],
      ["2 · took", "2 · skip"],
    ],
  );
  assert.equal(markup.inline_keyboard[1]?.[0]?.callback_data, "x:took");
});

test("a digest too long for one message is split, and a very long night makes several", async () => {
  const chatId = newChat();
  const ids = await hold(
    chatId,
    Array.from({ length: 45 }, (_, index) => text(`message ${index} ${"x".repeat(300)}`)),
  );
  await morning(chatId);
  await until("all are recorded", async () => {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from delivery.history where state = 'sent' and id = any(${ids})`.execute(database.db);
    return rows[0]?.n === 45;
  });
  const words = of(chatId).map(({ payload }) => String(payload["text"]));
  assert.ok(words.every((part) => part.length <= 4096));
  const order = [...words.join("\n").matchAll(/message (\d+) /g)].map((match) => Number(match[1]));
  assert.deepEqual(
    order,
    Array.from({ length: 45 }, (_, index) => index),
  );
});

test("a digest that Telegram refuses is dissolved: its messages go one by one", async () => {
  const chatId = newChat();
  const ids = await hold(chatId, [text("good"), text("bad")]);
  server.answer = ({ payload }) =>
    String(payload["text"]).includes("bad") ? { code: 400, description: "Bad Request: nope" } : undefined;
  await morning(chatId);
  await until("both have ended", async () => {
    const records = await Promise.all(ids.map(async (id) => await recordOf(rig, database, id)));
    return records.every(({ finishedAt }) => finishedAt !== undefined);
  });
  server.answer = undefined;
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await recordOf(rig, database, id)).state)), [
    "sent",
    "failed",
  ]);
});

test("what expires during the night does not arrive in the morning", async () => {
  const chatId = newChat();
  const ids = await hold(chatId, [text("old news")], { expiresAt: new Date(Date.now() + 500) });
  await until("it has expired", async () => (await recordOf(rig, database, ids[0])).state === "expired");
  await morning(chatId);
  assert.equal(of(chatId).length, 0);
});

test("what has to be judged again, because quiet hours begin, is not passed by what was made after it", async () => {
  const chatId = newChat();
  await addChat(database, chatId);
  await inTransaction(database.db, async (tx) => {
    const message: Message = { chatId, topic: "test.alert", content: text("first") };
    const first = await rig.engine.enqueue(tx, message);
    await rig.engine.enqueue(tx, { ...message, content: text("second") });
    await sql`update delivery.outbox set quiet_at = now() where id = ${first}`.execute(tx);
  });
  await until("both to arrive", () => of(chatId).length === 2);
  assert.deepEqual(
    of(chatId).map(({ payload }) => payload["text"]),
    ["first", "second"],
  );
});

test("what waits in the queue when the quiet hours begin is held from then on", async () => {
  const chatId = newChat();
  await addChat(database, chatId);
  server.answer = ({ chatId: to }) =>
    to === chatId ? { code: 429, description: "Too Many Requests", parameters: { retry_after: 2 } } : undefined;
  const id = await inTransaction(
    database.db,
    async (tx) => await rig.engine.enqueue(tx, { chatId, topic: "test.signal", content: text("x") }),
  );
  await until("it was asked to wait", () => server.received.some(({ chatId: to }) => to === chatId));
  server.answer = undefined;
  // As if its hours had begun at this moment, with nobody telling the sender.
  const minute = new Date().getUTCHours() * 60 + new Date().getUTCMinutes();
  const clock = (value: number): string => `${Math.floor((value % 1440) / 60)}:${value % 60}`;
  await sql`
    insert into delivery.quiet_hours values (${chatId}, ${clock(minute + 1430)}::time, ${clock(minute + 60)}::time, 'UTC')`.execute(
    database.db,
  );
  await sql`update delivery.outbox set quiet_at = now() where id = ${id ?? 0}`.execute(database.db);
  await until("it is held", async () => (await recordOf(rig, database, id)).state === "held");
  assert.equal(of(chatId).length, 0);
});
