import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { Html } from "#kernel/lib/html.ts";
import { clearFaults, injectFault, openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

import { callbackData } from "./callback-data.ts";
import type { MessageRoute, UpdateContext } from "./route.ts";
import type { Telegram } from "./telegram.ts";
import { createTurns } from "./turns.ts";

const rig = await telegramRig();
const { database, sandbox } = rig;
const { db } = database;
await sql`create table effect (id bigint generated always as identity, chat_id bigint, text text)`.execute(db);

const running: Telegram[] = [];
function start(options: Parameters<typeof rig.replica>[0]): Telegram {
  const telegram = rig.replica(options);
  telegram.start();
  running.push(telegram);
  return telegram;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (telegram) => await telegram.stop()));
  await clearFaults(sandbox.url);
  await sql`truncate telegram.update, test_sent, effect`.execute(db);
});

const [dana, mina] = [await openPerson(sandbox.url, 700_000_001), await openPerson(sandbox.url, 700_000_002)];

const effects = async (): Promise<readonly string[]> =>
  (await sql<{ text: string }>`select text from effect order by id`.execute(db)).rows.map(({ text }) => text);
const note = async (tx: Tx, chatId: number, text: string): Promise<void> => {
  await sql`insert into effect (chat_id, text) values (${chatId}, ${text})`.execute(tx);
};
/** Does something in the database for every text, and answers. */
const echo: MessageRoute = {
  name: "echo",
  priority: 0,
  run: async ({ tx, chat, reply }, message) => {
    await note(tx, chat.id, message.text ?? "");
    await reply(Html.text(`echo ${message.text}`));
    return "handled";
  },
};
const saying = (run: (context: UpdateContext, text: string) => Promise<void>): MessageRoute => ({
  name: "test",
  priority: 1,
  run: async (context, message) => {
    await run(context, message.text ?? "");
    return "handled";
  },
});
const allHandled = async (count: number, timeoutMs?: number): Promise<unknown> => {
  const areHandled = async (): Promise<boolean> => {
    const rows = await rig.updates();
    return rows.length === count && rows.every(({ state }) => state !== "waiting");
  };
  return await until(`${count} finished updates`, areHandled, timeoutMs);
};

test("an update is stored, handled and erased; the answer is queued with the mark that it is handled", async () => {
  start({ routes: [{ owner: "test", messages: [echo] }] });
  await dana.say("a prompt that nobody may read");
  await allHandled(1);
  assert.deepEqual(
    (await rig.sent()).map(({ chat_id, text, options }) => ({ chat_id, text, options })),
    [{ chat_id: dana.id, text: "echo a prompt that nobody may read", options: { topic: "reply" } }],
  );
  const [row] = await rig.updates();
  assert.equal(row?.state, "handled");
  assert.equal(row.body, null);
});

test("what waits is sealed: a prompt is not in the database even before it is handled", async () => {
  const telegram = rig.replica({ routes: [], webhook: { url: "https://x.test", secret: "hook" } });
  await telegram.receive(textUpdate(1, 5, "a very private prompt"), "hook");
  const dump = JSON.stringify(await rig.updates());
  assert.match(dump, /waiting/);
  assert.doesNotMatch(dump, /private prompt/);
});

function textUpdate(updateId: number, chatId: number, text: string): object {
  const from = { id: chatId, is_bot: false, first_name: `P${chatId}` };
  const chat = { id: chatId, type: "private", first_name: from.first_name };
  return { update_id: updateId, message: { message_id: updateId, date: 1_700_000_000, from, chat, text } };
}

const webhook = { url: "https://bot.test", secret: "right-secret" };

test("a webhook with a wrong or absent secret is refused and stores nothing; nonsense is told from an update", async () => {
  const telegram = start({ routes: [{ owner: "test", messages: [echo] }], webhook });
  for (const secret of [undefined, "", "wrong-secret", "right-secre", "right-secret2"]) {
    assert.equal(await telegram.receive(textUpdate(7, 5, "hi"), secret), "unauthorized");
  }
  for (const body of [undefined, null, "x", [], {}, { update_id: "7" }, { update_id: 7, message: { text: "hi" } }]) {
    assert.equal(await telegram.receive(body, "right-secret"), "malformed");
  }
  assert.deepEqual(await rig.updates(), []);
  assert.equal(await telegram.receive(textUpdate(7, 5, "hi"), "right-secret"), "stored");
  await allHandled(1);
});

test("a replica that polls takes no webhook", async () => {
  const telegram = start({ routes: [{ owner: "test", messages: [echo] }] });
  assert.equal(await telegram.receive(textUpdate(7, 5, "hi"), "right-secret"), "unauthorized");
  assert.deepEqual(await rig.updates(), []);
});

test("twenty copies of one update at once, at two replicas, are handled once", async () => {
  const routes = [{ owner: "test", messages: [echo] }];
  const replicas = [start({ routes, webhook }), start({ routes, webhook })];
  const copies = Array.from(
    { length: 20 },
    async (_, index) => await replicas[index % 2]?.receive(textUpdate(99, 5, "once"), "right-secret"),
  );
  assert.deepEqual(new Set(await Promise.all(copies)), new Set(["stored"]));
  await allHandled(1);
  assert.equal(await replicas[0]?.receive(textUpdate(99, 5, "once"), "right-secret"), "stored");
  assert.deepEqual(await effects(), ["once"]);
  assert.equal((await rig.sent()).length, 1);
});

test("an update that is no longer waiting cannot be marked as handled, so whoever handled it again undoes it", async () => {
  await rig.replica({ routes: [], webhook }).receive(textUpdate(1, 5, "x"), "right-secret");
  const turns = createTurns({ db, cipher: createCipher(rig.masterKey), botId: rig.api.botId });
  await turns.markHandled(db, 1, "test");
  await assert.rejects(turns.markHandled(db, 1, "test"), /handled by somebody else/);
  assert.equal(await turns.markFailed(db, 1, { error: "x", reference: "X" }), false);
});

test("numbers that start again at a lower one are not taken for old", async () => {
  const telegram = start({ routes: [{ owner: "test", messages: [echo] }], webhook });
  await telegram.receive(textUpdate(1_000_000, 5, "before a silent week"), "right-secret");
  await allHandled(1);
  await telegram.receive(textUpdate(17, 5, "after it"), "right-secret");
  await allHandled(2);
  assert.deepEqual(await effects(), ["before a silent week", "after it"]);
});

test("an update that a dead process stored is handled by the next one to start", async () => {
  const dead = rig.replica({ routes: [], webhook });
  for (const text of ["one", "two"]) await dead.receive(textUpdate(text === "one" ? 1 : 2, 5, text), "right-secret");
  start({ routes: [{ owner: "test", messages: [echo] }], webhook });
  await allHandled(2);
  assert.deepEqual(await effects(), ["one", "two"]);
});

test("an update that a dead process received while this one runs is swept up", async () => {
  start({ routes: [{ owner: "test", messages: [echo] }], webhook });
  await until("started", () => sandbox.journal.calls.get("setWebhook"));
  await rig.replica({ routes: [], webhook }).receive(textUpdate(1, 5, "left"), "right-secret");
  await allHandled(1);
  assert.deepEqual(await effects(), ["left"]);
});

test("a handler that throws leaves nothing behind, the person gets a code, and the chat goes on", async () => {
  const route = saying(async ({ tx, chat, reply }, text) => {
    await note(tx, chat.id, text);
    await reply(Html.text(`echo ${text}`));
    if (text === "boom") throw new Error("a bug");
  });
  start({ routes: [{ owner: "test", messages: [route] }] });
  await mina.say("boom");
  await mina.say("after");
  await allHandled(2);
  assert.deepEqual(await effects(), ["after"]);
  const [failed, handled] = await rig.updates();
  assert.equal(failed?.state, "failed");
  assert.equal(failed.error, "Error: a bug");
  assert.match(failed.reference ?? "", /^[0-9A-Z]{6}$/);
  assert.notEqual(failed.body, null);
  assert.equal(handled?.state, "handled");
  const [apology, echoed] = await rig.sent(mina.id);
  assert.match(apology?.text ?? "", new RegExp(`[가-힣].*${failed.reference ?? "?"}`));
  assert.equal(echoed?.text, "echo after");
  const { rows } = await sql`select state, person_id from telegram.update order by update_id`.execute(db);
  assert.deepEqual(rows, [
    { state: "failed", person_id: mina.id },
    { state: "handled", person_id: null },
  ]);
});

test("a broken constraint that shows only at the commit is a failure too, not an endless repeat", async () => {
  await sql`create table owed (id int, constraint owed_unique unique (id) deferrable initially deferred)`.execute(db);
  const route = saying(async ({ tx }, text) => {
    await sql`insert into owed values (1)`.execute(tx);
    if (text === "twice") await sql`insert into owed values (1)`.execute(tx);
  });
  start({ routes: [{ owner: "test", messages: [route] }] });
  await dana.say("twice");
  await allHandled(1);
  assert.equal((await rig.updates())[0]?.state, "failed");
});

test("a handler that waits forever is ended, its transaction with it, and what it does later has no effect", async () => {
  const { promise: wakeUp, resolve: wake } = Promise.withResolvers<void>();
  const { promise: late, resolve: reportLate } = Promise.withResolvers<unknown>();
  const route = saying(async ({ tx, chat }, text) => {
    await note(tx, chat.id, text);
    if (text !== "hang") return;
    await wakeUp;
    await note(tx, chat.id, "written by a zombie").then(reportLate, reportLate);
  });
  start({ routes: [{ owner: "test", messages: [route] }], handlerLimitMs: 200 });
  await dana.say("hang");
  await dana.say("next");
  await allHandled(2);
  wake();
  assert.ok((await late) instanceof Error, "the zombie could write");
  assert.deepEqual(await effects(), ["next"]);
  const [failed] = await rig.updates();
  assert.equal(failed?.error, "HandlerHung: did not end within 0.2 s");
  assert.equal((await rig.sent(dana.id)).length, 1);
});

test("a statement that does not end is ended, and frees its locks", async () => {
  const route = saying(async ({ tx, chat }, text) => {
    await note(tx, chat.id, text);
    if (text === "slow") await sql`select pg_sleep(60)`.execute(tx);
  });
  start({ routes: [{ owner: "test", messages: [route] }], handlerLimitMs: 200 });
  await dana.say("slow");
  await dana.say("next");
  // By us: the database's own limit, the backstop, is 5 s later.
  await allHandled(2, 4000);
  assert.deepEqual(await effects(), ["next"]);
  const { rows } = await sql`
    select from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid() and state = 'active'`.execute(
    db,
  );
  assert.equal(rows.length, 0, "the statement still runs");
});

test("a connection that breaks in the middle is nobody's fault: the update is handled again, once in effect", async () => {
  let tries = 0;
  const route = saying(async ({ tx, chat }, text) => {
    tries += 1;
    await note(tx, chat.id, text);
    if (tries > 1) return;
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db);
    await note(tx, chat.id, "never");
  });
  start({ routes: [{ owner: "test", messages: [route] }] });
  await dana.say("hello");
  await allHandled(1);
  assert.equal(tries, 2);
  assert.deepEqual(await effects(), ["hello"]);
  assert.equal((await rig.updates())[0]?.state, "handled");
});

test("two updates that deadlock are both handled", async () => {
  await sql`create table pair (id int primary key, n int)`.execute(db);
  await sql`insert into pair values (1, 0), (2, 0)`.execute(db);
  const arrivals = { first: Promise.withResolvers<void>(), second: Promise.withResolvers<void>() };
  const route = saying(async ({ tx }, text) => {
    const [mine, other] = text === "a" ? ([1, 2] as const) : ([2, 1] as const);
    await sql`update pair set n = n + 1 where id = ${mine}`.execute(tx);
    arrivals[text === "a" ? "first" : "second"].resolve();
    await Promise.all([arrivals.first.promise, arrivals.second.promise]);
    await sql`update pair set n = n + 1 where id = ${other}`.execute(tx);
  });
  start({ routes: [{ owner: "test", messages: [route] }] });
  await Promise.all([dana.say("a"), mina.say("b")]);
  await allHandled(2);
  const { rows } = await sql<{ n: number }>`select n from pair order by id`.execute(db);
  assert.deepEqual(
    rows.map(({ n }) => n),
    [2, 2],
  );
});

test("an update under which ten processes ended is put aside instead of ending the eleventh", async () => {
  await rig.replica({ routes: [], webhook }).receive(textUpdate(1, 5, "poison"), "right-secret");
  await sql`update telegram.update set attempts = 10, received_at = now() - interval '1 hour'`.execute(db);
  start({ routes: [{ owner: "test", messages: [echo] }], webhook });
  await allHandled(1);
  const [row] = await rig.updates();
  assert.equal(row?.state, "failed");
  assert.match(row.error ?? "", /10 processes ended/);
  assert.deepEqual(await effects(), []);
});

test("an update that another key has sealed is put aside and holds nobody up", async () => {
  const dead = rig.replica({ routes: [], webhook });
  await dead.receive(textUpdate(1, 5, "unreadable"), "right-secret");
  await dead.receive(textUpdate(2, 5, "readable"), "right-secret");
  await sql`update telegram.update set body = 'v1.AAAA.AAAAAAAAAAAAAAAAAAAAAAAA' where update_id = 1`.execute(db);
  start({ routes: [{ owner: "test", messages: [echo] }], webhook });
  await allHandled(2);
  assert.deepEqual(await effects(), ["readable"]);
});

test("a pressed button is answered, with text or without, also when the handler throws", async () => {
  const button = (name: string) => ({ text: name, callback_data: callbackData("t", name) });
  const message = await rig.api.call("sendMessage", {
    chat_id: dana.id,
    text: "?",
    reply_markup: { inline_keyboard: [[button("silent"), button("told"), button("boom")]] },
  });
  start({
    routes: [
      {
        owner: "test",
        callbacks: [
          {
            prefix: "t",
            access: "user",
            run: async ({ answer, editPressed }, [name]) => {
              if (name === "boom") throw new Error("a bug");
              if (name === "told") answer("Well done", { alert: true });
              await editPressed(Html.text(`pressed ${name}`));
            },
          },
        ],
      },
    ],
  });
  assert.deepEqual(pick(await dana.press("silent")), { text: undefined, showAlert: false });
  assert.deepEqual(pick(await dana.press("told")), { text: "Well done", showAlert: true });
  const { text, showAlert } = await dana.press("boom");
  assert.match(text ?? "", /went wrong.*[0-9A-Z]{6}/);
  assert.equal(showAlert, true);
  assert.match((await dana.forge(message, "unknown:1")).text ?? "", /no longer works/);
  assert.deepEqual(
    (await rig.sent()).map(({ kind, text, options }) => [kind, text, options.messageId]),
    [
      ["edit", "pressed silent", message.message_id],
      ["edit", "pressed told", message.message_id],
    ],
  );
});

const pick = ({ text, showAlert }: { text?: string; showAlert: boolean }): object => ({ text, showAlert });

test("a button that was handled right before the process died is answered by the next one", async () => {
  const message = await rig.api.call("sendMessage", {
    chat_id: dana.id,
    text: "?",
    reply_markup: { inline_keyboard: [[{ text: "go", callback_data: "t:go" }]] },
  });
  await injectFault(sandbox.url, { kind: "reset", methods: ["answerCallbackQuery"], times: 1 });
  start({ routes: [{ owner: "test", callbacks: [{ prefix: "t", access: "user", run: async () => {} }] }] });
  const answered = dana.press("go");
  await allHandled(1);
  await until("the answer was lost", () => !sandbox.faults.list().some(({ kind }) => kind === "reset"));
  await Promise.all(running.splice(0).map(async (telegram) => await telegram.stop()));
  await sql`update telegram.update set finished_at = now() - interval '3 seconds'`.execute(db);
  start({ routes: [{ owner: "test" }] });
  assert.deepEqual(pick(await answered), { text: undefined, showAlert: false });
  assert.ok(message.message_id > 0);
});

test("an answer that Telegram does not take holds up nobody", async () => {
  await injectFault(sandbox.url, { kind: "hang", methods: ["sendChatAction"] });
  const route = saying(async ({ showAction, tx, chat }, text) => {
    showAction("upload_video");
    await note(tx, chat.id, text);
  });
  start({ routes: [{ owner: "test", messages: [route] }] });
  for (const text of ["1", "2", "3"]) await dana.say(text);
  await allHandled(3);
  assert.deepEqual(await effects(), ["1", "2", "3"]);
  await clearFaults(sandbox.url);
});

test("stopping waits for what is being handled", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
  const route = saying(async ({ tx, chat }, text) => {
    begin();
    await allowed;
    await note(tx, chat.id, text);
  });
  const telegram = start({ routes: [{ owner: "test", messages: [route] }] });
  await dana.say("slow");
  await begun;
  const stopped = telegram.stop();
  allow();
  await stopped;
  assert.deepEqual(await effects(), ["slow"]);
  await inTransaction(db, async (tx) => {
    assert.equal((await rig.updates())[0]?.state, "handled", String(tx.isTransaction));
  });
});
