import type { MessageEntity } from "@grammyjs/types";

import { byteOffset, linkEntity, MarkupError, timeEntity } from "./formatted-text.ts";
import type { FormattedText } from "./formatted-text.ts";

type SimpleType = "bold" | "italic" | "underline" | "strikethrough" | "spoiler";

/** The entity that each simple tag stands for. */
const simpleTags: ReadonlyMap<string, SimpleType> = new Map([
  ["b", "bold"],
  ["strong", "bold"],
  ["i", "italic"],
  ["em", "italic"],
  ["u", "underline"],
  ["ins", "underline"],
  ["s", "strikethrough"],
  ["strike", "strikethrough"],
  ["del", "strikethrough"],
  ["tg-spoiler", "spoiler"],
  ["span", "spoiler"],
]);

const otherTags = new Set(["a", "tg-emoji", "tg-time", "pre", "code", "blockquote"]);

interface OpenTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Where its content begins in the resulting text. */
  readonly offset: number;
}

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** The first character after `>`. */
  readonly end: number;
}

/** Reads Telegram's HTML. @throws MarkupError in Telegram's words. */
export function parseHtml(source: string): FormattedText {
  let text = "";
  const entities: MessageEntity[] = [];
  const open: OpenTag[] = [];
  let at = 0;
  while (at < source.length) {
    const character = source.charAt(at);
    if (character === "&") {
      const decoded = decodeReference(source, at);
      text += decoded.text;
      at = decoded.end;
    } else if (character !== "<") {
      text += character;
      at += 1;
    } else if (source.charAt(at + 1) === "/") {
      const end = closeTag(source, at, open);
      const tag = open.pop();
      if (tag !== undefined) addEntity(entities, tag, text);
      at = end;
    } else {
      const tag = readStartTag(source, at);
      open.push({ ...tag, offset: text.length });
      at = tag.end;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    throw new MarkupError(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  }
  if (!text.isWellFormed()) {
    throw new MarkupError(
      "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units",
    );
  }
  return { text, entities: joinCode(entities) };
}

/** Checks the end tag at `at` against the innermost open one. @returns where the text goes on. */
function closeTag(source: string, at: number, open: readonly OpenTag[]): number {
  const begin = byteOffset(source, at);
  const expected = open.at(-1);
  if (expected === undefined) throw new MarkupError(`Unexpected end tag at byte offset ${begin}`);
  const match = /^<\/([^\s>]*)\s*>/.exec(source.slice(at));
  if (match === null) throw new MarkupError(`Unclosed end tag at byte offset ${begin}`);
  const found = (match[1] ?? "").toLowerCase();
  if (found !== "" && found !== expected.name) {
    throw new MarkupError(
      `Unmatched end tag at byte offset ${begin}, expected "</${expected.name}>", found "</${found}>"`,
    );
  }
  return at + match[0].length;
}

function readStartTag(source: string, at: number): Tag {
  const begin = byteOffset(source, at);
  const name = /^<([^\s>]*)(?=[\s>])/.exec(source.slice(at))?.[1]?.toLowerCase();
  if (name === undefined) throw new MarkupError(`Unclosed start tag at byte offset ${begin}`);
  if (!simpleTags.has(name) && !otherTags.has(name)) {
    throw new MarkupError(`Unsupported start tag "${name}" at byte offset ${begin}`);
  }
  const tag = readAttributes(source, at + 1 + name.length, { name, begin });
  if (name === "span" && tag.attributes.get("class") !== "tg-spoiler") {
    throw new MarkupError(`Tag "span" must have class "tg-spoiler" at byte offset ${begin}`);
  }
  return tag;
}

/** One `name`, `name=token`, `name="text"` or `name='text'`. */
const attributePattern = /^([^\s=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)(?=[\s>])))?/;

function readAttributes(source: string, from: number, tag: { readonly name: string; readonly begin: number }): Tag {
  const attributes = new Map<string, string>();
  let at = from;
  for (;;) {
    at += /^\s*/.exec(source.slice(at))?.[0].length ?? 0;
    if (at >= source.length) throw new MarkupError(`Unclosed start tag at byte offset ${tag.begin}`);
    if (source.charAt(at) === ">") return { name: tag.name, attributes, end: at + 1 };
    const [whole = "", name = "", ...values] = attributePattern.exec(source.slice(at)) ?? [];
    if (name === "") {
      throw new MarkupError(`Empty attribute name in the tag "${tag.name}" at byte offset ${tag.begin}`);
    }
    at += whole.length;
    if (source.charAt(at) === "=") {
      if (/^=\s*["']/.test(source.slice(at))) throw new MarkupError(`Unclosed start tag at byte offset ${tag.begin}`);
      throw new MarkupError(`Unexpected end of name token at byte offset ${byteOffset(source, at + 1)}`);
    }
    attributes.set(name.toLowerCase(), decodeAll(values.find((value) => value !== undefined) ?? ""));
  }
}

function addEntity(entities: MessageEntity[], { name, attributes, offset }: OpenTag, text: string): void {
  const length = text.length - offset;
  if (length === 0) return;
  const entity = entityOf(name, attributes, { offset, length, content: text.slice(offset) });
  if (entity !== undefined) entities.push(entity);
}

interface Span {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

function entityOf(name: string, attributes: OpenTag["attributes"], span: Span): MessageEntity | undefined {
  const { offset, length, content } = span;
  const simple = simpleTags.get(name);
  if (simple !== undefined) return { type: simple, offset, length };
  switch (name) {
    case "a": {
      const href = attributes.get("href") ?? "";
      return linkEntity(href === "" ? content : href, offset, length);
    }
    case "tg-emoji":
      return emojiEntity(attributes.get("emoji-id") ?? "", offset, length);
    case "tg-time":
      return timeEntity(attributes.get("unix") ?? "", attributes.get("format") ?? "", { offset, length });
    case "blockquote":
      return { type: attributes.has("expandable") ? "expandable_blockquote" : "blockquote", offset, length };
    case "code":
      return codeEntity(attributes.get("class") ?? "", offset, length);
    default:
      return { type: "pre", offset, length };
  }
}

function emojiEntity(id: string, offset: number, length: number): MessageEntity {
  if (!/^[1-9]\d{0,18}$/.test(id)) throw new MarkupError("Invalid custom emoji identifier specified");
  return { type: "custom_emoji", offset, length, custom_emoji_id: id };
}

/** With a language it is a `pre` for now: whether that means anything is only known when the tag around it ends. */
function codeEntity(className: string, offset: number, length: number): MessageEntity {
  const language = /^language-(.+)$/.exec(className)?.[1];
  return language === undefined ? { type: "code", offset, length } : { type: "pre", offset, length, language };
}

/** `<pre><code class="language-x">` is one entity with a language; elsewhere the class says nothing. */
function joinCode(entities: readonly MessageEntity[]): readonly MessageEntity[] {
  return entities.flatMap((entity, index): readonly MessageEntity[] => {
    if (entity.type !== "pre") return [entity];
    const { offset, length, language } = entity;
    const before = entities[index - 1];
    const after = entities[index + 1];
    if (language !== undefined) {
      const isInPre = after?.type === "pre" && after.offset === offset && after.length === length;
      return [isInPre ? entity : { type: "code", offset, length }];
    }
    const wrapsCode = before?.type === "pre" && before.language !== undefined;
    return wrapsCode && before.offset === offset && before.length === length ? [] : [entity];
  });
}

const namedReferences: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
]);

/** The character reference at `at`; an ampersand that begins none stands for itself. */
function decodeReference(source: string, at: number): { readonly text: string; readonly end: number } {
  const match = /^&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));?/i.exec(source.slice(at, at + 12));
  const [whole = "&", decimal, hexadecimal, name] = match ?? [];
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
  const text = name === undefined ? fromCode(code) : namedReferences.get(name);
  return text === undefined ? { text: "&", end: at + 1 } : { text, end: at + whole.length };
}

function fromCode(code: number): string | undefined {
  return code > 0 && code < 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function decodeAll(text: string): string {
  let decoded = "";
  for (let at = 0; at < text.length;) {
    const next = text.charAt(at) === "&" ? decodeReference(text, at) : { text: text.charAt(at), end: at + 1 };
    decoded += next.text;
    at = next.end;
  }
  return decoded;
}
