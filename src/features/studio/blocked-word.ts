/**
 * The first of `words` that stands in `text` as a word of its own, in any case and with any accents; undefined if none.
 * Korean words may have an ending attached, and scripts that are written without spaces are searched anywhere.
 */
export function blockedWord(text: string, words: readonly string[]): string | undefined {
  const folded = ` ${fold(text)} `;
  return words.find((word) => {
    const wanted = fold(word);
    return wanted !== "" && folded.includes(withBorders(wanted));
  });
}

function withBorders(word: string): string {
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word)) return word;
  return /\p{Script=Hangul}$/u.test(word) ? ` ${word}` : ` ${word} `;
}

/** Letters and digits of every script, one space between words; what only looks different reads the same. */
function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/[\p{Diacritic}\p{Cf}]/gu, "")
    .toLowerCase()
    .normalize("NFKC")
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, " ")
    .trim();
}
