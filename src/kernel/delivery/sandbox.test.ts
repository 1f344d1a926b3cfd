import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { startSandbox } from "../../sandbox/server.ts";
import { inTransaction } from "../db/index.ts";
import { systemClock } from "../lib/clock.ts";
import { Html } from "../lib/html.ts";
import { systemIds } from "../lib/ids.ts";
import type { DeliveryRecord, Message } from "./delivery.ts";
import { makeRig, recordOf } from "./testing/rig.ts";

// Telegram's rules as the emulator knows them: schema, limits, error texts.
const database = await testDatabase();
const sandbox = await startSandbox({ clock: systemClock, ids: systemIds, port: 0, host: "127.0.0.1" });
cleanUp(sandbox.close);
const rig = await makeRig({ database, server: { root: sandbox.url }, token: sandbox.botToken, environment: {} });
cleanUp(rig.stop);
rig.engine.start();
const people = sandbox.addStartedPeople(120);

async function ended(message: Message): Promise<DeliveryRecord> {
  const id = await inTransaction(database.db, async (tx) => await rig.engine.enqueue(tx, message));
  return await until("it has ended", async () => {
    const record = await recordOf(rig, database, id);
    return record.finishedAt === undefined ? undefined : record;
  });
}

test("at Telegram's own limits a broadcast runs at the full pace and is never told to wait", async () => {
  const began = performance.now();
  await inTransaction(
    database.db,
    async (tx) =>
      await rig.engine.fanOut(tx, sql`select unnest(${people}::bigint[]) as chat_id`, {
        topic: "test.bulk",
        content: { kind: "text", html: Html.text("news") },
      }),
  );
  await until("all have got it", async () => {
    const { deliveries } = await rig.engine.list(database.db, { topic: "test.bulk", limit: 200 });
    return deliveries.length === people.length && deliveries.every(({ state }) => state === "sent");
  });
  const seconds = (performance.now() - began) / 1000;
  assert.ok(seconds > (people.length - 10) / 30 && seconds < 8, `${seconds} s`);
  assert.deepEqual([...sandbox.journal.refusedByRate], []);
});

const [person = 0] = people;

test("every kind of content is taken by Telegram", async () => {
  const inline = {
    inline: [
      [
        { text: "ok", callback: "x:1" },
        { text: "site", url: "https://example.org" },
      ],
      [{ text: "copy", copy: "it" }],
    ],
  };
  const contents: readonly Message["content"][] = [
    { kind: "text", html: Html.trusted("<b>bold</b> &amp; <i>more</i>"), keyboard: inline, preview: true },
    { kind: "text", html: Html.text("answer me"), keyboard: { forceReply: { placeholder: "here" } } },
    { kind: "text", html: Html.text("long ".repeat(2000)) },
    { kind: "invoice", title: "100", description: "credits", payload: "order:1", stars: 5, startParameter: "buy" },
  ];
  for (const content of contents) {
    const record = await ended({ chatId: person, topic: "reply", content });
    assert.deepEqual([record.state, record.error], ["sent", undefined], content.kind);
  }
});

test("a chat that does not exist is suspended", async () => {
  const record = await ended({ chatId: 424_242, topic: "reply", content: { kind: "text", html: Html.text("x") } });
  assert.equal(record.state, "suppressed");
});

test("markup that the parser refuses arrives as plain text", async () => {
  const record = await ended({
    chatId: person,
    topic: "reply",
    content: { kind: "text", html: Html.trusted("<b>broken") },
  });
  assert.equal(record.state, "sent");
  assert.match(record.timeline.at(-1)?.detail ?? "", /plain text/);
});

test("a card lives through its edits", async () => {
  for (const words of ["one", "two", "two", "three"]) {
    await inTransaction(database.db, async (tx) => {
      await rig.engine.putCard(tx, {
        key: "thing",
        chatId: person,
        topic: "reply",
        content: { kind: "text", html: Html.text(words) },
      });
    });
    await until("it shows", async () => {
      const { deliveries } = await rig.engine.list(database.db, { chatId: person, limit: 5 });
      return deliveries.every(({ state }) => state === "sent");
    });
  }
  const shown = sandbox
    .as(person)
    .messages()
    .filter(({ text }) => text === "three");
  assert.equal(shown.length, 1);
  assert.ok(
    !sandbox
      .as(person)
      .messages()
      .some(({ text }) => text === "one" || text === "two"),
  );
});

test("Telegram's faults: a cut answer, a flood, an outage", async () => {
  const content = { kind: "text", html: Html.text("through it") } as const;
  sandbox.faults.add({ kind: "rate_limit", chatId: person, times: 1, retryAfter: 1 });
  const flooded = await ended({ chatId: person, topic: "reply", content });
  assert.equal(flooded.state, "sent");
  assert.ok(flooded.timeline.some(({ event }) => event === "paced"));
  sandbox.faults.add({ kind: "drop_answer", methods: ["sendMessage"], times: 1 });
  const unsure = await ended({ chatId: people[1] ?? 0, topic: "test.bulk", content });
  assert.equal(unsure.state, "unknown");
  sandbox.faults.add({ kind: "outage", seconds: 2 });
  const after = await ended({ chatId: people[2] ?? 0, topic: "reply", content });
  assert.equal(after.state, "sent");
});

test("whoever blocks the bot hears nothing more, and everything again when he unblocks it", async () => {
  const chatId = people[3] ?? 0;
  const content = { kind: "text", html: Html.text("hello") } as const;
  sandbox.as(chatId).block();
  assert.equal((await ended({ chatId, topic: "reply", content })).error, "Forbidden: bot was blocked by the user");
  sandbox.as(chatId).unblock();
  await sql`update account.chat set suspended_reason = null, suspended_at = null where id = ${chatId}`.execute(
    database.db,
  );
  assert.equal((await ended({ chatId, topic: "reply", content })).state, "sent");
});

test("nothing that was sent breaks the Bot API's schema", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
