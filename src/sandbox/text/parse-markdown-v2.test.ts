import assert from "node:assert/strict";
import test from "node:test";

import * as fc from "fast-check";

import { MarkupError } from "./formatted-text.ts";
import { parseMarkdownV2 } from "./parse-markdown-v2.ts";
import { parseMarkdown } from "./parse-markdown.ts";

function refusal(source: string): string {
  try {
    parseMarkdownV2(source);
  } catch (error) {
    if (error instanceof MarkupError) return error.message;
    throw error;
  }
  return "read";
}

test("marks become entities, also nested ones", () => {
  assert.deepEqual(parseMarkdownV2("*bold _italic ~gone~_* __under__ ||hidden||"), {
    text: "bold italic gone under hidden",
    entities: [
      { type: "strikethrough", offset: 12, length: 4 },
      { type: "italic", offset: 5, length: 11 },
      { type: "bold", offset: 0, length: 16 },
      { type: "underline", offset: 17, length: 5 },
      { type: "spoiler", offset: 23, length: 6 },
    ],
  });
});

test("code is taken as it is, with its language", () => {
  assert.deepEqual(parseMarkdownV2("`a*b_c` ```ts\nlet x = [1];\n```"), {
    text: "a*b_c let x = [1];\n",
    entities: [
      { type: "code", offset: 0, length: 5 },
      { type: "pre", offset: 6, length: 13, language: "ts" },
    ],
  });
});

test("links, emoji and times carry their addresses", () => {
  assert.deepEqual(parseMarkdownV2("[x](https://x.org/a\\)b) ![👍](tg://emoji?id=5368324170671202286)").entities, [
    { type: "text_link", offset: 0, length: 1, url: "https://x.org/a)b" },
    { type: "custom_emoji", offset: 2, length: 2, custom_emoji_id: "5368324170671202286" },
  ]);
  const [time] = parseMarkdownV2("![then](tg://time?unix=1647531900&format=t)").entities;
  assert.equal(time?.type === "date_time" && time.unix_time, 1647531900);
});

test("lines after > are one quote", () => {
  assert.deepEqual(parseMarkdownV2(">one\n>two\nthree"), {
    text: "one\ntwo\nthree",
    entities: [{ type: "blockquote", offset: 0, length: 7 }],
  });
  assert.deepEqual(parseMarkdownV2("a\n>*b*").entities, [
    { type: "bold", offset: 2, length: 1 },
    { type: "blockquote", offset: 2, length: 1 },
  ]);
});

test("what must be escaped is refused in Telegram's words", () => {
  for (const character of ".!-+=#{}|()") {
    assert.equal(
      refusal(`a${character}`),
      `Character '${character}' is reserved and must be escaped with the preceding '\\'`,
    );
    assert.equal(parseMarkdownV2(`a\\${character}`).text, `a${character}`);
  }
  assert.equal(refusal("a>b"), "Character '>' is reserved and must be escaped with the preceding '\\'");
});

test("what does not end is refused with its place in bytes", () => {
  assert.equal(refusal("é *x"), "Can't find end of Bold entity at byte offset 3");
  assert.equal(refusal("_x"), "Can't find end of Italic entity at byte offset 0");
  assert.equal(refusal("```ts\nx"), "Can't find end of PreCode entity at byte offset 0");
  assert.equal(refusal("[x](y"), "Can't find end of a URL at byte offset 4");
  assert.equal(refusal(">*a\nb*"), "Can't find end of Bold entity at byte offset 1");
  assert.equal(refusal("![x]"), "Custom emoji entity must contain a tg://emoji URL");
});

test("the old Markdown knows four marks and nests nothing", () => {
  assert.deepEqual(parseMarkdown("*b* _i_ `c` [l](https://x.org) 2 \\* 3 -."), {
    text: "b i c l 2 * 3 -.",
    entities: [
      { type: "bold", offset: 0, length: 1 },
      { type: "italic", offset: 2, length: 1 },
      { type: "code", offset: 4, length: 1 },
      { type: "text_link", offset: 6, length: 1, url: "https://x.org/" },
    ],
  });
  assert.throws(() => parseMarkdown("snake_case"), /Can't find end of the entity starting at byte offset 5/);
});

test("whatever is typed is read or refused, and entities lie within the text", () => {
  const piece = fc.constantFrom(
    "*",
    "_",
    "__",
    "~",
    "||",
    "`",
    "```",
    "[",
    "](",
    ")",
    "\n",
    ">",
    "\\",
    "é",
    "😀",
    "![",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
      const source = pieces.join("");
      if (refusal(source) !== "read") return;
      const { text, entities } = parseMarkdownV2(source);
      for (const { offset, length } of entities) assert.ok(length > 0 && offset + length <= text.length);
    }),
  );
});
