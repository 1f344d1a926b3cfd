import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";

import { WebSocket } from "ws";

import type { SandboxEvent } from "../protocol.ts";
import type { Sandbox } from "../server.ts";
import { testBot, testSandbox, until } from "../test-bot.ts";
import { sandboxGroupId } from "../world/first-world.ts";

const mina = 700_000_002;
const alex = 700_000_003;

interface Page {
  /** Resolves with the next event of this type, past or to come. */
  readonly next: <T extends SandboxEvent["type"]>(type: T) => Promise<Extract<SandboxEvent, { type: T }>>;
  readonly seen: readonly SandboxEvent[];
}

async function openPage(t: TestContext, sandbox: Sandbox, personId?: number): Promise<Page> {
  const socket = new WebSocket(
    `${sandbox.url.replace("http", "ws")}/sandbox/events${personId === undefined ? "" : `?as=${personId}`}`,
  );
  const seen: SandboxEvent[] = [];
  const unread: SandboxEvent[] = [];
  socket.on("message", (data: Buffer) => {
    const event = JSON.parse(data.toString()) as SandboxEvent;
    seen.push(event);
    unread.push(event);
  });
  t.after(() => {
    socket.terminate();
  });
  const next: Page["next"] = async (type) => {
    await until(() => unread.some((event) => event.type === type));
    const index = unread.findIndex((event) => event.type === type);
    return unread.splice(index, 1)[0] as never;
  };
  await next("state");
  return { next, seen };
}

test("a page gets the state first, then everything that happens to its person", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const page = await openPage(t, sandbox, mina);
  sandbox.as(mina).start();
  assert.equal((await page.next("chat")).chat.started, true);
  assert.equal((await page.next("message")).message.text, "/start");
  const asked = await bot.do("sendMessage", {
    chat_id: mina,
    text: "?",
    reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "y" }]] },
  });
  assert.deepEqual((await page.next("message")).message, asked);
  assert.equal((await page.next("call")).call.method, "sendMessage");
  const queryId = sandbox.as(mina).press(asked, "Yes");
  await bot.do("answerCallbackQuery", { callback_query_id: queryId, text: "Thanks", show_alert: true });
  assert.deepEqual(await page.next("callback_answer"), {
    type: "callback_answer",
    queryId,
    showAlert: true,
    text: "Thanks",
  });
  await bot.do("editMessageText", { chat_id: mina, message_id: asked.message_id, text: "!" });
  assert.equal((await page.next("edited")).message.text, "!");
  await bot.do("sendChatAction", { chat_id: mina, action: "typing" });
  assert.equal((await page.next("action")).action, "typing");
  await bot.do("deleteMessage", { chat_id: mina, message_id: asked.message_id });
  assert.deepEqual((await page.next("deleted")).messageIds, [asked.message_id]);
  await bot.do("setMyCommands", { commands: [{ command: "help", description: "Help" }] });
  assert.equal((await page.next("chat")).chat.commands[0]?.command, "help");
  sandbox.faults.add({ kind: "reset", methods: ["sendPhoto"] });
  assert.equal((await page.next("faults")).faults.length, 1);
});

test("a page sees nothing of other people's chats, but the group it shares with them", async (t) => {
  const sandbox = await testSandbox(t);
  const page = await openPage(t, sandbox, alex);
  sandbox.as(mina).start();
  sandbox.as(700_000_004).say("hello all", { chatId: sandboxGroupId });
  assert.equal((await page.next("message")).message.text, "hello all");
  const chats = page.seen.flatMap((event) => ("chatId" in event ? [event.chatId] : []));
  assert.deepEqual(new Set(chats), new Set([sandboxGroupId]));
});

test("a reset sends the whole state again", async (t) => {
  const sandbox = await testSandbox(t);
  const page = await openPage(t, sandbox, mina);
  sandbox.as(mina).start();
  sandbox.reset();
  const { state } = await page.next("state");
  assert.deepEqual(state.messages[String(mina)], []);
});

test("a page that does not say whose it is is the newcomer's", async (t) => {
  const page = await openPage(t, await testSandbox(t));
  const [first] = page.seen;
  assert.ok(first?.type === "state" && first.state.me.id === alex);
});

test("a page of nobody is closed, and so is any other upgrade", async (t) => {
  const sandbox = await testSandbox(t);
  const closed = async (path: string): Promise<number> =>
    await new Promise((resolve) => {
      const socket = new WebSocket(`${sandbox.url.replace("http", "ws")}${path}`);
      socket.on("close", resolve);
      socket.on("error", () => undefined);
    });
  assert.equal(await closed("/sandbox/events?as=1"), 4404);
  assert.equal(await closed("/sandbox/events?as="), 4404);
  assert.equal(await closed("/elsewhere"), 1006);
});
