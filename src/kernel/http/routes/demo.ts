import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import type { FeatureParts } from "../../feature.ts";
import { AppError } from "../../lib/errors.ts";
import { demoRunning, notFound, otherSite } from "../errors.ts";

const played = z.object({ past: z.int(), sent: z.int(), reached: z.int() });

/**
 * The demo as a button of the sandbox's page, which asks with GET whether there is one. The sandbox knows nothing of
 * features, so the program answers among its addresses. One run at a time, for no page but that one. Mounted only where
 * the sandbox is: a demo has no place beside a real bot.
 * @param demo absent: no feature has one, and POST answers 404.
 */
export function demoRoutes(demo: FeatureParts["demo"]): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const options = { config: { rateLimit: false } } as const;
    let isRunning = false;
    app.get(path, { ...options, schema: { hide: true } }, async () => ({ available: demo !== undefined }));
    const schema = { hide: true, response: { 200: played } };
    app.post(path, { ...options, schema, preHandler: refuseOtherSites }, async () => {
      if (demo === undefined) throw new AppError(notFound);
      if (isRunning) throw new AppError(demoRunning);
      isRunning = true;
      try {
        return await demo();
      } finally {
        isRunning = false;
      }
    });
  };
}

const path = "/sandbox/api/demo";

/** Browsers tell with every POST which site it comes from; what is no browser cannot be made to ask by a site. */
async function refuseOtherSites({ headers: { origin }, host }: FastifyRequest): Promise<void> {
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  if (!isOwn) throw new AppError(otherSite);
}
