import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import type { Health } from "../../observability/index.ts";

const report = z.object({
  status: z.enum(["ok", "failing"]),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
});

/** `/livez`: the process answers. `/readyz` and `/api/health`: it does its work (503 when it does not). */
export function healthRoutes(health: Health): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      "/livez",
      { config: { rateLimit: false }, schema: { response: { 200: z.object({ status: z.literal("ok") }) } } },
      async () => ({
        status: "ok" as const,
      }),
    );
    for (const path of ["/api/health", "/readyz"]) {
      app.get(
        path,
        {
          config: { rateLimit: false },
          schema: {
            summary: "Whether every part does its work",
            tags: ["operations"],
            response: { 200: report, 503: report },
          },
        },
        async (_request, reply) => {
          const { ok, checks } = await health.report();
          return await reply.code(ok ? 200 : 503).send({ status: ok ? "ok" : "failing", checks });
        },
      );
    }
  };
}
