import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import { needsApiKey, storable } from "#kernel/http/index.ts";

import type { Signals } from "../make-signals.ts";
import { cancelSignal, correctSignal } from "../revise-signal.ts";
import { setOutcome } from "../set-outcome.ts";
import { outcomeKinds } from "../signal.ts";
import { presentSignal } from "./present.ts";
import {
  contextText,
  decimal,
  idParams,
  isoTime,
  notesList,
  problems,
  signalFields,
  signalSchema,
  timeframe,
} from "./schemas.ts";
import { writableSignal } from "./writer.ts";

const outcomeBody = z.strictObject({
  kind: z.enum(outcomeKinds),
  price: decimal.optional().describe("the target's or the stop's own price without it"),
  at: isoTime.optional().describe("now without it"),
});

const correctionBody = z
  .strictObject({
    entry_price: decimal.nullable(),
    target_price: decimal.nullable(),
    stop_loss: decimal.nullable(),
    timeframe: timeframe.nullable(),
    confidence: signalFields.confidence,
    market_context: contextText.nullable(),
    notes: notesList,
    expires_at: isoTime.nullable(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, "expected at least one field");

/** What its source says of a signal later: its outcome, a correction, its end. */
export function revisionRoutes(signals: Signals): FastifyPluginAsync {
  const { db } = signals;
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const shared = { tags: ["signals"], security: needsApiKey };
    const writing = { ...shared, params: idParams, response: { 200: signalSchema, ...problems } };
    app.post(
      "/signals/:id/outcome",
      {
        preHandler: app.requireScope("signals:write"),
        schema: { ...writing, summary: "Say how a signal ended", body: outcomeBody },
      },
      async (request, _reply) => {
        const { params, body } = request;
        await writableSignal(db, request, params.id);
        const at = body.at === undefined ? signals.clock.now() : new Date(body.at);
        const outcome = { id: params.id, kind: body.kind, price: body.price, at };
        return presentSignal(await inTransaction(db, async (tx) => await setOutcome(signals, tx, outcome)));
      },
    );
    app.patch(
      "/signals/:id",
      {
        preHandler: app.requireScope("signals:write"),
        schema: { ...writing, summary: "Put a signal right: messages are edited", body: correctionBody },
      },
      async (request, _reply) => {
        const { params, body } = request;
        await writableSignal(db, request, params.id);
        const correction = {
          entryPrice: body.entry_price,
          targetPrice: body.target_price,
          stopLoss: body.stop_loss,
          timeframe: body.timeframe,
          confidence: body.confidence,
          marketContext: body.market_context,
          notes: body.notes,
          expiresAt: typeof body.expires_at === "string" ? new Date(body.expires_at) : body.expires_at,
        };
        return presentSignal(
          await inTransaction(db, async (tx) => await correctSignal(signals, tx, { id: params.id, correction })),
        );
      },
    );
    app.post(
      "/signals/:id/cancel",
      {
        preHandler: app.requireScope("signals:write"),
        schema: {
          ...writing,
          summary: "Take a signal back: messages are edited, what waits is not sent",
          body: z.strictObject({ reason: storable(1, 200).optional() }).nullish(),
        },
      },
      async (request, _reply) => {
        const { params, body } = request;
        await writableSignal(db, request, params.id);
        const cancel = { id: params.id, reason: body?.reason };
        return presentSignal(await inTransaction(db, async (tx) => await cancelSignal(signals, tx, cancel)));
      },
    );
  };
}
