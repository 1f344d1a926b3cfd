/** How many of six columns each picture of an album takes: rows of two and three, a lone first one across. */
export function albumSpans(count: number): readonly number[] {
  if (count === 1) return [6];
  const rows: number[] = [];
  let left = count;
  if (count === 3) {
    rows.push(1);
    left = 2;
  }
  while (left > 0) {
    const row = left % 3 === 0 ? 3 : 2;
    rows.push(Math.min(row, left));
    left -= row;
  }
  return rows.flatMap((row) => Array.from({ length: row }, () => 6 / row));
}
