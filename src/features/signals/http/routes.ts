import type { FastifyPluginAsync } from "fastify";

import type { Signals } from "../make-signals.ts";
import { deliveryRoutes } from "./deliveries.ts";
import { performanceRoutes } from "./performance.ts";
import { priceRoutes } from "./prices.ts";
import { publishRoutes } from "./publish.ts";
import { readRoutes } from "./read.ts";
import { revisionRoutes } from "./revisions.ts";
import { sourceRoutes } from "./sources.ts";
import { subscriberRoutes } from "./subscribers.ts";
import { tradingViewRoutes } from "./tradingview.ts";

/** Each in a scope of its own: the hook reads bodies in its own way. */
export function signalsRoutes(signals: Signals): FastifyPluginAsync {
  const all = [
    publishRoutes,
    readRoutes,
    revisionRoutes,
    deliveryRoutes,
    priceRoutes,
    performanceRoutes,
    sourceRoutes,
    subscriberRoutes,
    tradingViewRoutes,
  ];
  return async (app) => {
    for (const routes of all) await app.register(routes(signals));
  };
}
