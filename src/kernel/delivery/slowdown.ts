/**
 * What Telegram has taught about the pace, as a share of what is configured: how much was accepted in the last second
 * before it said that it was too much. A little below that it stays for a while, since that is where the limit must be;
 * then it looks, slowly at first, whether more is allowed again (the curve of TCP's CUBIC).
 */
export interface Slowdown {
  /** Where it begins. */
  readonly share: number;
  /** Where it was too much. */
  readonly ceiling: number;
  /** The pause that Telegram asked for is over. */
  readonly sinceMs: number;
}

/** So far below the limit that was met. */
const below = 0.95;
/** Too much again before the pace has come so near to where it was too much. */
const near = 0.98;
/** However little was sent just then: it may have been another limit than that of a second. */
const mostLoss = 0.5;
const least = 0.1;
/** So long until the ceiling is reached again, and so long from there until everything is. */
const plateauMs = 20_000;
const returnMs = 60_000;

/**
 * @param accepted the share of the configured pace that was accepted in the last second.
 * @param current the share in force, with the slowdown that made it.
 */
export function slowDown(
  accepted: number,
  current: { readonly share: number; readonly slowdown: Slowdown | undefined },
  sinceMs: number,
): Slowdown {
  const { share, slowdown } = current;
  // Where the limit seemed to be it is not: what was learnt is of no use.
  const wasWrong = slowdown !== undefined && share < slowdown.ceiling * near;
  const floor = share * mostLoss;
  const ceiling = wasWrong ? floor / below : Math.min(Math.max(accepted, floor / below), share);
  return { share: Math.max(ceiling * below, least), ceiling: Math.max(ceiling, least), sinceMs };
}

/** @returns the share of the configured pace that is allowed now; 1 when all of it is. */
export function shareAt({ share, ceiling, sinceMs }: Slowdown, nowMs: number): number {
  const sinceStart = Math.max(nowMs - sinceMs, 0);
  if (sinceStart < plateauMs) return ceiling - (ceiling - share) * (1 - sinceStart / plateauMs) ** 3;
  return Math.min(ceiling + (1 - ceiling) * ((sinceStart - plateauMs) / returnMs) ** 3, 1);
}
