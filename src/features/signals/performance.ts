

/**
 * Over the signals that have an outcome, an entry and an exit price. A return is what the stake has earned in per cent,
 * after the fee, each signal with the same stake.
 */
export interface Summary {
  readonly count: number;
  /** Return above zero. */
  readonly wins: number;
  /** Wins among all, 0 to 1; undefined without a signal. */
  readonly winRate: number | undefined;
  readonly averagePercent: number | undefined;
  /** Of an even number, the mean of the middle two. */
  readonly medianPercent: number | undefined;
  readonly totalPercent: number;
  /** All gains over all losses; undefined without a loss. */
  readonly profitFactor: number | undefined;
}

export interface NamedSummary extends Summary {
  readonly name: string;
}

export interface Performance extends Summary {
  /** How far the sum of returns has fallen below its highest point (zero at the beginning), in per cent of one stake. */
  readonly maxDrawdownPercent: number;
  /** Ended, but without a price: in no other number. */
  readonly unpriced: number;
  readonly byModel: readonly NamedSummary[];
  readonly byAsset: readonly NamedSummary[];
  /** `0–59`, `60–69`, `70–79`, `80–89`, `90–100`: names are the lower bounds. */
  readonly byConfidence: readonly NamedSummary[];
  /** The sum of returns over time, at most 300 points. */
  readonly equity: readonly { readonly at: Date; readonly totalPercent: number }[];
}

export interface PerformanceQuestion {
  /** By the time of the outcome. */
  readonly from: Date;
  readonly to: Date;
  /** Taken off each return. */
  readonly feePercent: number;
  readonly asset?: string | undefined;
  readonly model?: string | undefined;
}
