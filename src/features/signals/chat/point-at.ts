/** As much as a phone shows on one line of fixed-width text. */
const widest = 32;
const contextBefore = 12;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many columns a character takes where all characters are of one width: Korean, Chinese, Japanese and emoji two. */
function columnsOf(grapheme: string): number {
  return /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u{FF01}-\u{FF60}]/u.test(
    grapheme,
  )
    ? 2
    : 1;
}

interface Cell {
  readonly shown: string;
  readonly columns: number;
  readonly isWrong: boolean;
}

/**
 * The line and, below it, carets under the wrong part; both at most 32 columns wide, for fixed-width text on a phone.
 * Left out pieces are marked by an ellipsis. Characters that cannot be seen or that turn the direction are shown as `·`.
 */
export function pointAt(line: string, wrong: { readonly at: number; readonly length: number }): string {
  const cells = [...segmenter.segment(line)].map(({ segment, index }): Cell => {
    const isPlain = !/[\p{C}\p{Z}\p{Script=Arabic}\p{Script=Hebrew}]/u.test(segment);
    const shown = isPlain ? segment : segment === " " ? " " : "·";
    const isWrong = index + segment.length > wrong.at && index < wrong.at + wrong.length;
    return { shown, columns: columnsOf(shown), isWrong };
  });
  const first = cells.findIndex(({ isWrong }) => isWrong);
  const start = first < 0 ? cells.length : first;
  const { from, to } = windowAround(cells, start);
  const text = cells.slice(from, to).map(({ shown }) => shown);
  const carets = cells
    .slice(from, to)
    .map(({ isWrong, columns }) => (isWrong ? "^" : " ").repeat(columns))
    .join("");
  const before = from > 0 ? "…" : "";
  const after = to < cells.length ? "…" : "";
  const pointer = first < 0 ? `${carets}^` : carets.trimEnd();
  return `${before}${text.join("")}${after}\n${" ".repeat(before.length)}${pointer}`;
}

function windowAround(cells: readonly Cell[], start: number): { readonly from: number; readonly to: number } {
  const total = cells.reduce((sum, { columns }) => sum + columns, 0);
  if (total <= widest) return { from: 0, to: cells.length };
  let from = start;
  for (let room = contextBefore; from > 0; from -= 1) {
    room -= cells[from - 1]?.columns ?? 0;
    if (room < 0) break;
  }
  let to = from;
  for (let room = widest - 2; to < cells.length; to += 1) {
    room -= cells[to]?.columns ?? 0;
    if (room < 0) break;
  }
  return { from, to };
}
