/** The value that a share of `0 < share <= 1` of the sample does not exceed. @throws for an empty sample. */
export function percentile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}

export function median(sample: readonly number[]): number {
  return percentile(sample, 0.5);
}

/** As the median and, in brackets, the smallest and largest. */
export function spread(sample: readonly number[], digits = 2): string {
  const show = (value: number): string => value.toFixed(digits);
  return `${show(median(sample))} (${show(Math.min(...sample))}–${show(Math.max(...sample))})`;
}

export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
