import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { Html } from "#kernel/lib/html.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

import { createRouteBook } from "./route-book.ts";
import type { Command, MessageRoute, UpdateContext } from "./route.ts";

const rig = await telegramRig();
const { db } = rig.database;
const webhook = { url: "https://bot.test", secret: "s" };
const adminId = 7;
const userId = 8;
const groupId = -100;
const adminGroupId = -500;

const log: string[] = [];
const moved: unknown[] = [];
const command = (name: string, more: Partial<Command> = {}): Command => ({
  name,
  description: name,
  access: "user",
  run: async ({ reply }, args) => {
    log.push(`/${name} ${args}`.trim());
    await reply(Html.text(`did ${name}`));
  },
  ...more,
});
const message = (name: string, priority: number, accepts: (text: string) => boolean): MessageRoute => ({
  name,
  priority,
  run: async ({ tx }, { text = "" }) => {
    assert.ok(tx.isTransaction);
    if (!accepts(text)) return "pass";
    log.push(`${name}: ${text}`);
    return "handled";
  },
});
const flow = "test.order";
const telegram = rig.replica({
  adminChatIds: [adminId, adminGroupId],
  webhook,
  onChatMigrated: async (_tx: Tx, from, to) => {
    moved.push([from, to]);
  },
  routes: [
    {
      owner: "kernel",
      commands: [
        command("start"),
        command("help", { inGroups: true }),
        command("pause", { access: "operator", inGroups: true }),
        command("cancel", {
          run: async ({ dialog, reply }: UpdateContext) => {
            const open = await dialog.current();
            await dialog.close();
            await reply(Html.text(open === undefined ? "nothing to cancel" : `cancelled ${open.step}`));
          },
        }),
      ],
      services: [
        {
          kind: "my_chat_member",
          run: async ({ user }) => {
            log.push(`member ${user.telegramId}`);
          },
        },
      ],
    },
    {
      owner: "test",
      commands: [
        command("order", {
          run: async ({ dialog }) => await dialog.set({ flow, step: "what", data: { secret: "plan" } }),
        }),
        command("complain", {
          whenBlocked: true,
          run: async ({ dialog, reply }) => {
            await dialog.set({ flow: "test.complaint", step: "what", data: {} });
            await reply(Html.text("what is it?"));
          },
        }),
      ],
      dialogs: [
        {
          flow: "test.complaint",
          whenBlocked: true,
          onMessage: async ({ reply }, _state, { text = "" }) => {
            if (text.startsWith("prompt")) return "pass";
            await reply(Html.text(`heard ${text}`));
            return "handled";
          },
        },
        {
          flow,
          keptBy: ["help"],
          onMessage: async ({ dialog, reply }, { step, data }, { text = "" }) => {
            if (text === "not me") return "pass";
            log.push(`${step} ${text} ${JSON.stringify(data)}`);
            if (step === "what") await dialog.set({ flow, step: "when", data: { what: text } });
            else await dialog.close();
            await reply(Html.text("next"));
            return "handled";
          },
        },
      ],
      mentions: [
        {
          name: "test.mention",
          run: async (_context, { text = "" }) => {
            log.push(`mentioned ${text}`);
            return text.includes("film") ? "handled" : "pass";
          },
        },
      ],
      messages: [
        message("low", 1, (text) => text.startsWith("prompt")),
        message("high", 2, (text) => text.startsWith("prompt!")),
      ],
      callbacks: [{ prefix: "admin", access: "admin", inGroups: true, run: async () => void log.push("pressed") }],
    },
  ],
});
telegram.start();
beforeEach(async () => {
  log.length = 0;
  moved.length = 0;
  await sql`truncate telegram.update, telegram.dialog, test_sent`.execute(db);
});

let updateId = 0;
let seconds = 1_800_000_000;
/** Each message a minute after the last, so that nothing is a flood unless the test means it. */
async function receive(content: object): Promise<void> {
  updateId += 1;
  assert.equal(await telegram.receive({ update_id: updateId, ...content }, "s"), "stored");
  await until("handled", async () => (await rig.updates()).every(({ state }) => state !== "waiting"));
  assert.deepEqual(
    (await rig.updates()).filter(({ state }) => state === "failed"),
    [],
  );
}
const person = (id: number): object => ({ id, is_bot: false, first_name: `P${id}`, language_code: "en" });
const chatWith = (id: number): object =>
  id < 0 ? { id, type: "supergroup", title: "G" } : { id, type: "private", first_name: `P${id}` };
interface Saying {
  readonly from?: number;
  readonly chat?: number;
  readonly more?: object;
}
async function say(text: string, { from = userId, chat = from, more = {} }: Saying = {}): Promise<string[]> {
  const before = (await rig.sent()).length;
  seconds += 60;
  const said = { message_id: updateId + 1, date: seconds, from: person(from), chat: chatWith(chat), text, ...more };
  await receive({ message: said });
  return (await rig.sent()).slice(before).map((sent) => sent.text);
}

test("a command is run with its arguments, in any case, with or without the bot's name", async () => {
  assert.deepEqual(await say("/start abc"), ["did start"]);
  const { username } = await rig.api.call("getMe", {});
  await say(`/START@${username.toUpperCase()} x  y `);
  assert.deepEqual(log, ["/start abc", "/start x  y"]);
});

test("an unknown command gets the nearest one suggested, of those the person may use", async () => {
  assert.match((await say("/strat"))[0] ?? "", /Did you mean \/start\?/);
  assert.match((await say("/paus"))[0] ?? "", /no command \/paus\. \/help/);
  assert.match((await say("/paus", { from: adminId }))[0] ?? "", /Did you mean \/pause\?/);
});

test("who may not use a command is refused politely", async () => {
  assert.match((await say("/pause"))[0] ?? "", /not for everyone/);
  assert.deepEqual(await say("/pause", { from: adminId }), ["did pause"]);
});

test("in a group only what is for groups is done, and only what is ours is answered", async () => {
  const { username } = await rig.api.call("getMe", {});
  assert.deepEqual(await say("/help", { chat: groupId }), ["did help"]);
  assert.equal((await rig.sent())[0]?.options.replyToMessageId, updateId);
  assert.deepEqual(await say("/start", { chat: groupId }), []);
  assert.match((await say(`/start@${username}`, { chat: groupId }))[0] ?? "", /only in the private chat/);
  assert.deepEqual(await say("/help@other_bot", { chat: groupId }), []);
  assert.deepEqual(await say("/roll 6", { chat: groupId }), []);
  assert.match((await say(`/hepl@${username}`, { chat: groupId }))[0] ?? "", /Did you mean \/help/);
  assert.deepEqual(await say("hello everybody", { chat: groupId }), []);
});

test("in a group our name at the beginning is for us; in private it is but a word; a flood is a flood", async () => {
  const { username } = await rig.api.call("getMe", {});
  const mention = `@${username} a film`;
  await say(mention, { chat: groupId });
  await say(`@${username} something else`, { chat: groupId });
  await say(`I love @${username}'s film`, { chat: groupId });
  assert.deepEqual(log, [`mentioned ${mention}`, `mentioned @${username} something else`]);
  await say(`prompt @${username}`);
  assert.equal(log.at(-1), `low: prompt @${username}`);
  // What somebody sent by our own inline mode is no request, wherever it stands.
  await say("prompt", { more: { via_bot: { id: 1, is_bot: true, first_name: "T", username } } });
  assert.equal(log.length, 3);
  for (let count = 0; count < 21; count += 1) {
    seconds -= 60;
    await say(mention, { chat: groupId, from: 99 });
  }
  assert.equal(log.filter((line) => line === `mentioned ${mention}`).length, 1 + 20);
  assert.match((await rig.sent()).at(-1)?.text ?? "", /a lot at once/);
});

test("an answer goes to the forum topic of the question", async () => {
  await say("/help", { chat: groupId, more: { message_thread_id: 42, is_topic_message: true } });
  await say("/help", { chat: groupId, more: { message_thread_id: 43 } });
  assert.deepEqual(
    (await rig.sent()).map(({ options }) => options.threadId),
    [42, undefined],
  );
});

test("messages go by priority to the first that takes them; what nobody takes is answered in private", async () => {
  await say("prompt! a cat");
  await say("prompt a dog");
  assert.deepEqual(log, ["high: prompt! a cat", "low: prompt a dog"]);
  assert.match((await say("gibberish"))[0] ?? "", /\/help/);
});

test("what no person said is ignored: bots, channels, anonymous admins, service messages", async () => {
  assert.deepEqual(await say("/help", { chat: groupId, more: { from: { id: 5, is_bot: true, first_name: "B" } } }), []);
  assert.deepEqual(await say("/help", { chat: groupId, more: { from: undefined } }), []);
  assert.deepEqual(await say("/help", { chat: groupId, more: { sender_chat: chatWith(groupId) } }), []);
  assert.deepEqual(await say("", { more: { text: undefined, pinned_message: {} } }), []);
});

test("a dialog goes on until it is closed, and what it keeps is not readable in the database", async () => {
  await say("/order");
  const { rows } = await sql<{ data: string }>`select data from telegram.dialog`.execute(db);
  assert.doesNotMatch(rows[0]?.data ?? "", /plan/);
  assert.deepEqual(await say("a film"), ["next"]);
  await say("/help");
  await say("today");
  assert.match((await say("and now?"))[0] ?? "", /\/help/);
  assert.deepEqual(log, ['what a film {"secret":"plan"}', "/help", 'when today {"what":"a film"}']);
});

test("another command closes the dialog; /cancel sees what it cancels", async () => {
  await say("/order");
  await say("/start");
  assert.deepEqual(await say("/cancel"), ["nothing to cancel"]);
  await say("/order");
  assert.deepEqual(await say("/cancel"), ["cancelled what"]);
});

test("a dialog that passes leaves the message to the others, and another person's is his own", async () => {
  await say("/order");
  assert.match((await say("not me"))[0] ?? "", /\/help/);
  await say("prompt by another", { from: adminId });
  assert.deepEqual(log, ["low: prompt by another"]);
});

test("a button is for those who may press it", async () => {
  const pressing = (from: number): object => ({
    callback_query: {
      id: String(updateId),
      from: person(from),
      chat_instance: "1",
      data: "admin:1",
      message: { message_id: 1, date: 0, chat: chatWith(from) },
    },
  });
  await receive(pressing(userId));
  assert.deepEqual(log, []);
  await receive(pressing(adminId));
  assert.deepEqual(log, ["pressed"]);
});

test("in a group of the admins everybody is one, there and nowhere else; in a channel nobody is", async () => {
  const pressing = (chat: object): object => ({
    callback_query: {
      id: String(updateId),
      from: person(userId),
      chat_instance: "1",
      data: "admin:1",
      message: { message_id: 1, date: 0, chat },
    },
  });
  await receive(pressing({ id: adminGroupId, type: "channel", title: "C" }));
  await receive(pressing(chatWith(groupId)));
  await receive(pressing(chatWith(userId)));
  assert.deepEqual(log, []);
  await receive(pressing(chatWith(adminGroupId)));
  assert.deepEqual(log, ["pressed"]);
  assert.deepEqual(await say("/pause", { chat: adminGroupId }), ["did pause"]);
  assert.match((await say("/pause"))[0] ?? "", /not for everyone/);
});

test("twenty commands a minute are done, the next is told so, once, and nobody else is held up", async () => {
  const date = (seconds += 120);
  for (let n = 0; n < 25; n += 1) await say("/start", { more: { date } });
  assert.equal(log.length, 20);
  const told = (await rig.sent()).filter(({ text }) => text.includes("a lot at once"));
  assert.equal(told.length, 1);
  assert.deepEqual(await say("/start", { from: adminId, more: { date } }), ["did start"]);
  assert.deepEqual(await say("prompt is no command", { more: { date } }), []);
  seconds += 60;
  assert.deepEqual(await say("/start"), ["did start"]);
});

test("who is blocked is told so and nothing is done for him", async () => {
  await say("/start", { from: 66 });
  await sql`update account.person set blocked = true where telegram_id = 66`.execute(db);
  log.length = 0;
  assert.match((await say("/start", { from: 66 }))[0] ?? "", /closed this bot/);
  assert.deepEqual(await say("prompt", { from: 66 }), []);
  assert.deepEqual(log, []);
});

test("who is blocked still gets at what is open to all, and from there nowhere else", async () => {
  assert.deepEqual(await say("/complain", { from: 66 }), ["what is it?"]);
  assert.deepEqual(await say("my money", { from: 66 }), ["heard my money"]);
  assert.deepEqual(await say("prompt", { from: 66 }), [], "a dialog that passes opens nothing");
  assert.deepEqual(log, []);
  await sql`update account.person set blocked = false where telegram_id = 66`.execute(db);
  await say("prompt", { from: 66 });
  assert.deepEqual(log, ["low: prompt"]);
});

const membership = (chat: number, status: string): object => ({
  my_chat_member: {
    chat: chatWith(chat),
    from: person(userId),
    date: (seconds += 60),
    old_chat_member: { status: "member", user: person(1) },
    new_chat_member: { status, user: person(1), until_date: 0 },
  },
});
const suspendedReason = async (chatId: number): Promise<string | null | undefined> => {
  const { rows } = await sql<{ reason: string | null }>`
    select suspended_reason as reason from account.chat where id = ${chatId}`.execute(db);
  return rows[0]?.reason;
};

test("whoever blocks the bot is not written to until he unblocks it or writes himself", async () => {
  await receive(membership(userId, "kicked"));
  assert.equal(await suspendedReason(userId), "blocked");
  await receive(membership(userId, "member"));
  assert.equal(await suspendedReason(userId), null);
  await receive(membership(userId, "kicked"));
  // Written before he blocked us, and only handled afterwards.
  await say("late", { more: { date: 1 } });
  assert.equal(await suspendedReason(userId), "blocked");
  await say("/start", { more: { date: Math.floor(Date.now() / 1000) + 60 } });
  assert.equal(await suspendedReason(userId), null);
  assert.equal(log.filter((line) => line === `member ${userId}`).length, 3);
});

test("a group that throws the bot out is left alone until it takes it back", async () => {
  await receive(membership(groupId, "left"));
  assert.equal(await suspendedReason(groupId), "left");
  await receive(membership(groupId, "administrator"));
  assert.equal(await suspendedReason(groupId), null);
});

test("a group that becomes a supergroup keeps its chat and its dialogs, and others are told", async () => {
  const group = { id: -5, type: "group", title: "G" };
  await say("/help", { chat: -5, more: { chat: group } });
  await inTransaction(db, async (tx) => {
    await sql`insert into telegram.dialog (chat_id, user_id, flow, step, data) values (-5, 1, 'x', 'y', 'z')`.execute(
      tx,
    );
  });
  await say("", { chat: -5, more: { chat: group, text: undefined, migrate_to_chat_id: -1_000_000_000_777 } });
  assert.deepEqual(moved, [[-5, -1_000_000_000_777]]);
  assert.equal(await suspendedReason(-1_000_000_000_777), null);
  assert.equal(await suspendedReason(-5), undefined);
  const { rows } = await sql`select chat_id from telegram.dialog`.execute(db);
  assert.deepEqual(rows, [{ chat_id: -1_000_000_000_777 }]);
});

test("two owners of one name stop the start, and both are named", () => {
  const one = { owner: "studio", commands: [command("generate")] };
  assert.throws(
    () => createRouteBook([one, { owner: "signals", commands: [command("generate")] }]),
    /\/generate is claimed by both studio and signals/,
  );
  const press = { prefix: "x", access: "user", run: async () => {} } as const;
  assert.throws(
    () =>
      createRouteBook([
        { owner: "a", callbacks: [press] },
        { owner: "b", callbacks: [press] },
      ]),
    /button prefix x is claimed by both a and b/,
  );
  assert.throws(() => createRouteBook([{ owner: "a", commands: [command("Bad-Name")] }]), /not a name/);
});
