import { Html } from "../lib/html.ts";
import { type Token, tokenize, visibleText } from "./markup.ts";

/** Telegram's limits, in UTF-16 units after its own parsing of entities. */
export const longestText = 4096;
export const longestCaption = 1024;

/** From `from` up to, not including, `to`, in visible UTF-16 units. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Splits markup into parts that Telegram accepts: each is well-formed (tags that a cut leaves open are closed and opened
 * again) and at most `limit` visible UTF-16 units long. Cuts after a paragraph if there is one in the part's second half,
 * else after a line, a sentence, a word, a character as people see it (never inside an entity or a surrogate pair).
 * Nothing is lost but runs of white space longer than a part, which would be a message that Telegram refuses as empty.
 * @param first the first part's limit when it is another (a caption).
 */
export function splitHtml(html: Html, limit: number = longestText, first: number = limit): readonly Html[] {
  const tokens = tokenize(html.markup);
  const visible = visibleText(tokens);
  if (visible.length <= first) return [html];
  const ranges = rangesOf(visible, limit, first);
  // Nothing but white space: Telegram will say so.
  if (ranges.length === 0) return [html];
  return assemble(tokens, ranges).map((markup) => Html.trusted(markup));
}

/** At most `limit` visible units, with an ellipsis where something is missing: for edits, which cannot become several messages. */
export function shortenHtml(html: Html, limit: number): Html {
  if (visibleText(tokenize(html.markup)).length <= limit) return html;
  const [start = html] = splitHtml(html, limit - 1);
  return Html.trusted(`${start.markup.trimEnd()}…`);
}

function rangesOf(visible: string, limit: number, first: number): readonly Range[] {
  const ranges: Range[] = [];
  let from = 0;
  while (from < visible.length) {
    const room = ranges.length === 0 ? first : limit;
    // A part of nothing but white space would be refused.
    if (visible.slice(from, wholePairs(visible, from, room)).trim() === "") {
      from = nextInk(visible, from);
      continue;
    }
    const to = visible.length - from <= room ? visible.length : from + bestCut(visible.slice(from), room);
    ranges.push({ from, to });
    from = to;
  }
  return ranges;
}

function nextInk(text: string, from: number): number {
  const rest = text.slice(from);
  return text.length - rest.trimStart().length;
}

/** Best first. A match ends where the next part may begin; white space it ends with may be left to the next part. */
const boundaries: readonly RegExp[] = [
  /\n[^\S\n]*\n\s*/g,
  /\n/g,
  /(?:[.!?…]["'”’»)\]]*\s+|[。！？]["'”’」』)\]]*\s*)/g,
  /\s+/g,
];
/** So that a boundary just behind the window is seen. */
const lookahead = 2;
/** The longest character as people see it that is kept whole; composed emoji are about 10 units long. */
const clusterLookahead = 256;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Where to end the first part of `text`: more than 0, at most `room`, with something visible before it. */
function bestCut(text: string, room: number): number {
  const window = text.slice(0, room + lookahead);
  const least = Math.max(Math.ceil(room / 2), nextInk(window, 0) + 1);
  for (const boundary of boundaries) {
    let best = 0;
    for (const match of window.matchAll(boundary)) {
      const inkEnd = match.index + match[0].trimEnd().length;
      if (inkEnd > room) break;
      const cut = Math.min(match.index + match[0].length, room);
      if (cut >= least) best = cut;
    }
    if (best > 0) return best;
  }
  const cluster = segmenter.segment(text.slice(0, room + clusterLookahead)).containing(room);
  if (cluster !== undefined && cluster.index >= least) return cluster.index;
  return wholePairs(text, 0, room);
}

/** `from + room`, or one less when a surrogate pair stands there. */
function wholePairs(text: string, from: number, room: number): number {
  const to = from + room;
  const splitsPair = (text.charCodeAt(to - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(to) & 0xfc00) === 0xdc00;
  return splitsPair && room > 1 ? to - 1 : to;
}

/** Walks the pieces once, copying what lies in a range and mending the tags at each cut. */
function assemble(tokens: readonly Token[], ranges: readonly Range[]): readonly string[] {
  const parts: string[] = [];
  const open: Token[] = [];
  let part = "";
  let position = 0;

  const range = (): Range => ranges[parts.length] ?? { from: position, to: position };
  const isLast = (): boolean => parts.length === ranges.length - 1;
  const cut = (): void => {
    const closing = open.toReversed().map((tag) => (tag.kind === "open" ? `</${tag.name}>` : ""));
    parts.push(part + closing.join(""));
    part = open.map(({ raw }) => raw).join("");
  };
  const copy = (raw: string, visible: string): void => {
    let taken = 0;
    while (taken < visible.length) {
      if (position >= range().to && !isLast()) cut();
      const { from, to } = range();
      const end = position < from ? from : position < to ? to : Number.POSITIVE_INFINITY;
      const length = Math.min(visible.length - taken, end - position);
      if (position >= from && position < to) part += raw === visible ? raw.slice(taken, taken + length) : raw;
      taken += length;
      position += length;
    }
  };

  for (const token of tokens) {
    if (token.kind === "text" || token.kind === "entity") {
      copy(token.raw, token.visible);
    } else if (token.kind === "open") {
      // A tag that opens at a cut belongs to what it marks, the next part; one that closes there, to the part before.
      if (position >= range().to && !isLast()) cut();
      part += token.raw;
      open.push(token);
    } else {
      part += token.raw;
      const opened = open.findLastIndex((tag) => tag.kind === "open" && tag.name === token.name);
      if (opened >= 0) open.splice(opened, 1);
    }
  }
  parts.push(part);
  return parts;
}
