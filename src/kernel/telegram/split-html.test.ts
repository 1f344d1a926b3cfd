import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { escapeHtml, Html, html } from "#kernel/lib/html.ts";

import { plainText } from "./markup.ts";
import { longestText, shortenHtml, splitHtml } from "./split-html.ts";

/** Telegram's view of a part, written apart from what is tested: throws on markup that Telegram would refuse. */
function parse(markup: string): string {
  const open: string[] = [];
  let visible = "";
  for (const [piece] of markup.matchAll(/<[^>]*>|[^<]+|</g)) {
    if (!piece.startsWith("<")) {
      assert.match(piece, /^([^&]|&(lt|gt|amp|quot|#\d+);)*$/, "an entity was cut");
      visible += piece
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
        .replaceAll("&amp;", "&");
    } else if (piece.startsWith("</")) {
      assert.equal(open.pop(), piece.slice(2, -1), `closed in the wrong order: ${markup}`);
    } else {
      const name = /^<([a-z-]+)( [a-z-]+(="[^"<>]*")?)*>$/.exec(piece)?.[1];
      assert.ok(name !== undefined, `not a tag: ${piece}`);
      open.push(name);
    }
  }
  assert.deepEqual(open, [], `left open: ${markup}`);
  assert.ok(visible.isWellFormed(), "a surrogate pair was cut");
  return visible;
}

const words = fc.stringMatching(/^[a-zäß가-힣 .!?\n。<>&"']{0,40}$/u);
const emoji = fc.constantFrom("👨‍👩‍👧‍👦", "🇰🇷", "🙂", "e\u0301", "x".repeat(30), "\n\n", "다. ");
const leaf = fc.oneof(words, emoji).map((text) => escapeHtml(text));
const entity = fc.constantFrom("&#128512;", "&#39;", "&amp;lt;");
const tags = fc.constantFrom(
  ["b"],
  ["i"],
  ["code"],
  ["a", ' href="https://e.org/?a=1&amp;b=2"'],
  ["blockquote", " expandable"],
);
const { tree } = fc.letrec<{ tree: string; branch: string }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, entity, tie("branch")),
  branch: fc
    .tuple(tags, fc.array(tie("tree"), { maxLength: 6 }))
    .map(([[name, attributes = ""], children]) => `<${name}${attributes}>${children.join("")}</${name}>`),
}));
const markups = fc.array(tree, { maxLength: 12 }).map((parts) => parts.join(""));

/** White space at cuts may go: Telegram trims it from both ends of a message. */
const ink = (text: string): string => text.replaceAll(/\s+/g, "");

test("any markup is split into valid parts within the limit that together show the same text", () => {
  fc.assert(
    fc.property(markups, fc.integer({ min: 8, max: 120 }), fc.integer({ min: 8, max: 120 }), (markup, limit, first) => {
      const visible = parse(markup);
      const parts = splitHtml(Html.trusted(markup), limit, first).map((part) => parse(part.markup));
      assert.equal(ink(parts.join("")), ink(visible));
      if (!/\s{2,}/.test(visible)) assert.equal(parts.join("").trimEnd(), visible.trimEnd());
      if (ink(visible) === "") return;
      for (const [index, part] of parts.entries()) {
        assert.ok(part.length <= (index === 0 ? first : limit), `${part.length} is too long`);
        if (parts.length > 1) assert.notEqual(part.trim(), "", "Telegram refuses an empty message");
      }
    }),
    { numRuns: 1500 },
  );
});

test("what fits is not touched", () => {
  const markup = `<b>${"a".repeat(4090)}</b>&amp;<i>🙂</i>xyz`;
  assert.equal(parse(markup).length, longestText);
  assert.deepEqual(
    splitHtml(Html.trusted(markup)).map((part) => part.markup),
    [markup],
  );
});

test("length is counted after entities: 4096 ampersands are one message", () => {
  assert.equal(splitHtml(Html.text("&".repeat(4096))).length, 1);
  assert.equal(splitHtml(Html.text("&".repeat(4097))).length, 2);
});

const split = (markup: string, limit: number): string[] =>
  splitHtml(Html.trusted(markup), limit).map((part) => part.markup);

test("a cut prefers a paragraph, then a line, a sentence, a word", () => {
  assert.deepEqual(split("One. Two three\nfour\n\nfive six seven", 24), ["One. Two three\nfour\n\n", "five six seven"]);
  assert.deepEqual(split("One. Two three\nfour five six", 24), ["One. Two three\n", "four five six"]);
  assert.deepEqual(split("One and two. Three four five", 20), ["One and two. ", "Three four five"]);
  assert.deepEqual(split("One and two three four five", 20), ["One and two three ", "four five"]);
  assert.deepEqual(split("영상이 완성되었습니다。감사합니다 또 오세요", 18), [
    "영상이 완성되었습니다。",
    "감사합니다 또 오세요",
  ]);
});

test("a boundary in a part's first half is passed over, so parts do not become crumbs", () => {
  assert.deepEqual(split(`a\n\n${"b".repeat(20)}`, 16), [`a\n\n${"b".repeat(13)}`, "b".repeat(7)]);
});

test("tags that a cut leaves open are closed and opened again, attributes included", () => {
  assert.deepEqual(split('<b>one <a href="https://e.org">two three</a> four</b> five', 10), [
    '<b>one <a href="https://e.org">two </a></b>',
    '<b><a href="https://e.org">three</a> four</b>',
    " five",
  ]);
  assert.deepEqual(split('<pre><code class="language-ts">let a;\nlet b;</code></pre>', 9), [
    '<pre><code class="language-ts">let a;\n</code></pre>',
    '<pre><code class="language-ts">let b;</code></pre>',
  ]);
});

test("composed characters stay whole; one that is longer than a part is cut between code points", () => {
  const family = "👨‍👩‍👧‍👦";
  assert.deepEqual(split(`${family}${family}`, 15), [family, family]);
  const zalgo = `z${"\u0301".repeat(30)}🙂🙂`;
  assert.equal(split(zalgo, 7).join(""), zalgo);
});

test("a megabyte is split in a moment", () => {
  const started = performance.now();
  const parts = splitHtml(Html.trusted("<b>word</b> &amp; <i>another</i>\n".repeat(30_000)));
  assert.ok(parts.length > 100);
  assert.ok(performance.now() - started < 2000);
});

test("an edit that is too long ends in an ellipsis, inside its markup", () => {
  assert.equal(shortenHtml(html`<b>${"word ".repeat(10)}</b>`, 20).markup, "<b>word word word word</b>…");
  assert.equal(shortenHtml(Html.text("short"), 20).markup, "short");
});

test("the plain text is what a person sees, also of markup that Telegram refuses", () => {
  assert.equal(plainText(html`<b>a < b</b> &amp; ${"<c>"}`), "a < b & <c>");
  assert.equal(plainText("a <b>c <i>d</b> &nbsp; &lt &#38;#x &#x1F642; <"), "a c d &nbsp; < &#x 🙂 <");
});
