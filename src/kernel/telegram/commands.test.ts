import assert from "node:assert/strict";
import { test } from "node:test";

import { editDistance, nearest, parseCommand } from "./commands.ts";

const syntax = { username: "Telecast_Bot", secondPrefix: "!" };

test("a command has a name, arguments and an address", () => {
  assert.deepEqual(parseCommand("/start", syntax), { name: "start", args: "", address: "none" });
  assert.deepEqual(parseCommand("/Start@telecast_bot  abc\ndef ", syntax), {
    name: "start",
    args: "abc\ndef",
    address: "us",
  });
  assert.deepEqual(parseCommand("/roll@dice_bot 6", syntax), { name: "roll", args: "6", address: "other" });
  assert.equal(parseCommand("/roll@Telecast_Bot", { ...syntax, username: undefined })?.address, "other");
});

test("a second prefix works when it is set", () => {
  assert.equal(parseCommand("!stats 7", syntax)?.args, "7");
  assert.equal(parseCommand("!stats 7", { ...syntax, secondPrefix: "" }), undefined);
});

test("what only looks like a command is a message", () => {
  for (const text of [
    "/etc/passwd",
    "/ start",
    "//",
    "! wow",
    "/привет",
    "start",
    "",
    `/${"a".repeat(33)}`,
    "/a@b@c",
  ]) {
    assert.equal(parseCommand(text, syntax), undefined, text);
  }
});

test("the nearest name is suggested, but nothing far-fetched", () => {
  const names = ["generate", "settings", "stats", "start", "help"];
  assert.equal(nearest("generat", names), "generate");
  assert.equal(nearest("sttas", names), "stats");
  assert.equal(nearest("hlep", names), "help");
  assert.equal(nearest("setings", names), "settings");
  assert.equal(nearest("weather", names), undefined);
  assert.equal(nearest("x", names), undefined);
});

test("the distance counts a swap of neighbours as one", () => {
  assert.equal(editDistance("stats", "sttas"), 1);
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("abc", "abc"), 0);
});
