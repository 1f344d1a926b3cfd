import assert from "node:assert/strict";
import test from "node:test";

import * as fc from "fast-check";

import { MarkupError } from "./formatted-text.ts";
import { parseHtml } from "./parse-html.ts";

function refusal(source: string): string {
  try {
    parseHtml(source);
  } catch (error) {
    if (error instanceof MarkupError) return error.message;
    throw error;
  }
  return "read";
}

test("tags become entities counted in UTF-16 units", () => {
  assert.deepEqual(parseHtml("😀 <b>bold <i>both</i></b> <u>u</u>"), {
    text: "😀 bold both u",
    entities: [
      { type: "italic", offset: 8, length: 4 },
      { type: "bold", offset: 3, length: 9 },
      { type: "underline", offset: 13, length: 1 },
    ],
  });
});

test("all spellings of a style are one style", () => {
  const types = (source: string): unknown => parseHtml(source).entities.map(({ type }) => type);
  assert.deepEqual(types("<b>1</b><strong>2</strong>"), ["bold", "bold"]);
  assert.deepEqual(types("<s>1</s><strike>2</strike><del>3</del>"), [
    "strikethrough",
    "strikethrough",
    "strikethrough",
  ]);
  assert.deepEqual(types('<tg-spoiler>1</tg-spoiler><span class="tg-spoiler">2</span>'), ["spoiler", "spoiler"]);
  assert.deepEqual(types("<blockquote>1</blockquote><blockquote expandable>2</blockquote>"), [
    "blockquote",
    "expandable_blockquote",
  ]);
});

test("links, mentions, emoji and times carry what they point at", () => {
  assert.deepEqual(parseHtml('<a href="https://x.org/?a=1&amp;b=2">x</a>').entities, [
    { type: "text_link", offset: 0, length: 1, url: "https://x.org/?a=1&b=2" },
  ]);
  const [mention] = parseHtml('<a href="tg://user?id=77">Mina</a>').entities;
  assert.equal(mention?.type === "text_mention" && mention.user.id, 77);
  assert.deepEqual(parseHtml('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>').entities, [
    { type: "custom_emoji", offset: 0, length: 2, custom_emoji_id: "5368324170671202286" },
  ]);
  assert.deepEqual(parseHtml('<tg-time unix="1647531900" format="wDT">now</tg-time>').entities, [
    { type: "date_time", offset: 0, length: 3, unix_time: 1647531900, date_time_format: "wDT" },
  ]);
  assert.deepEqual(parseHtml('<a href="javascript:alert(1)">x</a>').entities, []);
});

test("code in pre carries its language", () => {
  assert.deepEqual(parseHtml('<pre><code class="language-ts">let x</code></pre>').entities, [
    { type: "pre", offset: 0, length: 5, language: "ts" },
  ]);
  assert.deepEqual(parseHtml('<code class="language-ts">x</code>').entities, [{ type: "code", offset: 0, length: 1 }]);
  assert.deepEqual(parseHtml("<pre>x</pre>").entities, [{ type: "pre", offset: 0, length: 1 }]);
});

test("only the four named references and numbers are decoded", () => {
  assert.equal(
    parseHtml("&lt;b&gt; &amp;amp; &quot; &#65;&#x42; &nbsp; &constructor; & x").text,
    '<b> &amp; " AB &nbsp; &constructor; & x',
  );
});

test("broken markup is refused in Telegram's words, places counted in bytes", () => {
  assert.equal(refusal("é<b>x"), 'Can\'t find end tag corresponding to start tag "b"');
  assert.equal(refusal("é<h1>x</h1>"), 'Unsupported start tag "h1" at byte offset 2');
  assert.equal(refusal("<constructor>x</constructor>"), 'Unsupported start tag "constructor" at byte offset 0');
  assert.equal(refusal("x</b>"), "Unexpected end tag at byte offset 1");
  assert.equal(refusal("<b>x</i>"), 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"');
  assert.equal(refusal("<b>x</b"), "Unclosed end tag at byte offset 4");
  assert.equal(refusal("1 <2"), "Unclosed start tag at byte offset 2");
  assert.equal(refusal('<a href="x'), "Unclosed start tag at byte offset 0");
  assert.equal(refusal("<a ='x'>y</a>"), 'Empty attribute name in the tag "a" at byte offset 0');
  assert.equal(refusal("<span>x</span>"), 'Tag "span" must have class "tg-spoiler" at byte offset 0');
  assert.equal(refusal('<tg-emoji emoji-id="x">a</tg-emoji>'), "Invalid custom emoji identifier specified");
});

test("whatever is typed is read or refused, and entities lie within the text", () => {
  const piece = fc.constantFrom(
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    '<a href="',
    '">',
    "</a>",
    "&lt;",
    "&",
    "<",
    "é",
    "😀",
    " ",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
      const source = pieces.join("");
      if (refusal(source) !== "read") return;
      const { text, entities } = parseHtml(source);
      for (const { offset, length } of entities) assert.ok(length > 0 && offset + length <= text.length);
    }),
  );
});
