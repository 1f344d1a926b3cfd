import assert from "node:assert/strict";
import { test } from "node:test";

import { inlineQuery } from "./inline-query.ts";

const bot = { username: "Film_bot", hasInlineMode: true };

test("what follows the bot's name and a space is asked of its inline mode, in any case", () => {
  assert.equal(inlineQuery("@film_bot a cat ", bot), "a cat");
  assert.equal(inlineQuery("@Film_bot ", bot), "");
});

test("a name that is not finished, another's, or one further on asks nothing", () => {
  for (const draft of ["@film_bot", "@film_bots a", "hey @film_bot a", "", "/start"]) {
    assert.equal(inlineQuery(draft, bot), undefined, draft);
  }
  assert.equal(inlineQuery("@film_bot a", { ...bot, hasInlineMode: false }), undefined);
});
