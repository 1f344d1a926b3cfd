import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import type { Health } from "../../observability/index.ts";

const report = z.object({
  status: z.enum(["ok", "failing"]),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
});

/**
 * `/livez`: the process answers. `/readyz`: it can take requests, whatever becomes of Telegram. `/api/health`: every part
 * does its work. The last two are 503 when it is not so.
 */
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
    for (const { path, summary, ask } of [
      { path: "/api/health", summary: "Whether every part does its work", ask: health.report },
      {
        path: "/readyz",
        summary: "Whether requests can be taken, whatever becomes of Telegram",
        ask: health.readiness,
      },
    ]) {
      app.get(
        path,
        {
          config: { rateLimit: false },
          schema: {
            summary,
            tags: ["operations"],
            response: { 200: report, 503: report },
          },
        },
        async (_request, reply) => {
          const { ok, checks } = await ask();
          return await reply.code(ok ? 200 : 503).send({ status: ok ? "ok" : "failing", checks });
        },
      );
    }
  };
}
