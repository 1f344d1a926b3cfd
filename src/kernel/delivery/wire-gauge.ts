/**
 * How many calls may be on the wire at once. Never more than configured; beyond that, a few times what has lately been
 * needed to keep the pace: when Telegram stops answering, new sends stop after a handful instead of filling every
 * connection with messages of which nobody will know whether they arrived.
 */
export interface WireGauge {
  readonly allowed: () => number;
  /** An answer has come, of whatever kind, while so many were on the wire. */
  readonly answered: (onWire: number) => void;
}

const least = 8;
const headroom = 3;
/** Weight of one answer in the moving average. */
const weight = 0.1;

export function createWireGauge(most: number): WireGauge {
  let usual = 1;
  return {
    allowed: () => Math.min(most, Math.max(least, Math.ceil(usual * headroom))),
    answered: (onWire) => {
      usual += (onWire - usual) * weight;
    },
  };
}
