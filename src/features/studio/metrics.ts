import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";
import type { Counter, Histogram, Metrics } from "#kernel/observability/index.ts";

import { readCircuits } from "./circuit-store.ts";

export interface StudioMetrics {
  /** By end and provider. */
  readonly ended: Counter;
  /** What providers charge for the jobs that ended, in USD. */
  readonly cost: Counter;
  /** Jobs that were handed to a provider, by why it was this one. */
  readonly offers: Counter;
  /** Calls to providers, by provider and what was asked. */
  readonly providerSeconds: Histogram;
  /** Calls that failed, by provider and how. */
  readonly providerErrors: Counter;
}

export function makeStudioMetrics(metrics: Metrics, db: Db): StudioMetrics {
  metrics.gauge({
    name: "telecast_studio_jobs",
    help: "Videos on their way, by state and provider",
    labels: ["state", "provider"],
    collect: async (gauge) => {
      const { rows } = await sql<{ state: string; provider: string; count: number }>`
        select state, provider, count(*) from studio.job where finished_at is null group by 1, 2`.execute(db);
      gauge.reset();
      for (const { state, provider, count } of rows) gauge.set({ state, provider }, count);
    },
  });
  metrics.gauge({
    name: "telecast_studio_provider_out",
    help: "Providers that new videos are kept from, 1 while they are; 0 once they work again",
    labels: ["provider"],
    collect: async (gauge) => {
      gauge.reset();
      for (const [provider, { state }] of await readCircuits(db)) gauge.set({ provider }, state === "closed" ? 0 : 1);
    },
  });
  return {
    offers: metrics.counter({
      name: "telecast_studio_offers_total",
      help: "Videos that were handed to a provider, by why it was this one",
      labels: ["provider", "reason"],
    }),
    ended: metrics.counter({
      name: "telecast_studio_jobs_ended_total",
      help: "Videos that came to an end, by how and by provider",
      labels: ["state", "provider"],
    }),
    cost: metrics.counter({
      name: "telecast_studio_cost_usd_total",
      help: "What providers charge for the videos that came to an end, by provider",
      labels: ["provider"],
    }),
    providerSeconds: metrics.histogram({
      name: "telecast_studio_provider_seconds",
      help: "Time that calls to video providers took",
      labels: ["provider", "call"],
    }),
    providerErrors: metrics.counter({
      name: "telecast_studio_provider_errors_total",
      help: "Calls to video providers that failed, by how",
      labels: ["provider", "kind"],
    }),
  };
}
