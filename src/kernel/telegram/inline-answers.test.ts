import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { clearFaults, injectFault, openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

import { createRouteBook } from "./route-book.ts";
import type { InlineQuestion, InlineRoute } from "./route.ts";
import type { Telegram } from "./telegram.ts";

const rig = await telegramRig();
const { sandbox } = rig;
const { db } = rig.database;
const alex = await openPerson(sandbox.url, 700_000_003);
const mina = await openPerson(sandbox.url, 700_000_002);

const running: Telegram[] = [];
function start(answer: InlineRoute["answer"]): void {
  const telegram = rig.replica({ routes: [{ owner: "test", inline: { answer } }] });
  telegram.start();
  running.push(telegram);
}
afterEach(async () => {
  await clearFaults(sandbox.url);
  await Promise.all(running.splice(0).map(async (telegram) => await telegram.stop()));
  await sql`truncate telegram.update`.execute(db);
});

const empty = { videos: [], cacheSeconds: 0 };
const outcomes = async (): Promise<readonly unknown[]> =>
  (
    await sql<{
      handler: string;
    }>`select handler from telegram.update where kind = 'inline_query' order by seq`.execute(db)
  ).rows.map(({ handler }) => handler);
const stored = async (): Promise<number> => (await rig.updates()).filter(({ body }) => body !== null).length;

test("words are answered while they are typed, to whoever typed them, and are not kept", async () => {
  const asked: Omit<InlineQuestion, "db" | "t" | "now">[] = [];
  start(async ({ telegramId, user, words, offset, t }) => {
    asked.push({ telegramId, user, words, offset });
    return { ...empty, button: { text: `${t.language} ${words}`, link: "make" }, nextOffset: "2" };
  });
  const view = await alex.inline("  a cat  ");
  assert.deepEqual(view.button, { text: "en a cat", startParameter: "make" });
  assert.deepEqual((await mina.inline("고래", { offset: "2" })).button?.text, "ko 고래");
  assert.deepEqual(asked, [
    { telegramId: alex.id, user: undefined, words: "a cat", offset: "" },
    { telegramId: mina.id, user: undefined, words: "고래", offset: "2" },
  ]);
  await until("both to be put away", async () => (await stored()) === 0);
  assert.deepEqual(await outcomes(), ["inline:answered", "inline:answered"]);
  const { rows } = await sql`select from account.person`.execute(db);
  assert.equal(rows.length, 0, "whoever only types is nobody we know");
});

test("of what one person types only the newest waits: what he has typed over is not answered", async () => {
  const gate = Promise.withResolvers<undefined>();
  const words: string[] = [];
  start(async (question) => {
    words.push(question.words);
    if (words.length === 1) await gate.promise;
    return empty;
  });
  const typed: Promise<unknown>[] = [];
  for (const [count, text] of ["a", "a c", "a ca", "a cat"].entries()) {
    typed.push(alex.inline(text).catch(() => "not answered"));
    await until("it to be stored", async () => (await rig.updates()).length === count + 1);
  }
  await mina.inline("somebody else does not wait");
  gate.resolve(undefined);
  await until("all to be put away", async () => (await stored()) === 0);
  assert.deepEqual(words, ["a", "somebody else does not wait", "a cat"]);
  await typed[3];
  assert.deepEqual(await outcomes(), [
    "inline:answered",
    "inline:superseded",
    "inline:superseded",
    "inline:answered",
    "inline:answered",
  ]);
  sandbox.reset();
});

test("an answer that fails, hangs or comes too late is not tried again, and its words are not kept", async () => {
  start(async ({ words }) => {
    if (words === "throw") throw new Error("expected");
    if (words === "hang") await new Promise(() => {});
    return empty;
  });
  await injectFault(sandbox.url, { kind: "server_error", methods: ["answerInlineQuery"], times: 1 });
  const typed = ["refused", "throw", "hang"];
  for (const words of typed) {
    void alex.inline(words).catch(() => undefined);
    await until(
      `${words} to be put away`,
      async () => (await outcomes()).filter(Boolean).length === typed.indexOf(words) + 1,
    );
  }
  assert.deepEqual(await outcomes(), ["inline:failed", "inline:failed", "inline:failed"]);
  assert.equal(await stored(), 0);
  sandbox.reset();
});

test("what a dead process left is put away when nobody can wait for it any more", async () => {
  start(async () => empty);
  await alex.inline("first");
  await until("it to be put away", async () => (await stored()) === 0);
  // As if its process had died long ago. What is late is put away without being read.
  await inTransaction(db, async (tx) => {
    await sql`
      insert into telegram.update (bot_id, update_id, chat_id, person_id, kind, body, received_at)
      select bot_id, update_id + 1000, chat_id, chat_id, kind, 'sealed with a key that is gone', now() - interval '20 seconds'
      from telegram.update`.execute(tx);
  });
  await until("it to be put away", async () => (await outcomes()).includes("inline:late"));
  assert.equal(await stored(), 0);
});

test("who is shut out is offered nothing, and two owners of the inline mode stop the start", async () => {
  start(async () => ({ ...empty, button: { text: "Make", link: "make" } }));
  await inTransaction(db, async (tx) => {
    await sql`
      insert into account.person (telegram_id, first_name, blocked) values (${alex.id}, 'Alex', true)`.execute(tx);
  });
  assert.equal((await alex.inline("a cat")).button, undefined);
  const inline = { answer: async () => await Promise.resolve(empty) };
  assert.throws(
    () =>
      createRouteBook([
        { owner: "one", inline },
        { owner: "two", inline },
      ]),
    /claimed by both one and two/,
  );
});
