import assert from "node:assert/strict";
import { test } from "node:test";

import type { MessageEntity } from "@grammyjs/types";
import * as fc from "fast-check";

import { isOnlyEmoji, toPieces } from "./entities.ts";
import type { Piece } from "./entities.ts";

/** The tree as text, with each entity's type around what it covers. */
function show(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => (piece.kind === "text" ? piece.text : `<${piece.entity.type}>${show(piece.children)}</>`))
    .join("");
}

function plain(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (piece.kind === "text" ? piece.text : plain(piece.children))).join("");
}

function entity(type: "bold" | "italic" | "blockquote" | "spoiler", offset: number, length: number): MessageEntity {
  return { type, offset, length };
}

test("text without entities is one piece", () => {
  assert.deepEqual(toPieces("hello"), [{ kind: "text", text: "hello" }]);
  assert.deepEqual(toPieces(""), []);
});

test("an entity inside another becomes its child", () => {
  assert.equal(
    show(toPieces("a bold italic b", [entity("bold", 2, 11), entity("italic", 7, 6)])),
    "a <bold>bold <italic>italic</></> b",
  );
});

test("two entities over the same text nest in the order given", () => {
  assert.equal(show(toPieces("ab", [entity("bold", 0, 2), entity("italic", 0, 2)])), "<bold><italic>ab</></>");
});

test("a block is outside whatever formatting covers the same text", () => {
  assert.equal(
    show(toPieces("ab", [entity("italic", 0, 2), entity("blockquote", 0, 2)])),
    "<blockquote><italic>ab</></>",
  );
});

test("offsets count UTF-16 units, so that an emoji before an entity takes two", () => {
  assert.equal(show(toPieces("🎬 x", [entity("bold", 3, 1)])), "🎬 <bold>x</>");
});

test("overlapping entities are split instead of losing text", () => {
  assert.equal(
    show(toPieces("abcdef", [entity("bold", 0, 4), entity("italic", 2, 4)])),
    "<bold>ab<italic>cd</></><italic>ef</>",
  );
});

test("a block swallows the one line break after it", () => {
  assert.equal(show(toPieces("q\n\nrest", [entity("blockquote", 0, 1)])), "<blockquote>q</>\nrest");
});

test("a line break after anything but a block stays", () => {
  assert.equal(show(toPieces("b\nrest", [entity("bold", 0, 1)])), "<bold>b</>\nrest");
});

test("ranges outside the text are clipped or dropped", () => {
  assert.equal(show(toPieces("abc", [entity("bold", 1, 99), entity("italic", 7, 2)])), "a<bold>bc</>");
});

test("no combination of entities loses or repeats a character", () => {
  const anyEntity = fc.record({
    type: fc.constantFrom("bold" as const, "italic" as const, "spoiler" as const),
    offset: fc.integer({ min: 0, max: 30 }),
    length: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.array(anyEntity, { maxLength: 8 }), (text, entities) => {
      assert.equal(plain(toPieces(text, entities)), text);
    }),
  );
});

test("up to three emoji alone are shown large", () => {
  for (const text of ["🎉", "👍🏽👨‍👩‍👧", "🎉 🎉 🎉", "❤️", "🇰🇷"]) assert.equal(isOnlyEmoji(text), true, text);
  for (const text of ["", "ok 🎉", "🎉🎉🎉🎉", "1"]) assert.equal(isOnlyEmoji(text), false, text);
});
