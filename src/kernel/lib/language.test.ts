import assert from "node:assert/strict";
import { test } from "node:test";

import { languageFor } from "./language.ts";

test("a language tag in any spelling gives the language of ours that it names, else English", () => {
  for (const tag of ["ko", "KO", "ko-KR", "ko-Kore-KR"]) assert.equal(languageFor(tag), "ko", tag);
  for (const tag of [undefined, "", "en", "en-US", "de", "kok", "k"]) assert.equal(languageFor(tag), "en", tag);
});
