import assert from "node:assert/strict";
import { test } from "node:test";

import { countPromptTokens } from "./prompt-tokens.ts";

test("four characters of Latin text are a token, each begun one counts", () => {
  assert.equal(countPromptTokens("boat"), 1);
  assert.equal(countPromptTokens("boats"), 2);
  assert.equal(countPromptTokens(""), 0);
});

test("each character of a dense script is a token", () => {
  assert.equal(countPromptTokens("종이배"), 3);
  assert.equal(countPromptTokens("紙の船"), 3);
  assert.equal(countPromptTokens("종이배 boat"), 3 + 2);
});

test("an emoji counts as a character, however it is encoded", () => {
  assert.equal(countPromptTokens("🌊🌊🌊🌊"), 1);
});
