import type { Clock } from "../lib/clock.ts";
import { type Metrics, secondsBuckets } from "../observability/index.ts";
import type { InboxStore } from "./inbox-store.ts";
import type { UpdateFacts } from "./update-facts.ts";

export interface InboxMeter {
  readonly received: (updates: readonly UpdateFacts[]) => void;
  readonly start: () => { readonly end: (handledBy: string) => void };
  readonly failed: (kind: string) => void;
}

export function createInboxMeter(metrics: Metrics, clock: Clock, store: Pick<InboxStore, "lagSeconds">): InboxMeter {
  const received = metrics.counter({
    name: "telecast_telegram_updates_total",
    help: "Updates stored, by kind",
    labels: ["kind"],
  });
  const handling = metrics.histogram({
    name: "telecast_telegram_handling_seconds",
    help: "Time from taking an update up to its mark as handled, by what handled it",
    labels: ["handler"],
    buckets: secondsBuckets,
  });
  const failed = metrics.counter({
    name: "telecast_telegram_failed_updates_total",
    help: "Updates whose handler threw or hung, by kind; they are kept for inspection",
    labels: ["kind"],
  });
  metrics.gauge({
    name: "telecast_telegram_inbox_lag_seconds",
    help: "Age of the oldest update that waits to be handled",
    collect: async (gauge) => {
      gauge.set(await store.lagSeconds());
    },
  });
  return {
    received: (updates) => {
      for (const { kind } of updates) received.labels(kind).inc();
    },
    start: () => {
      const startedMs = clock.monotonicMs();
      return {
        end: (handledBy) => {
          handling.labels(handledBy).observe((clock.monotonicMs() - startedMs) / 1000);
        },
      };
    },
    failed: (kind) => {
      failed.labels(kind).inc();
    },
  };
}
