import assert from "node:assert/strict";
import { test } from "node:test";

import type { Role } from "../../accounts/index.ts";
import { mayOpenPanel } from "./panel-access.ts";

const lists = { adminChatIds: [1, -10], monitoringChatIds: [2, -20] };

const cases: readonly [string, Role, number, "private" | "supergroup", boolean][] = [
  ["an admin in his private chat", "admin", 1, "private", true],
  ["an admin by his stored role", "admin", 3, "private", true],
  ["whoever is in a group of the admins", "admin", -10, "supergroup", true],
  ["an admin in some group", "admin", -30, "supergroup", false],
  ["an admin whose chat only watches", "admin", 2, "private", false],
  ["an admin in a group that only watches", "admin", -20, "supergroup", false],
  ["an operator", "operator", 3, "private", false],
  ["a user in the chat of an admin", "user", 1, "private", false],
];

for (const [who, role, id, type, expected] of cases) {
  test(`${who} ${expected ? "sees" : "does not see"} the panel`, () => {
    assert.equal(mayOpenPanel(lists, { user: { role }, chat: { id, type } }), expected);
  });
}
