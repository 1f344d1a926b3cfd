/** What Telegram allows, as far as anybody knows. 0 is no limit. */
export interface PaceLimits {
  readonly globalPerSecond: number;
  readonly chatPerSecond: number;
  /** How many a private chat takes at once before `chatPerSecond` holds. */
  readonly chatBurst: number;
  readonly groupPerMinute: number;
}

/** A limit in the pacer's terms: evenly `intervalMs` apart, `burst` at once, and never more than `count` in any `windowMs`. */
export interface Rate {
  readonly intervalMs: number;
  readonly burst: number;
  /** 0: bursts alone bound what a window holds. */
  readonly count: number;
  readonly windowMs: number;
}

/** Our clock and Telegram's do not run alike, and a timer may be a moment early: a thousandth slower than allowed. */
const margin = 1.001;
const secondMs = 1000 * margin;
const minuteMs = 60_000 * margin;

/**
 * How much of a burst a lane leaves to the lanes above it. What nobody waits for goes nearly evenly: what little it has is
 * for catching up after a moment in which the process or the database was busy.
 */
const reservedShare: readonly number[] = [0, 0, 0.25, 0.75, 0.75, 0.75];

export function globalRate({ globalPerSecond: perSecond }: PaceLimits): Rate | undefined {
  if (perSecond === 0) return undefined;
  return {
    intervalMs: secondMs / perSecond,
    burst: Math.max(1, perSecond / 3),
    count: Math.max(1, Math.floor(perSecond)),
    windowMs: secondMs,
  };
}

/** Telegram's ids of groups and channels are negative. */
export function chatRate({ chatPerSecond, chatBurst, groupPerMinute }: PaceLimits, chatId: number): Rate | undefined {
  if (chatId > 0) {
    return chatPerSecond === 0
      ? undefined
      : { intervalMs: secondMs / chatPerSecond, burst: chatBurst, count: 0, windowMs: 0 };
  }
  if (groupPerMinute === 0) return undefined;
  return {
    intervalMs: minuteMs / groupPerMinute,
    burst: groupPerMinute,
    count: Math.max(1, Math.floor(groupPerMinute)),
    windowMs: minuteMs,
  };
}

/** Messages of a burst that a lane must leave; one is always its own. */
export function reserved(burst: number, lane: number): number {
  return Math.min(Math.floor(burst * (reservedShare[lane] ?? 0)), Math.ceil(burst) - 1);
}
