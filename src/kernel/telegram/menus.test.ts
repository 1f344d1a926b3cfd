import assert from "node:assert/strict";
import { test } from "node:test";

import { openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

import type { Command } from "./route.ts";

const rig = await telegramRig();
const calls = rig.sandbox.journal.calls;
const user = await openPerson(rig.sandbox.url, 700_000_002);
const member = await openPerson(rig.sandbox.url, 700_000_003);
/** Shares no group with the bot, so Telegram does not know the chat before it is opened. */
const admin = await openPerson(rig.sandbox.url, 700_000_005);
const groupId = -4_100_000_001;

const command = (name: string, more: Partial<Command> = {}): Command => ({
  name,
  description: `about ${name}`,
  access: "user",
  run: async () => {},
  ...more,
});
const routes = [
  {
    owner: "test",
    commands: [command("start"), command("help", { inGroups: true }), command("pause", { access: "operator" })],
  },
];
/** Waits until the person's menu in the chat is this. */
async function shows(person: typeof admin, chatId: number, expected: readonly string[]): Promise<void> {
  const seen = (): readonly string[] =>
    person
      .chats()
      .find(({ id }) => id === chatId)
      ?.commands.map(({ command, description }) => `${command}: ${description}`) ?? [];
  await until(`the menu ${expected.join(", ")}`, () => seen().join() === expected.join());
}

test("everybody sees what he may use, in his language, and an admin chat that opens later gets its own menu", async () => {
  const telegram = rig.replica({ routes, adminChatIds: [admin.id] });
  telegram.start();
  await shows(user, user.id, ["start: about start (ko)", "help: about help (ko)"]);
  await shows(member, groupId, ["help: about help (en)"]);
  await until("the admin's menu was refused", () => (calls.get("getMyCommands") ?? 0) >= 7);
  await shows(admin, admin.id, ["start: about start (en)", "help: about help (en)"]);
  await admin.start();
  await shows(admin, admin.id, ["start: about start (en)", "help: about help (en)", "pause: about pause (en)"]);
  // In both languages.
  await until("all are set", () => (calls.get("setMyCommands") ?? 0) >= 8);
  await telegram.stop();
});

test("what is as it should be is not set again; what changed is", async () => {
  const before = calls.get("setMyCommands") ?? 0;
  const asked = calls.get("getMyCommands") ?? 0;
  const same = rig.replica({ routes, adminChatIds: [admin.id] });
  same.start();
  await until("all menus were looked at", () => (calls.get("getMyCommands") ?? 0) >= asked + 8);
  await same.stop();
  assert.equal(calls.get("setMyCommands"), before);
  const changed = rig.replica({ routes: [...routes, { owner: "more", commands: [command("more")] }] });
  changed.start();
  await shows(user, user.id, ["start: about start (ko)", "help: about help (ko)", "more: about more (ko)"]);
  await changed.stop();
});
