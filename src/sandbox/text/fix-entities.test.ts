import assert from "node:assert/strict";
import test from "node:test";

import type { MessageEntity } from "@grammyjs/types";
import * as fc from "fast-check";

import { detectEntities } from "./detect-entities.ts";
import { fixFormattedText } from "./fix-entities.ts";
import { parseHtml } from "./parse-html.ts";

function types(html: string): readonly string[] {
  const { text, entities } = fixFormattedText(parseHtml(html));
  return entities.map(({ type, offset, length }) => `${type} "${text.slice(offset, offset + length)}"`);
}

test("links, commands, mentions and tags are found in plain text", () => {
  const text =
    "/start@telecast_bot see https://x.org/a?b=1, x.org or a@b.com; ask @mina_park about #video $BTC (/help)";
  const found = detectEntities(text).map(
    ({ type, offset, length }) => `${type} ${text.slice(offset, offset + length)}`,
  );
  assert.deepEqual(found, [
    "bot_command /start@telecast_bot",
    "url https://x.org/a?b=1",
    "url x.org",
    "email a@b.com",
    "mention @mina_park",
    "hashtag #video",
    "cashtag $BTC",
    "bot_command /help",
  ]);
  assert.deepEqual(detectEntities("1/2 and/or #123 a@b 5$ $abc e.g. v1.2"), []);
});

test("white space at the ends goes and entities move with it", () => {
  assert.deepEqual(fixFormattedText(parseHtml("  \n<b> x </b> \n")), {
    text: "x",
    entities: [{ type: "bold", offset: 0, length: 1 }],
  });
  assert.deepEqual(fixFormattedText(parseHtml("a<b> </b>b")).entities, []);
});

test("styles nest and join; code cuts them", () => {
  assert.deepEqual(types("<b>a</b><b>b</b>"), ['bold "ab"']);
  assert.deepEqual(types("<b>a <i>b</i></b>"), ['bold "a b"', 'italic "b"']);
  assert.deepEqual(types("<b>a <code>b</code> c</b>"), ['bold "a "', 'code "b"', 'bold " c"']);
});

test("quotes hold anything but quotes, links hold no links", () => {
  assert.deepEqual(types("<blockquote>a <b>b</b> https://x.org</blockquote>"), [
    'blockquote "a b https://x.org"',
    'bold "b"',
    'url "https://x.org"',
  ]);
  assert.deepEqual(types("<blockquote>a<blockquote>b</blockquote></blockquote>"), ['blockquote "ab"']);
  assert.deepEqual(types('<a href="https://a.org">https://b.org</a>'), ['text_link "https://b.org"']);
  assert.deepEqual(types("<code>/start</code>"), ['code "/start"']);
});

test("a style that is cut down to white space goes", () => {
  const entities: MessageEntity[] = [
    { type: "bold", offset: 1, length: 2 },
    { type: "code", offset: 2, length: 1 },
  ];
  assert.deepEqual(fixFormattedText({ text: "! !", entities }).entities, [{ type: "code", offset: 2, length: 1 }]);
});

test("whatever entities come in, those that go out are within the text and sorted", () => {
  const entity = fc.record({
    type: fc.constantFrom("bold", "italic", "code", "blockquote", "underline", "spoiler"),
    offset: fc.nat(30),
    length: fc.integer({ min: 1, max: 30 }),
  }) as fc.Arbitrary<MessageEntity>;
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), fc.array(entity), (text, entities) => {
      const fixed = fixFormattedText({ text, entities });
      assert.equal(fixed.text, text.trim());
      for (const [index, { offset, length }] of fixed.entities.entries()) {
        assert.ok(offset >= 0 && length > 0 && offset + length <= fixed.text.length);
        assert.ok(offset >= (fixed.entities[index - 1]?.offset ?? 0));
      }
      assert.deepEqual(fixFormattedText(fixed), fixed);
    }),
  );
});
