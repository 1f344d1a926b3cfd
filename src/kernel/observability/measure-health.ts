import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";

/** Shows each health check as a metric, so that an alert can say which one fails and since when. */
export function measureHealth(metrics: Metrics, health: Pick<Health, "report">): void {
  metrics.gauge({
    name: "telecast_health_ok",
    help: "1 when the part does its work, 0 when its check fails, as /api/health says it",
    labels: ["check"],
    collect: async (gauge) => {
      const { checks } = await health.report();
      for (const [check, { ok }] of Object.entries(checks)) gauge.set({ check }, ok ? 1 : 0);
    },
  });
}
