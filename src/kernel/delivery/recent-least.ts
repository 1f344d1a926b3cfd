/** The least of what was measured lately: over half a minute at least, a minute at most. */
export interface RecentLeast {
  readonly add: (value: number, nowMs: number) => void;
  /** 0 until there is enough to go by. */
  readonly value: (nowMs: number) => number;
}

const halfMs = 30_000;
/** After a rest the first ones are slow (connections are being opened) and say nothing of what is usual. */
const warmUpMs = 2000;

export function createRecentLeast(): RecentLeast {
  let before = Number.POSITIVE_INFINITY;
  let current = Number.POSITIVE_INFINITY;
  let sinceMs = Number.NEGATIVE_INFINITY;
  let firstMs = Number.POSITIVE_INFINITY;

  const turn = (nowMs: number): void => {
    if (nowMs - sinceMs < halfMs) return;
    before = nowMs - sinceMs < 2 * halfMs ? current : Number.POSITIVE_INFINITY;
    current = Number.POSITIVE_INFINITY;
    sinceMs = nowMs;
    if (before === Number.POSITIVE_INFINITY) firstMs = Number.POSITIVE_INFINITY;
  };
  return {
    add: (value, nowMs) => {
      turn(nowMs);
      current = Math.min(current, value);
      firstMs = Math.min(firstMs, nowMs);
    },
    value: (nowMs) => {
      turn(nowMs);
      return nowMs - firstMs < warmUpMs ? 0 : Math.min(before, current);
    },
  };
}
