import { isIPv6 } from "node:net";

import type { FastifyPluginAsync } from "fastify";

import { AppError } from "../../lib/errors.ts";
import type { Metrics } from "../../observability/index.ts";
import { notFound } from "../errors.ts";
import { blockListOf } from "../settings.ts";

/** Prometheus text for callers on the allow-list (`address/prefix`); to everybody else the path does not exist. */
export function metricsRoutes(metrics: Metrics, allowed: readonly string[]): FastifyPluginAsync {
  const list = blockListOf(allowed);
  return async (app) => {
    app.get("/metrics", { config: { rateLimit: false }, schema: { hide: true } }, async (request, reply) => {
      if (!list.check(request.ip, isIPv6(request.ip) ? "ipv6" : "ipv4")) throw new AppError(notFound);
      const { contentType, body } = await metrics.expose();
      return await reply.header("content-type", contentType).send(body);
    });
  };
}
