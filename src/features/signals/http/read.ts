import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import { needsApiKey } from "#kernel/http/index.ts";
import { AppError } from "#kernel/lib/errors.ts";

import { unknownSignal } from "../errors.ts";
import type { Signals } from "../make-signals.ts";
import { findSignal, listSignals, type SignalFilter, signalTypes } from "../signal.ts";
import { cursorOf, idOfCursor, presentSignal } from "./present.ts";
import { assetName, cursorText, idParams, isoTime, problems, signalSchema, timeframe } from "./schemas.ts";

const query = z.strictObject({
  source: z.string().max(40).optional(),
  type: z.enum(signalTypes).optional(),
  asset: assetName.optional(),
  timeframe: timeframe.optional(),
  model: z.string().max(64).optional(),
  min_confidence: z.coerce.number().min(0).max(100).optional(),
  ended: z.enum(["true", "false"]).optional().describe("only those with an outcome, or without one"),
  from: isoTime.optional(),
  to: isoTime.optional(),
  cursor: cursorText,
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** `GET /api/signals` and `GET /api/signals/{id}`. */
export function readRoutes({ db }: Signals): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const shared = { tags: ["signals"], security: needsApiKey };
    app.get(
      "/signals",
      {
        preHandler: app.requireScope("signals:read"),
        schema: {
          ...shared,
          summary: "Signals, newest first",
          querystring: query,
          response: {
            200: z.object({ signals: z.array(signalSchema), next_cursor: z.string().optional() }),
            ...problems,
          },
        },
      },
      async ({ query: given }) => {
        const found = await listSignals(db, filterOf(given));
        const page = found.slice(0, given.limit);
        const last = page.at(-1);
        return {
          signals: page.map(presentSignal),
          next_cursor: found.length > given.limit && last !== undefined ? cursorOf(last.id) : undefined,
        };
      },
    );
    app.get(
      "/signals/:id",
      {
        preHandler: app.requireScope("signals:read"),
        schema: { ...shared, summary: "One signal", params: idParams, response: { 200: signalSchema, ...problems } },
      },
      async ({ params: { id } }) => {
        const signal = await findSignal(db, id);
        if (signal === undefined) throw new AppError(unknownSignal, { id });
        return presentSignal(signal);
      },
    );
  };
}

function filterOf(given: z.output<typeof query>): SignalFilter {
  return {
    source: given.source,
    types: given.type && [given.type],
    asset: given.asset,
    timeframe: given.timeframe,
    model: given.model,
    minConfidence: given.min_confidence,
    ended: given.ended === undefined ? undefined : given.ended === "true",
    from: given.from === undefined ? undefined : new Date(given.from),
    to: given.to === undefined ? undefined : new Date(given.to),
    beforeId: given.cursor === undefined ? undefined : (idOfCursor(given.cursor) ?? 0),
    // One more than asked for, to see whether there is a next page.
    limit: given.limit + 1,
  };
}
