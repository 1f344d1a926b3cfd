/** So many in any `windowMs`. */
export interface Pace {
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * The earliest moment, from `nowMs` on, at which one more keeps the pace.
 * @param taken the last `limit` moments, or fewer, ascending; some of them may be yet to come.
 */
export function nextMoment(taken: readonly number[], { limit, windowMs }: Pace, nowMs: number): number {
  return Math.max(nowMs, taken.length < limit ? 0 : (taken.at(-limit) ?? 0) + windowMs);
}
