import assert from "node:assert/strict";
import { test } from "node:test";

import { assert as assertProperty, integer, property, string } from "fast-check";

import { captionText, layOutCaption, splitGraphemes } from "./caption-text.ts";

const everything = (): boolean => true;
/** Every grapheme is one wide. */
const measure = (text: string): number => splitGraphemes(text).length;
const box = { width: 10, maxLines: 3, maxPages: 2, measure };

function linesOf(text: string, changes: Partial<typeof box> = {}): readonly (readonly string[])[] {
  return layOutCaption(text, { ...box, ...changes }).map(({ lines }) => lines.map(({ pieces }) => pieces.join(" ")));
}

test("white space becomes single spaces, control and direction characters disappear", () => {
  assert.equal(captionText("  a\n\tb \u0000c\u202Ed ", everything), "a b c d");
});

test("keycaps become their digit, other emoji stay whole", () => {
  assert.equal(captionText("1️⃣ 👩🏽‍🚀 🇰🇷", everything), "1 👩🏽‍🚀 🇰🇷");
});

test("what cannot be drawn is left out", () => {
  assert.equal(
    captionText("a中b 文", (grapheme) => !/\p{Script=Han}/u.test(grapheme)),
    "ab",
  );
});

test("a very long prompt is cut with an ellipsis", () => {
  const text = captionText("word ".repeat(5000), everything);
  assert.equal(splitGraphemes(text).length, 401);
  assert.ok(text.endsWith("…"));
});

test("lines break at spaces", () => {
  assert.deepEqual(linesOf("the quick brown fox"), [["the quick", "brown fox"]]);
});

test("Korean breaks at spaces, not inside words that fit", () => {
  assert.deepEqual(linesOf("노을 지는 바다 위의 작은 배"), [["노을 지는 바다", "위의 작은 배"]]);
});

test("a word wider than the line breaks inside, never through a grapheme", () => {
  assert.deepEqual(linesOf("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", { width: 2 }), [["👨‍👩‍👧👨‍👩‍👧", "👨‍👩‍👧"]]);
});

test("pages are of about the same length, and what does not fit ends with an ellipsis", () => {
  assert.deepEqual(
    linesOf("one two three four five six", { width: 5 }).map((page) => page.length),
    [3, 3],
  );
  const pages = linesOf("one two three four five six seven eight nine ten", { width: 5 });
  assert.deepEqual(pages.flat(), ["one", "two", "three", "four", "five", "six…"]);
});

test("a line that runs from right to left stays in one piece", () => {
  const [page] = layOutCaption("قطة مع Telecast هنا", { ...box, width: 40 });
  assert.deepEqual(page?.lines, [{ pieces: ["قطة مع Telecast هنا"], rightToLeft: true }]);
});

test("an empty caption has no pages", () => {
  assert.deepEqual(linesOf(""), []);
});

test("no line is wider than the box, and nothing is lost while pages last", () => {
  assertProperty(
    property(string({ unit: "grapheme", maxLength: 200 }), integer({ min: 2, max: 30 }), (prompt, width) => {
      const text = captionText(prompt, everything);
      const lines = linesOf(text, { width, maxPages: 1000 }).flat();
      for (const line of lines) assert.ok(measure(line) <= width, line);
      assert.equal(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
    }),
  );
});
