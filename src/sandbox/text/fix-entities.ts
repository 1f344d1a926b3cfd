import type { MessageEntity } from "@grammyjs/types";

import { detectEntities } from "./detect-entities.ts";
import type { FormattedText } from "./formatted-text.ts";

type EntityType = MessageEntity["type"];

/** Outer before inner when two entities cover the same text; Telegram sorts by this. */
const order: readonly EntityType[] = [
  "blockquote",
  "expandable_blockquote",
  "pre",
  "code",
  "text_link",
  "text_mention",
  "date_time",
  "mention",
  "hashtag",
  "bot_command",
  "url",
  "email",
  "cashtag",
  "phone_number",
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "custom_emoji",
];

/** These may overlap anything and are cut where they must not be; the others stay whole or go. */
const splittable: ReadonlySet<EntityType> = new Set(["bold", "italic", "underline", "strikethrough", "spoiler"]);
const quotes: ReadonlySet<EntityType> = new Set(["blockquote", "expandable_blockquote"]);
const verbatim: ReadonlySet<EntityType> = new Set(["pre", "code"]);

/**
 * What Telegram makes of a text with entities before it is stored: white space at both ends goes, entities that break the
 * nesting rules go, neighbours of one kind are joined, and links, mentions and commands are found by themselves.
 */
export function fixFormattedText({ text, entities }: FormattedText): { text: string; entities: MessageEntity[] } {
  const trimmed = text.trim();
  const shift = text.length - text.trimStart().length;
  const kept = entities
    .map((entity) => clip(entity, shift, trimmed.length))
    .filter((entity) => isVisible(trimmed, entity));
  // Again, because cutting may have left nothing of a style but white space.
  const nested = nest(kept).filter((entity) => isVisible(trimmed, entity));
  const found = detectEntities(trimmed).filter((entity) => !nested.some((other) => forbidsInside(other, entity)));
  return { text: trimmed, entities: sortEntities([...nested, ...found]) };
}

function clip(entity: MessageEntity, shift: number, end: number): MessageEntity {
  const from = Math.min(Math.max(entity.offset - shift, 0), end);
  const to = Math.min(Math.max(entity.offset + entity.length - shift, 0), end);
  return { ...entity, offset: from, length: to - from };
}

function isVisible(text: string, { offset, length }: MessageEntity): boolean {
  return text.slice(offset, offset + length).trim() !== "";
}

function sortEntities(entities: readonly MessageEntity[]): MessageEntity[] {
  return entities.toSorted(
    (a, b) => a.offset - b.offset || b.length - a.length || order.indexOf(a.type) - order.indexOf(b.type),
  );
}

/**
 * Quotes hold anything but quotes. Code holds nothing: styles are cut there, links and the like go. Of two links, or a link
 * and code, that share characters the first stays.
 */
function nest(entities: readonly MessageEntity[]): MessageEntity[] {
  const sorted = sortEntities(entities);
  const outer = withoutOverlaps(sorted.filter(({ type }) => quotes.has(type)));
  const whole = withoutOverlaps(sorted.filter(({ type }) => !quotes.has(type) && !splittable.has(type))).filter(
    (entity) => outer.every((quote) => !overlaps(quote, entity) || contains(quote, entity)),
  );
  const code = whole.filter(({ type }) => verbatim.has(type));
  const styles = joinNeighbours(sorted.filter(({ type }) => splittable.has(type))).flatMap((style) =>
    cutOut(style, code),
  );
  return sortEntities([...outer, ...whole, ...styles]);
}

function withoutOverlaps(sorted: readonly MessageEntity[]): readonly MessageEntity[] {
  const kept: MessageEntity[] = [];
  for (const entity of sorted) if (!kept.some((other) => overlaps(other, entity))) kept.push(entity);
  return kept;
}

function joinNeighbours(sorted: readonly MessageEntity[]): readonly MessageEntity[] {
  const joined: MessageEntity[] = [];
  for (const entity of sorted) {
    const index = joined.findLastIndex(({ type }) => type === entity.type);
    const before = joined[index];
    if (before === undefined || entity.offset > endOf(before)) joined.push(entity);
    else joined[index] = { ...before, length: Math.max(endOf(before), endOf(entity)) - before.offset };
  }
  return joined;
}

function cutOut(style: MessageEntity, code: readonly MessageEntity[]): readonly MessageEntity[] {
  let pieces: readonly MessageEntity[] = [style];
  for (const hole of code) {
    pieces = pieces.flatMap((piece) => {
      if (!overlaps(piece, hole)) return [piece];
      const before = { ...piece, length: hole.offset - piece.offset };
      const after = { ...piece, offset: endOf(hole), length: endOf(piece) - endOf(hole) };
      return [before, after].filter(({ length }) => length > 0);
    });
  }
  return pieces;
}

/** Telegram looks for links and commands everywhere but inside of code and links. */
function forbidsInside(given: MessageEntity, found: MessageEntity): boolean {
  if (splittable.has(given.type) || !overlaps(given, found)) return false;
  return !(quotes.has(given.type) && contains(given, found));
}

function contains(outer: MessageEntity, inner: MessageEntity): boolean {
  return outer.offset <= inner.offset && endOf(inner) <= endOf(outer);
}

function overlaps(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < endOf(b) && b.offset < endOf(a);
}

function endOf({ offset, length }: MessageEntity): number {
  return offset + length;
}
