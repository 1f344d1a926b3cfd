import assert from "node:assert/strict";
import { test } from "node:test";

import { dictionaryFor } from "./dictionary.ts";

type Leaf = readonly [path: string, text: string];

/** Every text with its path; functions are called with their first parameters' positions, so that dropped ones show. */
function leaves(value: unknown, path = ""): readonly Leaf[] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") {
    const samples = ["7", "8", "9"].slice(0, value.length);
    return [[path, (value as (...args: readonly string[]) => string)(...samples)]];
  }
  return Object.entries(value as object).flatMap(([key, child]) => leaves(child, `${path}/${key}`));
}

const english = leaves(dictionaryFor("en"));
const korean = leaves(dictionaryFor("ko-KR"));

test("both languages have the same texts, none of them empty", () => {
  assert.deepEqual(
    korean.map(([path]) => path),
    english.map(([path]) => path),
  );
  assert.deepEqual(
    [...english, ...korean].filter(([, text]) => text.trim() === ""),
    [],
  );
});

test("no Korean text was left in English", () => {
  const wordless = new Set(["/language", "/message/animation", "/message/from", "/panel/call"]);
  const untranslated = korean.filter(([path, text]) => !wordless.has(path) && !/[가-힣]/.test(text));
  assert.deepEqual(untranslated, []);
});

test("a Korean text uses every parameter its English one uses", () => {
  const digits = (text: string): string => [...new Set(text.match(/[789]/g))].toSorted().join("");
  const english7 = new Map(english);
  for (const [path, text] of korean) assert.equal(digits(text), digits(english7.get(path) ?? ""), path);
});

test("other languages get English", () => {
  assert.equal(dictionaryFor("de").language, "en");
});
