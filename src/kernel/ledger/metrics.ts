import type { Counter, Gauge, Metrics } from "../observability/index.ts";

export interface LedgerMetrics {
  readonly starsReceived: Counter;
  readonly starsRefunded: Counter;
  readonly holdsSettled: Counter;
  readonly drift: Counter;
  readonly violations: Gauge;
}

export function makeLedgerMetrics(metrics: Metrics): LedgerMetrics {
  return {
    starsReceived: metrics.counter({
      name: "telecast_ledger_stars_received_total",
      help: "Stars paid to us, by who told us first (update, reconciler).",
      labels: ["source"],
    }),
    starsRefunded: metrics.counter({
      name: "telecast_ledger_stars_refunded_total",
      help: "Stars given back, by who began it (request, telegram, store).",
      labels: ["origin"],
    }),
    holdsSettled: metrics.counter({
      name: "telecast_ledger_holds_settled_total",
      help: "Holds that ended, by outcome.",
      labels: ["outcome"],
    }),
    drift: metrics.counter({
      name: "telecast_ledger_drift_total",
      help: "Differences found between the ledger and Telegram, or within the ledger; each counted once.",
    }),
    violations: metrics.gauge({
      name: "telecast_ledger_violations",
      help: "Rows of ledger.violation at the last nightly check. Anything but 0 needs a person.",
    }),
  };
}
