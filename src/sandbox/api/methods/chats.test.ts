import assert from "node:assert/strict";
import test from "node:test";

import { addBot, makeGroup, migrateGroup, promoteBot, removeBot } from "../../people/group-actions.ts";
import { findPerson } from "../../people/people-actions.ts";
import type { Sandbox } from "../../server.ts";
import { testBot, testSandbox } from "../../test-bot.ts";
import { sandboxAdminId, sandboxGroupId } from "../../world/first-world.ts";
import type { ChatRecord, PersonRecord } from "../../world/world.ts";

const mina = 700_000_002;
const alex = 700_000_003;

function group(sandbox: Sandbox): { readonly chat: ChatRecord; readonly owner: PersonRecord } {
  const chat = sandbox.world.chats.get(sandboxGroupId);
  assert.ok(chat);
  return { chat, owner: findPerson(sandbox.world, sandboxAdminId) };
}

test("the bot hears of a block and of its end", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  await bot.updates();
  sandbox.as(mina).block();
  sandbox.as(mina).block();
  sandbox.as(mina).start();
  const [blocked, unblocked, started] = await bot.updates();
  assert.deepEqual(
    [blocked, unblocked].map((update) => [
      update?.my_chat_member?.chat.type,
      update?.my_chat_member?.old_chat_member.status,
      update?.my_chat_member?.new_chat_member.status,
    ]),
    [
      ["private", "member", "kicked"],
      ["private", "kicked", "member"],
    ],
  );
  assert.equal(started?.message?.text, "/start");
});

test("thrown out of a group the bot gets 403, back in it can write again", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const { chat, owner } = group(sandbox);
  removeBot(sandbox.world, owner, chat);
  const [left, standing] = await bot.updates();
  assert.equal(left?.message?.left_chat_member?.id, sandbox.botId);
  assert.equal(standing?.my_chat_member?.new_chat_member.status, "kicked");
  const refusal = await bot.fail("sendMessage", { chat_id: chat.id, text: "x" });
  assert.equal(refusal.description, "Forbidden: bot was kicked from the group chat");
  sandbox.as(alex).say("/status", { chatId: chat.id });
  assert.deepEqual(await bot.updates(), []);
  addBot(sandbox.world, owner, chat);
  const [back, joined] = await bot.updates();
  assert.equal(back?.my_chat_member?.new_chat_member.status, "member");
  assert.equal(joined?.message?.new_chat_members?.[0]?.id, sandbox.botId);
  await bot.do("sendMessage", { chat_id: chat.id, text: "x" });
  await bot.do("leaveChat", { chat_id: chat.id });
  const afterwards = await bot.fail("sendMessage", { chat_id: chat.id, text: "x" });
  assert.equal(afterwards.description, "Forbidden: bot is not a member of the group chat");
});

test("a group that became a supergroup tells its new id, in a message and in the refusal", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const { chat, owner } = group(sandbox);
  const successor = migrateGroup(sandbox.world, owner, chat);
  const [old, fresh] = await bot.updates();
  assert.deepEqual([old?.message?.chat.id, old?.message?.migrate_to_chat_id], [chat.id, successor.id]);
  assert.deepEqual([fresh?.message?.chat.id, fresh?.message?.migrate_from_chat_id], [successor.id, chat.id]);
  assert.ok(successor.id < -1_000_000_000_000 && Number.isSafeInteger(successor.id));
  assert.deepEqual(await bot.fail("sendMessage", { chat_id: chat.id, text: "x" }), {
    ok: false,
    error_code: 400,
    description: "Bad Request: group chat was upgraded to a supergroup chat",
    parameters: { migrate_to_chat_id: successor.id },
  });
  assert.equal((await bot.do("sendMessage", { chat_id: successor.id, text: "x" })).chat.type, "supergroup");
});

test("in groups the bot sees commands and replies to it; as an administrator everything", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const { chat, owner } = group(sandbox);
  const talk = { chatId: chat.id };
  const asked = await bot.do("sendMessage", { chat_id: chat.id, text: "?" });
  sandbox.as(alex).say("just talking", talk);
  sandbox.as(alex).say("/status", talk);
  sandbox.as(alex).say("/status@other_bot", talk);
  sandbox.as(alex).say(`/status@${sandbox.world.bot.username}`, talk);
  sandbox.as(alex).say("yes", { ...talk, replyToMessageId: asked.message_id });
  const seen = async (): Promise<readonly unknown[]> => (await bot.updates()).map(({ message }) => message?.text);
  assert.deepEqual(await seen(), ["/status", `/status@${sandbox.world.bot.username}`, "yes"]);
  promoteBot(sandbox.world, owner, chat, true);
  sandbox.as(alex).say("now heard", talk);
  assert.deepEqual(await seen(), [undefined, "now heard"]);
});

test("an own text can be edited, and the bot hears of it", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const said = sandbox.as(mina).start();
  await bot.updates();
  sandbox.as(mina).editText(said, "/help");
  const [update] = await bot.updates();
  assert.deepEqual([update?.edited_message?.message_id, update?.edited_message?.text], [said.message_id, "/help"]);
  assert.ok(update?.edited_message?.edit_date);
});

test("members, administrators and the chat itself can be looked up", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const { chat } = group(sandbox);
  const id = { chat_id: chat.id };
  assert.equal((await bot.do("getChatMember", { ...id, user_id: sandboxAdminId })).status, "creator");
  assert.equal((await bot.do("getChatMember", { ...id, user_id: alex })).status, "member");
  assert.equal((await bot.do("getChatMember", { ...id, user_id: mina })).status, "left");
  assert.equal((await bot.do("getChatMember", { ...id, user_id: sandbox.botId })).status, "member");
  assert.deepEqual(
    (await bot.do("getChatAdministrators", id)).map(({ status }) => status),
    ["creator"],
  );
  assert.equal(await bot.do("getChatMemberCount", id), 4);
  const full = await bot.do("getChat", id);
  assert.deepEqual([full.type, full.type === "group" && full.title], ["group", chat.title]);
});

test("a pinned message is named by getChat until it is unpinned", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const sent = await bot.do("sendMessage", { chat_id: mina, text: "keep" });
  await bot.do("pinChatMessage", { chat_id: mina, message_id: sent.message_id });
  assert.equal((await bot.do("getChat", { chat_id: mina })).pinned_message?.message_id, sent.message_id);
  await bot.do("unpinChatMessage", { chat_id: mina });
  assert.equal((await bot.do("getChat", { chat_id: mina })).pinned_message, undefined);
  const nothing = await bot.fail("unpinChatMessage", { chat_id: mina });
  assert.equal(nothing.description, "Bad Request: message to unpin not found");
});

test("a forum has topics that messages belong to", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const owner = findPerson(sandbox.world, sandboxAdminId);
  const forum = makeGroup(sandbox.world, owner, { title: "Lines", memberIds: [alex], forum: true });
  const id = { chat_id: forum.id };
  const topic = await bot.do("createForumTopic", { ...id, name: "Line 1" });
  const inTopic = { ...id, message_thread_id: topic.message_thread_id };
  const sent = await bot.do("sendMessage", { ...inTopic, text: "up" });
  assert.deepEqual([sent.message_thread_id, sent.is_topic_message], [topic.message_thread_id, true]);
  assert.equal((await bot.do("sendMessage", { ...id, text: "general" })).message_thread_id, undefined);
  const said = sandbox.as(alex).say("/pause", { chatId: forum.id, threadId: topic.message_thread_id });
  assert.equal(said.message_thread_id, topic.message_thread_id);
  const elsewhere = await bot.fail("sendMessage", { ...id, message_thread_id: 999, text: "x" });
  assert.equal(elsewhere.description, "Bad Request: message thread not found");
  await bot.do("editForumTopic", { ...inTopic, name: "Line one" });
  await bot.do("closeForumTopic", inTopic);
  await bot.do("reopenForumTopic", inTopic);
  await bot.do("deleteForumTopic", inTopic);
  assert.equal(forum.topics.size, 0);
  assert.equal((await bot.fail("closeForumTopic", inTopic)).description, "Bad Request: TOPIC_ID_INVALID");
  const plain = await bot.fail("createForumTopic", { chat_id: sandboxGroupId, name: "x" });
  assert.equal(plain.description, "Bad Request: the chat is not a forum");
});

test("supergroups count their own messages, private chats share one count", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const { chat, owner } = group(sandbox);
  const successor = migrateGroup(sandbox.world, owner, chat);
  sandbox.as(mina).start();
  const first = await bot.do("sendMessage", { chat_id: successor.id, text: "x" });
  const privately = await bot.do("sendMessage", { chat_id: mina, text: "x" });
  const second = await bot.do("sendMessage", { chat_id: successor.id, text: "x" });
  assert.equal(second.message_id, first.message_id + 1);
  assert.ok(privately.message_id > 1000);
});
