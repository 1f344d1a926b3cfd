import type { Clock } from "../lib/clock.ts";
import { type Counter, type Histogram, type Metrics, secondsBuckets } from "../observability/index.ts";

export interface CallMeter {
  readonly start: (method: string) => { readonly end: (outcome: string) => void };
}

interface OfMethod {
  readonly seconds: Histogram.Internal<string>;
  readonly outcomes: Map<string, Counter.Internal>;
}

/** Counts and times Bot API calls. Label lookups are kept: hashing labels cost more than the rest at 14,000 calls/s. */
export function callMeter(metrics: Metrics, clock: Clock): CallMeter {
  const seconds = metrics.histogram({
    name: "telecast_telegram_call_seconds",
    help: "Time of a Bot API call, from asking for a connection to the last byte of the answer",
    labels: ["method"],
    buckets: secondsBuckets,
  });
  const calls = metrics.counter({
    name: "telecast_telegram_calls_total",
    help: "Bot API calls by outcome: ok, Telegram's error code, TelegramUnavailable or TelegramUnclear",
    labels: ["method", "outcome"],
  });
  const byMethod = new Map<string, OfMethod>();

  const of = (method: string): OfMethod => {
    const known = byMethod.get(method);
    if (known !== undefined) return known;
    const made: OfMethod = { seconds: seconds.labels(method), outcomes: new Map() };
    byMethod.set(method, made);
    return made;
  };

  return {
    start: (method) => {
      const startedMs = clock.monotonicMs();
      const measured = of(method);
      return {
        end: (outcome) => {
          measured.seconds.observe((clock.monotonicMs() - startedMs) / 1000);
          let counter = measured.outcomes.get(outcome);
          if (counter === undefined) {
            counter = calls.labels(method, outcome);
            measured.outcomes.set(outcome, counter);
          }
          counter.inc();
        },
      };
    },
  };
}
