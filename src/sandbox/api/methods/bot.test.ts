import assert from "node:assert/strict";
import test from "node:test";

import { viewOfChat } from "../../people/views.ts";
import type { Sandbox } from "../../server.ts";
import { testBot, testSandbox } from "../../test-bot.ts";
import { sandboxAdminId, sandboxGroupId } from "../../world/first-world.ts";

const mina = 700_000_002;
const alex = 700_000_003;

function menu(sandbox: Sandbox, personId: number, chatId = personId): readonly string[] {
  const person = sandbox.world.people.get(personId);
  const chat = sandbox.world.chats.get(chatId);
  assert.ok(person && chat);
  return viewOfChat(sandbox.world, chat, person).commands.map(({ command }) => command);
}

test("each person sees the narrowest command list, in the own language first", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const set = async (command: string, options: object): Promise<void> => {
    await bot.do("setMyCommands", { commands: [{ command, description: "x" }], ...options });
  };
  sandbox.as(sandboxAdminId).start();
  await set("everyone", {});
  await set("korean", { language_code: "ko" });
  await set("groups", { scope: { type: "all_group_chats" } });
  await set("group_admins", { scope: { type: "all_chat_administrators" } });
  await set("admin", { scope: { type: "chat", chat_id: sandboxAdminId } });
  await set("alex_only", { scope: { type: "chat_member", chat_id: sandboxGroupId, user_id: alex } });
  assert.deepEqual(menu(sandbox, mina), ["korean"]);
  assert.deepEqual(menu(sandbox, alex), ["everyone"]);
  assert.deepEqual(menu(sandbox, sandboxAdminId), ["admin"]);
  assert.deepEqual(menu(sandbox, sandboxAdminId, sandboxGroupId), ["group_admins"]);
  assert.deepEqual(menu(sandbox, alex, sandboxGroupId), ["alex_only"]);
  assert.deepEqual(menu(sandbox, 700_000_004, sandboxGroupId), ["groups"]);
  await bot.do("deleteMyCommands", { scope: { type: "chat", chat_id: sandboxAdminId } });
  assert.deepEqual(menu(sandbox, sandboxAdminId), ["everyone"]);
  assert.deepEqual(await bot.do("getMyCommands", { language_code: "ko" }), [{ command: "korean", description: "x" }]);
  assert.deepEqual(await bot.do("getMyCommands", { language_code: "de" }), []);
});

test("commands that Telegram would not take are refused", async (t) => {
  const bot = testBot(await testSandbox(t));
  const refusal = async (params: object): Promise<string> => (await bot.fail("setMyCommands", params)).description;
  const commands = [{ command: "help", description: "x" }];
  assert.equal(
    await refusal({ commands: [{ command: "Help", description: "x" }] }),
    "Bad Request: BOT_COMMAND_INVALID",
  );
  assert.equal(
    await refusal({ commands: [{ command: "help", description: "" }] }),
    "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID",
  );
  assert.equal(
    await refusal({
      commands: Array.from({ length: 101 }, (_, index) => ({ command: `c${index}`, description: "x" })),
    }),
    "Bad Request: BOT_COMMANDS_TOO_MUCH",
  );
  assert.equal(await refusal({ commands, scope: { type: "chat", chat_id: 5 } }), "Bad Request: chat not found");
  assert.equal(
    await refusal({ commands: [{ command: "help" }] }),
    "Bad Request: can't parse BotCommand: Can't find field \"description\"",
  );
});

test("descriptions and names are kept by language", async (t) => {
  const bot = testBot(await testSandbox(t));
  await bot.do("setMyDescription", { description: "Videos from words" });
  await bot.do("setMyDescription", { description: "글로 만드는 영상", language_code: "ko" });
  assert.deepEqual(await bot.do("getMyDescription", { language_code: "ko" }), { description: "글로 만드는 영상" });
  assert.deepEqual(await bot.do("getMyDescription", { language_code: "de" }), { description: "Videos from words" });
  await bot.do("setMyShortDescription", { short_description: "short" });
  assert.deepEqual(await bot.do("getMyShortDescription"), { short_description: "short" });
  await bot.do("setMyName", { name: "Telecast 2" });
  assert.equal((await bot.do("getMe")).first_name, "Telecast 2");
  assert.equal((await bot.fail("setMyShortDescription", { short_description: "x".repeat(121) })).error_code, 400);
});

test("the menu button of one chat wins over the default one", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const app = { type: "web_app" as const, text: "Open", web_app: { url: "https://x.org/app" } };
  assert.deepEqual(await bot.do("getChatMenuButton"), { type: "commands" });
  await bot.do("setChatMenuButton", { menu_button: app });
  assert.deepEqual(await bot.do("getChatMenuButton", { chat_id: mina }), app);
  await bot.do("setChatMenuButton", { chat_id: mina, menu_button: { type: "commands" } });
  assert.deepEqual(await bot.do("getChatMenuButton", { chat_id: mina }), { type: "commands" });
  await bot.do("setChatMenuButton", { chat_id: mina, menu_button: { type: "default" } });
  assert.deepEqual(await bot.do("getChatMenuButton", { chat_id: mina }), app);
});
