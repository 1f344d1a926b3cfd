/** How long to wait between attempts. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Exponential backoff with full jitter on the upper half: attempt 1 waits `firstMs/2 … firstMs`, doubling up to
 * `longestMs`. The lower half is kept so that a retry is never immediate.
 * @param attempt 1 for the first retry.
 * @param random a number in [0, 1).
 */
export function backoffMs({ firstMs, longestMs }: Backoff, attempt: number, random: number): number {
  const ceiling = Math.min(firstMs * 2 ** Math.max(attempt - 1, 0), longestMs);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
