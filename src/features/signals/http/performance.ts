import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import { needsApiKey } from "#kernel/http/index.ts";

import type { Signals } from "../make-signals.ts";
import { readPerformance, type Summary } from "../performance.ts";
import { signalSettings } from "../settings.ts";
import { assetName, problems } from "./schemas.ts";

const summaryFields = {
  count: z.int().describe("signals with an outcome and both prices"),
  wins: z.int(),
  win_rate: z.number().optional().describe("0 to 1"),
  average_percent: z.number().optional(),
  median_percent: z.number().optional(),
  total_percent: z.number(),
  profit_factor: z.number().optional().describe("gains over losses; absent without a loss"),
};
const named = z.array(z.object({ name: z.string(), ...summaryFields }));

const performanceSchema = z.object({
  ...summaryFields,
  max_drawdown_percent: z.number(),
  unpriced: z.int().describe("ended without a known price: in no other number"),
  fee_percent: z.number().describe("taken off each return"),
  by_model: named,
  by_asset: named,
  by_confidence: named.describe("names are lower bounds: 0, 60, 70, 80, 90"),
  equity: z.array(z.object({ at: z.iso.datetime(), total_percent: z.number() })),
});

const dayMs = 86_400_000;

/** `GET /api/signals/performance`: how the signals that have ended have done. */
export function performanceRoutes({ db, clock, settings }: Signals): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      "/signals/performance",
      {
        preHandler: app.requireScope("signals:read"),
        schema: {
          tags: ["signals"],
          security: needsApiKey,
          summary: "How signals have done",
          querystring: z.strictObject({
            days: z.coerce.number().int().min(1).max(3650).default(30),
            asset: assetName.optional(),
            model: z.string().max(64).optional(),
          }),
          response: { 200: performanceSchema, ...problems },
        },
      },
      async ({ query: { days, asset, model } }) => {
        const to = clock.now();
        const from = new Date(to.getTime() - days * dayMs);
        const { feePercent } = await settings.read(signalSettings);
        const found = await readPerformance(db, { from, to, feePercent, asset, model });
        const all = (list: typeof found.byModel) => list.map((each) => ({ name: each.name, ...present(each) }));
        return {
          ...present(found),
          max_drawdown_percent: found.maxDrawdownPercent,
          unpriced: found.unpriced,
          fee_percent: feePercent,
          by_model: all(found.byModel),
          by_asset: all(found.byAsset),
          by_confidence: all(found.byConfidence),
          equity: found.equity.map(({ at, totalPercent }) => ({ at: at.toISOString(), total_percent: totalPercent })),
        };
      },
    );
  };
}

function present(summary: Summary) {
  return {
    count: summary.count,
    wins: summary.wins,
    win_rate: summary.winRate,
    average_percent: summary.averagePercent,
    median_percent: summary.medianPercent,
    total_percent: summary.totalPercent,
    profit_factor: summary.profitFactor,
  };
}
