import assert from "node:assert/strict";
import { test } from "node:test";

import { readMagicWords } from "./magic-words.ts";

test("an ordinary prompt has no magic", () => {
  assert.deepEqual(readMagicWords("A cat, #sunset and C#"), {
    caption: "A cat, #sunset and C#",
    fate: undefined,
    slow: false,
    silent: false,
  });
});

test("magic words count in any case and place, and are not shown", () => {
  assert.deepEqual(readMagicWords("#SLOW a cat #Fail in space #nocallback"), {
    caption: "a cat in space",
    fate: "fail",
    slow: true,
    silent: true,
  });
});

test("a longer word that begins like one is an ordinary word", () => {
  assert.deepEqual(readMagicWords("#failure #slowly"), {
    caption: "#failure #slowly",
    fate: undefined,
    slow: false,
    silent: false,
  });
});

test("a prompt that is only magic leaves no caption", () => {
  assert.equal(readMagicWords("#outage").caption, "");
});
