import { BlockList, isIPv6 } from "node:net";

import type { FastifyPluginAsync } from "fastify";

import { AppError } from "../../lib/errors.ts";
import type { Metrics } from "../../observability/index.ts";
import { notFound } from "../errors.ts";

/** Prometheus text for callers on the allow-list (`address/prefix`); to everybody else the path does not exist. */
export function metricsRoutes(metrics: Metrics, allowed: readonly string[]): FastifyPluginAsync {
  const list = new BlockList();
  for (const range of allowed) {
    const [address = "", prefix] = range.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    list.addSubnet(address, Number(prefix ?? (family === "ipv6" ? 128 : 32)), family);
  }
  return async (app) => {
    app.get("/metrics", { config: { rateLimit: false }, schema: { hide: true } }, async (request, reply) => {
      if (!list.check(request.ip, isIPv6(request.ip) ? "ipv6" : "ipv4")) throw new AppError(notFound);
      const { contentType, body } = await metrics.expose();
      return await reply.header("content-type", contentType).send(body);
    });
  };
}
