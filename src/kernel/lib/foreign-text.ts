const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** More marks on one letter than any script needs: they would climb over the lines above. */
const mostMarks = 4;

/**
 * A text from outside on one line, at most `longest` UTF-16 units: without characters that cannot be seen or that turn
 * the direction of what stands around them. Text that runs from right to left is set apart, so that it turns only itself.
 */
export function oneLine(text: string, longest: number): string {
  return isolated(clip(clean(text).replaceAll(/\s+/g, " ").trim(), longest));
}

/** The same with its line breaks, never more than one empty line. */
export function paragraph(text: string, longest: number): string {
  const lines = clean(text)
    .split(/\r\n?|\n/)
    .map((line) => line.replaceAll(/[^\S\n]+/g, " ").trim());
  const joined = lines
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
  return clip(joined, longest).split("\n").map(isolated).join("\n");
}

function clean(text: string): string {
  return (
    text
      .toWellFormed()
      // Joiners hold emoji and letters of some scripts together.
      .replaceAll(/(?![\n\r\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029]/gu, "")
      .replaceAll(new RegExp(`(\\p{M}{${mostMarks}})\\p{M}+`, "gu"), "$1")
  );
}

/** Ends in an ellipsis where something is missing; never inside a character as people see it. */
function clip(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = segmenter.segment(text.slice(0, longest + 64)).containing(longest - 1)?.index ?? longest - 1;
  return `${text.slice(0, end).trimEnd()}…`;
}

function isolated(text: string): string {
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u.test(
    text,
  )
    ? `\u2068${text}\u2069`
    : text;
}
