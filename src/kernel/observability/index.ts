export { createHealth, type Health, type HealthCheck, type HealthReport, type HealthResult } from "./health.ts";
export { createLogger, type Logger, silentLogger } from "./log.ts";
export { measureHealth } from "./measure-health.ts";
export { createStallWatch, type StallWatch, type WorkSeen } from "./stall-watch.ts";
export { type Counter, createMetrics, type Gauge, type Histogram, type Metrics, secondsBuckets } from "./metrics.ts";
