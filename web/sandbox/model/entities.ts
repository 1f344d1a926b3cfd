import type { MessageEntity } from "@grammyjs/types";

/** A stretch of plain text, or an entity with what stands inside it. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "entity";
      readonly entity: MessageEntity;
      readonly text: string;
      readonly children: readonly Piece[];
    };

interface Span {
  readonly start: number;
  readonly end: number;
  readonly entity: MessageEntity;
}

/** Entities that stand on lines of their own. */
const blockTypes: ReadonlySet<string> = new Set(["pre", "blockquote", "expandable_blockquote"]);

/**
 * Turns a message's flat entities (UTF-16 offsets, as Telegram counts) into a tree. Entities that overlap without one
 * holding the other, which Telegram never sends but a broken bot may, are split; ranges outside the text are clipped.
 * One line break after a block is dropped, because the block ends its line by itself.
 */
export function toPieces(text: string, entities: readonly MessageEntity[] = []): readonly Piece[] {
  const spans = entities
    .map((entity) => ({
      start: Math.max(entity.offset, 0),
      end: Math.min(entity.offset + entity.length, text.length),
      entity,
    }))
    .filter((span) => span.end > span.start);
  return build(text, { start: 0, end: text.length }, spans.toSorted(outerFirst));
}

function build(
  text: string,
  range: { readonly start: number; readonly end: number },
  spans: readonly Span[],
): readonly Piece[] {
  const pieces: Piece[] = [];
  let cursor = range.start;
  let waiting = spans;
  for (let span = waiting[0]; span !== undefined; span = waiting[0]) {
    if (span.start > cursor) pieces.push({ kind: "text", text: text.slice(cursor, span.start) });
    const { inside, after } = splitAt(waiting.slice(1), span.end);
    pieces.push({
      kind: "entity",
      entity: span.entity,
      text: text.slice(span.start, span.end),
      children: build(text, span, inside),
    });
    cursor = isBlock(span.entity) && text[span.end] === "\n" ? span.end + 1 : span.end;
    waiting = clipStart(after, cursor);
  }
  if (cursor < range.end) pieces.push({ kind: "text", text: text.slice(cursor, range.end) });
  return pieces;
}

function splitAt(
  spans: readonly Span[],
  end: number,
): { readonly inside: readonly Span[]; readonly after: readonly Span[] } {
  const inside: Span[] = [];
  const after: Span[] = [];
  for (const span of spans) {
    if (span.start < end) inside.push({ ...span, end: Math.min(span.end, end) });
    if (span.end > end) after.push({ ...span, start: Math.max(span.start, end) });
  }
  return { inside, after: after.toSorted(outerFirst) };
}

function clipStart(spans: readonly Span[], start: number): readonly Span[] {
  return spans.map((span) => ({ ...span, start: Math.max(span.start, start) })).filter((span) => span.end > span.start);
}

function outerFirst(a: Span, b: Span): number {
  return a.start - b.start || b.end - a.end || Number(isBlock(b.entity)) - Number(isBlock(a.entity));
}

export function isBlock(entity: MessageEntity): boolean {
  return blockTypes.has(entity.type);
}

// Spelled out, because `\p{RGI_Emoji}` takes V8 most of a second to compile.
const onlyEmoji =
  /^(?:(?:\p{Extended_Pictographic}[\u{FE0F}\p{Emoji_Modifier}]?(?:\u{200D}\p{Extended_Pictographic}[\u{FE0F}\p{Emoji_Modifier}]?)*|\p{Regional_Indicator}{2})\s?){1,3}$/u;

/** One to three emoji and nothing else: shown large, as Telegram does. */
export function isOnlyEmoji(text: string): boolean {
  return text.length <= 40 && onlyEmoji.test(text);
}
