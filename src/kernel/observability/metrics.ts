import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export type { Counter, Gauge, Histogram };

interface Described {
  /** `telecast_<module>_<noun>_<unit>` and, for counters, `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** Where every module registers what it measures. One registry per running program, so tests can have several. */
export interface Metrics {
  readonly counter: (definition: Described) => Counter;
  /** `collect` is asked at each scrape: for values that live elsewhere (a queue's depth). */
  readonly gauge: (definition: Described & { readonly collect?: (gauge: Gauge) => void | Promise<void> }) => Gauge;
  readonly histogram: (definition: Described & { readonly buckets?: readonly number[] }) => Histogram;
  /** The Prometheus text. */
  readonly expose: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

/** From 1 ms to a minute: what people wait for. */
export const secondsBuckets: readonly number[] = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

export function createMetrics({ process: ofProcess }: { readonly process: boolean }): Metrics {
  const registry = new Registry();
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    counter: ({ name, help, labels = [] }) => new Counter({ name, help, labelNames: labels, registers }),
    gauge: ({ name, help, labels = [], collect }) =>
      new Gauge({
        name,
        help,
        labelNames: labels,
        registers,
        ...(collect && {
          async collect(this: Gauge) {
            try {
              await collect(this);
            } catch {
              // What cannot be read now is absent from this scrape; the rest of the page matters most during an outage.
              this.reset();
            }
          },
        }),
      }),
    histogram: ({ name, help, labels = [], buckets = secondsBuckets }) =>
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers }),
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
