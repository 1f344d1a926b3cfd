import assert from "node:assert/strict";
import { test } from "node:test";

import { beginsWithMention } from "./mention.ts";

test("a message is meant for the bot when its name stands at the beginning, in any case, as text or as a caption", () => {
  for (const message of [{ text: "@film_bot a cat" }, { text: "@Film_Bot" }, { caption: "@film_bot, make it dance" }]) {
    assert.equal(beginsWithMention(message, "Film_bot"), true, JSON.stringify(message));
  }
});

test("speaking of the bot, of one with a longer name, or passing on what others said is not speaking to it", () => {
  const origin = { type: "hidden_user", sender_user_name: "x", date: 0 } as const;
  for (const message of [
    { text: "I like @film_bot" },
    { text: "@film_bots a cat" },
    { text: "film_bot a cat" },
    { text: "@film_bot a cat", forward_origin: origin },
    {},
  ]) {
    assert.equal(beginsWithMention(message, "film_bot"), false, JSON.stringify(message));
  }
  assert.equal(beginsWithMention({ text: "@undefined a cat" }, undefined), false);
});
