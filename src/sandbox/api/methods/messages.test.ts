import assert from "node:assert/strict";
import test from "node:test";

import { manualClock } from "#kernel/lib/manual-clock.ts";

import { pixel, testBot, testSandbox } from "../../test-bot.ts";
import { sandboxGroupId } from "../../world/first-world.ts";

const mina = 700_000_002;
const alex = 700_000_003;

test("a text arrives formatted, and what the bot sends comes back to it as no update", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  await bot.updates();
  const sent = await bot.do("sendMessage", { chat_id: mina, text: "<b>Hi</b> &amp; /help ", parse_mode: "HTML" });
  assert.equal(sent.text, "Hi & /help");
  assert.deepEqual(sent.entities, [
    { type: "bold", offset: 0, length: 2 },
    { type: "bot_command", offset: 5, length: 5 },
  ]);
  assert.deepEqual(sandbox.as(mina).messages().at(-1), sent);
  assert.deepEqual(await bot.updates(), []);
});

test("wrong texts are refused in Telegram's words", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const refusal = async (params: object): Promise<string> =>
    (await bot.fail("sendMessage", { chat_id: mina, ...params })).description;
  assert.equal(await refusal({}), "Bad Request: message text is empty");
  assert.equal(await refusal({ text: " \n" }), "Bad Request: message text is empty");
  assert.equal(await refusal({ text: "x".repeat(4097) }), "Bad Request: message is too long");
  assert.equal(
    await refusal({ text: "<b>x", parse_mode: "HTML" }),
    "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
  );
  assert.equal(await refusal({ text: "x", parse_mode: "BBCode" }), "Bad Request: unsupported parse_mode");
  assert.equal(
    await refusal({ text: "x", reply_parameters: { message_id: 1 } }),
    "Bad Request: message to be replied not found",
  );
  assert.equal((await bot.do("sendMessage", { chat_id: mina, text: "x".repeat(4096) })).text?.length, 4096);
});

test("a chat is refused for the reason Telegram would give", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const refusal = async (chatId: unknown): Promise<string> =>
    (await bot.fail("sendMessage", { chat_id: chatId, text: "x" })).description;
  assert.equal(await refusal(undefined), "Bad Request: chat_id is empty");
  assert.equal(await refusal(12_345), "Bad Request: chat not found");
  assert.equal(await refusal("@nobody_here"), "Bad Request: chat not found");
  assert.equal(await refusal(mina), "Bad Request: chat not found");
  // Alex shares a group with the bot, so it knows him without a chat.
  assert.equal(await refusal(alex), "Forbidden: bot can't initiate conversation with a user");
  sandbox.as(mina).start();
  sandbox.as(mina).block();
  const blocked = await bot.fail("sendMessage", { chat_id: mina, text: "x" });
  assert.deepEqual(blocked, { ok: false, error_code: 403, description: "Forbidden: bot was blocked by the user" });
  const person = sandbox.world.people.get(mina);
  assert.ok(person);
  person.isDeactivated = true;
  assert.equal(await refusal(mina), "Forbidden: user is deactivated");
});

test("inline buttons are checked", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const refusal = async (button: object): Promise<string> =>
    (await bot.fail("sendMessage", { chat_id: mina, text: "x", reply_markup: { inline_keyboard: [[button]] } }))
      .description;
  assert.equal(await refusal({ text: "a", callback_data: "x".repeat(65) }), "Bad Request: BUTTON_DATA_INVALID");
  assert.equal(await refusal({ text: "a", callback_data: "é".repeat(33) }), "Bad Request: BUTTON_DATA_INVALID");
  assert.equal(
    await refusal({ text: "a", url: "not a url" }),
    "Bad Request: inline keyboard button URL 'not a url' is invalid: Wrong HTTP URL",
  );
  assert.equal(
    await refusal({ text: "a", web_app: { url: "http://x.org" } }),
    "Bad Request: inline keyboard button Web App URL 'http://x.org' is invalid: Only HTTPS links are allowed",
  );
  const app = { reply_markup: { inline_keyboard: [[{ text: "a", web_app: { url: "http://127.0.0.1:8080/app" } }]] } };
  assert.equal((await bot.call("sendMessage", { chat_id: mina, text: "x", ...app })).ok, true);
  const inGroup = await bot.fail("sendMessage", { chat_id: sandboxGroupId, text: "x", ...app });
  assert.equal(inGroup.description, "Bad Request: BUTTON_TYPE_INVALID");
  assert.equal(
    await refusal({ text: "a" }),
    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
  );
  assert.equal(
    await refusal({ callback_data: "a" }),
    "Bad Request: can't parse inline keyboard button: Can't find field \"text\"",
  );
});

test("a reply keyboard belongs to the person until it is used or taken away", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const keyboards = sandbox.world.chats.get(mina)?.keyboards;
  const markup = { keyboard: [["One", "Two"]], one_time_keyboard: true };
  const sent = await bot.do("sendMessage", { chat_id: mina, text: "choose", reply_markup: markup });
  assert.equal(sent.reply_markup, undefined);
  assert.deepEqual(keyboards?.get(mina), { messageId: sent.message_id, markup });
  sandbox.as(mina).say("One");
  assert.equal(keyboards?.size, 0);
  await bot.do("sendMessage", { chat_id: mina, text: "again", reply_markup: { keyboard: [["Stay"]] } });
  sandbox.as(mina).say("Stay");
  assert.equal(keyboards?.size, 1);
  await bot.do("sendMessage", { chat_id: mina, text: "gone", reply_markup: { remove_keyboard: true } });
  assert.equal(keyboards?.size, 0);
});

test("a reply that the bot asks for is asked of the person it answers, and once", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const keyboards = sandbox.world.chats.get(sandboxGroupId)?.keyboards;
  const asking = sandbox.as(alex).say("/rename", { chatId: sandboxGroupId });
  const asked = await bot.do("sendMessage", {
    chat_id: sandboxGroupId,
    text: "To what?",
    reply_parameters: { message_id: asking.message_id },
    reply_markup: { force_reply: true, selective: true },
  });
  assert.equal(asked.reply_to_message?.message_id, asking.message_id);
  assert.deepEqual([...(keyboards?.keys() ?? [])], [alex]);
  sandbox.as(alex).say("Line 2", { chatId: sandboxGroupId, replyToMessageId: asked.message_id });
  assert.equal(keyboards?.size, 0);
  const answer = (await bot.updates()).at(-1)?.message;
  assert.deepEqual([answer?.text, answer?.reply_to_message?.message_id], ["Line 2", asked.message_id]);
  assert.ok(answer?.reply_to_message && !answer.reply_to_message.reply_to_message);
});

test("a press is answered by its id, and not when it is too old", async (t) => {
  const clock = manualClock(new Date("2026-11-21T10:00:00Z"));
  const sandbox = await testSandbox(t, { clock });
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const asked = await bot.do("sendMessage", {
    chat_id: mina,
    text: "?",
    reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "yes" }]] },
  });
  const queryId = sandbox.as(mina).press(asked, "Yes");
  const query = (await bot.updates()).at(-1)?.callback_query;
  assert.deepEqual([query?.id, query?.data, query?.message?.message_id], [queryId, "yes", asked.message_id]);
  assert.equal(await bot.do("answerCallbackQuery", { callback_query_id: queryId, text: "ok" }), true);
  const late = sandbox.as(mina).press(asked, "Yes");
  await clock.advance(151_000);
  const tooOld = "Bad Request: query is too old and response timeout expired or query ID is invalid";
  assert.equal((await bot.fail("answerCallbackQuery", { callback_query_id: late })).description, tooOld);
  assert.equal((await bot.fail("answerCallbackQuery", { callback_query_id: "123" })).description, tooOld);
  assert.deepEqual(await bot.updates(), []);
});

test("messages are deleted for 48 hours; in groups those of others by an administrator only", async (t) => {
  const clock = manualClock(new Date("2026-11-21T10:00:00Z"));
  const sandbox = await testSandbox(t, { clock });
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const old = await bot.do("sendMessage", { chat_id: mina, text: "x" });
  const theirs = sandbox.as(alex).say("/status", { chatId: sandboxGroupId });
  const theirsId = { chat_id: sandboxGroupId, message_id: theirs.message_id };
  assert.equal((await bot.fail("deleteMessage", theirsId)).description, "Bad Request: message can't be deleted");
  await clock.advance(49 * 3600 * 1000);
  const oldId = { chat_id: mina, message_id: old.message_id };
  assert.equal(
    (await bot.fail("deleteMessage", oldId)).description,
    "Bad Request: message can't be deleted for everyone",
  );
  const fresh = await bot.do("sendMessage", { chat_id: mina, text: "y" });
  const second = await bot.do("sendMessage", { chat_id: mina, text: "z" });
  assert.equal(await bot.do("deleteMessage", { chat_id: mina, message_id: fresh.message_id }), true);
  assert.equal(await bot.do("deleteMessages", { chat_id: mina, message_ids: [second.message_id, 1] }), true);
  const gone = { chat_id: mina, message_id: fresh.message_id };
  assert.equal((await bot.fail("deleteMessage", gone)).description, "Bad Request: message to delete not found");
});

test("messages are copied without and forwarded with their origin", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const photo = await bot.upload("sendPhoto", { chat_id: String(mina), caption: "old", photo: new Blob([pixel]) });
  const from = { chat_id: mina, from_chat_id: mina, message_id: photo.message_id };
  const { message_id: copyId } = await bot.do("copyMessage", { ...from, caption: "new" });
  const copy = sandbox
    .as(mina)
    .messages()
    .find(({ message_id: id }) => id === copyId);
  assert.deepEqual([copy?.photo, copy?.caption, copy?.forward_origin], [photo.photo, "new", undefined]);
  const forwarded = await bot.do("forwardMessage", from);
  assert.equal(forwarded.forward_origin?.type === "user" && forwarded.forward_origin.sender_user.id, sandbox.botId);
  const many = { chat_id: mina, from_chat_id: mina, message_ids: [photo.message_id, copyId, 1] };
  assert.equal((await bot.do("copyMessages", many)).length, 2);
  assert.deepEqual(
    sandbox.journal.sends.map(({ method }) => method),
    ["sendPhoto", "copyMessage", "forwardMessage", "copyMessages", "copyMessages"],
  );
  const missing = await bot.fail("copyMessage", { ...from, message_id: 1 });
  assert.equal(missing.description, "Bad Request: message to copy not found");
});

test("chat actions and drafts reach the person as actions", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const actions: string[] = [];
  sandbox.world.bus.subscribe((notice) => {
    if (notice.to === "chat" && notice.event.type === "action") actions.push(notice.event.action);
  });
  await bot.do("sendChatAction", { chat_id: mina, action: "upload_video" });
  await bot.do("sendMessageDraft", { chat_id: mina, draft_id: 1, text: "half a sen" });
  assert.deepEqual(actions, ["upload_video", "typing"]);
  const wrong = await bot.fail("sendChatAction", { chat_id: mina, action: "dancing" });
  assert.equal(wrong.description, "Bad Request: wrong parameter action in request");
});
