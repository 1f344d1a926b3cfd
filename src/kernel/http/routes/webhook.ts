import type { FastifyPluginAsync } from "fastify";

import { AppError } from "../../lib/errors.ts";
import { unauthorized } from "../errors.ts";

/** What the inbox offers to whoever receives its webhook. */
export interface WebhookReceiver {
  /** Stores the update before it answers. `unauthorized`: wrong or absent secret, nothing stored. */
  readonly receive: (body: unknown, secret: string | undefined) => Promise<"stored" | "unauthorized" | "malformed">;
}

/** `POST /api/telegram/webhook`: updates from Telegram, stored before the 200. */
export function webhookRoutes(receiver: WebhookReceiver): FastifyPluginAsync {
  return async (app) => {
    app.post(
      "/api/telegram/webhook",
      { config: { rateLimit: false }, schema: { summary: "Updates from Telegram", tags: ["telegram"] } },
      async (request, reply) => {
        const secret = request.headers["x-telegram-bot-api-secret-token"];
        const outcome = await receiver.receive(request.body, typeof secret === "string" ? secret : undefined);
        if (outcome === "unauthorized") throw new AppError(unauthorized);
        return await reply.code(outcome === "stored" ? 200 : 400).send({});
      },
    );
  };
}
