/** The part of a prompt that becomes the caption, in pages, lines and pieces that appear one after the other. */
export interface CaptionPage {
  readonly lines: readonly CaptionLine[];
}

export interface CaptionLine {
  /** Words, or the whole line when it runs from right to left (its parts cannot be placed one by one). */
  readonly pieces: readonly string[];
  readonly rightToLeft: boolean;
}

export interface CaptionBox {
  readonly width: number;
  readonly maxLines: number;
  readonly maxPages: number;
  /** Width of a text in pixels. */
  readonly measure: (text: string) => number;
}

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
const words = new Intl.Segmenter("und", { granularity: "word" });

/** Longer prompts are cut: nobody reads more in a few seconds. */
const maxGraphemes = 400;

/**
 * One line of plain text: no control characters, spaces as single spaces, keycap emoji (which the emoji font lacks) as
 * their digit, without graphemes that `isDrawable` refuses.
 */
export function captionText(prompt: string, isDrawable: (grapheme: string) => boolean): string {
  const known = new Map<string, boolean>();
  const drawable = (grapheme: string): boolean => {
    const seen = known.get(grapheme) ?? (/^\s$/u.test(grapheme) || isDrawable(grapheme));
    known.set(grapheme, seen);
    return seen;
  };
  const clean = prompt
    .normalize("NFC")
    .replaceAll(/([0-9#*])\u{FE0F}?\u{20E3}/gu, "$1")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu, " ");
  const kept = splitGraphemes(clean.slice(0, maxGraphemes * 8)).filter((grapheme) => drawable(grapheme));
  const cut = kept.length > maxGraphemes ? [...kept.slice(0, maxGraphemes), "…"] : kept;
  return cut.join("").replaceAll(/\s+/gu, " ").trim();
}

export function splitGraphemes(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Breaks the text into lines of at most `width`, and those into pages; what does not fit ends with an ellipsis. */
export function layOutCaption(
  text: string,
  { width, maxLines, maxPages, measure }: CaptionBox,
): readonly CaptionPage[] {
  const lines = breakLines(text, width, measure);
  const pageCount = Math.min(Math.ceil(lines.length / maxLines), maxPages);
  if (pageCount === 0) return [];
  const shown = lines.slice(0, pageCount * maxLines);
  const last = shown.at(-1);
  if (shown.length < lines.length && last !== undefined) shown[shown.length - 1] = withEllipsis(last, width, measure);
  // Pages of about the same length read better than full ones and a remainder.
  const perPage = Math.ceil(shown.length / pageCount);
  return Array.from({ length: pageCount }, (_, page) => ({
    lines: shown.slice(page * perPage, (page + 1) * perPage).map((line) => toCaptionLine(line)),
  })).filter((page) => page.lines.length > 0);
}

function toCaptionLine(line: string): CaptionLine {
  return rightToLeft.test(line)
    ? { pieces: [line], rightToLeft: true }
    : { pieces: line.split(" ").filter((piece) => piece !== ""), rightToLeft: false };
}

function breakLines(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const unit of text.split(" ").flatMap((word) => unitsOf(word, width, measure))) {
    const glue = line === "" || unit.joined ? "" : " ";
    if (line !== "" && measure(line + glue + unit.text) > width) {
      lines.push(line);
      line = unit.text;
    } else {
      line += glue + unit.text;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** A word that is wider than the line (or a script without spaces) may break inside: at words, else at graphemes. */
function unitsOf(
  word: string,
  width: number,
  measure: (text: string) => number,
): readonly { readonly text: string; readonly joined: boolean }[] {
  if (measure(word) <= width) return [{ text: word, joined: false }];
  const parts = Array.from(words.segment(word), ({ segment }) => segment).flatMap((part) =>
    measure(part) <= width ? [part] : splitGraphemes(part),
  );
  return parts.map((text, i) => ({ text, joined: i > 0 }));
}

function withEllipsis(line: string, width: number, measure: (text: string) => number): string {
  const kept = splitGraphemes(line);
  while (kept.length > 1 && measure(`${kept.join("").trimEnd()}…`) > width) kept.pop();
  return `${kept.join("").trimEnd()}…`;
}
