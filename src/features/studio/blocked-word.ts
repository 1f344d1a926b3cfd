/** The first of `words` that stands in `text` as a word of its own, in any case and with any accents; undefined if none. */
export function blockedWord(text: string, words: readonly string[]): string | undefined {
  const folded = ` ${fold(text)} `;
  return words.find((word) => {
    const wanted = fold(word);
    return wanted !== "" && folded.includes(` ${wanted} `);
  });
}

/** Letters and digits of every script, one space between words; what only looks different reads the same. */
function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .normalize("NFKC")
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, " ")
    .trim();
}
