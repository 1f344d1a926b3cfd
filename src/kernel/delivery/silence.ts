/**
 * Notices that Telegram has fallen silent long before calls time out: so many calls are on the wire and nothing has come
 * back for several times as long as an answer usually takes. Whoever goes on sending then only makes more messages of
 * which nobody will know whether they arrived.
 */
export interface Silence {
  readonly sent: () => void;
  /** An answer has come, of whatever kind, so long after its call. */
  readonly answered: (tookMs: number) => void;
  /** Telegram has shown in another way that it is there. */
  readonly broken: () => void;
  readonly isSuspicious: () => boolean;
}

/** Fewer than this on the wire are no loss. */
const handful = 8;
const leastPatienceMs = 250;
const patienceFactor = 4;
/** Weight of one answer in the moving average. */
const weight = 0.1;

export function createSilence(nowMs: () => number): Silence {
  let onWire = 0;
  let sinceMs = 0;
  let usualMs = 0;
  return {
    sent: () => {
      if (onWire === 0) sinceMs = nowMs();
      onWire += 1;
    },
    answered: (tookMs) => {
      onWire -= 1;
      sinceMs = nowMs();
      usualMs += (tookMs - usualMs) * weight;
    },
    broken: () => {
      sinceMs = nowMs();
    },
    isSuspicious: () => onWire >= handful && nowMs() - sinceMs > Math.max(leastPatienceMs, patienceFactor * usualMs),
  };
}
