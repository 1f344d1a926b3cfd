import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import { type Answer, idempotently, needsApiKey } from "#kernel/http/index.ts";

import type { Signals } from "../make-signals.ts";
import { tellPrices } from "../prices.ts";
import { assetName, decimal, isoTime, problems, sourceName } from "./schemas.ts";
import { writerOf } from "./writer.ts";

const one = z.strictObject({ asset: assetName, price: decimal, at: isoTime.optional().describe("now without it") });
const body = z.union([one, z.strictObject({ prices: z.array(one).min(1).max(1000), source: sourceName.optional() })]);
const answerSchema = z.object({
  stored: z.int().describe("new ones: a price for the same asset and time is kept once"),
  outcomes: z.int().describe("signals that ended"),
  alerts: z.int().describe("price alerts that fired"),
});

/** `POST /api/prices`: one price or up to 1000. Signals hit their targets and stops, price alerts fire. */
export function priceRoutes(signals: Signals): FastifyPluginAsync {
  const { db, clock } = signals;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.post(
      "/prices",
      {
        preHandler: app.requireScope("signals:write"),
        schema: {
          tags: ["signals"],
          security: needsApiKey,
          summary: "Post prices: outcomes and price alerts follow from them",
          body,
          response: { 201: answerSchema, ...problems },
        },
      },
      async (request, reply) => {
        const given = "prices" in request.body ? request.body : { prices: [request.body], source: undefined };
        const source = await writerOf(db, request, given.source);
        const now = clock.now();
        const prices = given.prices.map(({ asset, price, at }) => {
          return { asset, price, at: at === undefined ? now : new Date(at) };
        });
        const answer = await idempotently(db, request, async (tx): Promise<Answer> => {
          return { status: 201, body: await tellPrices(signals, tx, { prices, source }) };
        });
        return await reply.code(201).send(answer.body as z.output<typeof answerSchema>);
      },
    );
  };
}
