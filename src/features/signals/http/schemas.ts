import { z } from "zod";

import { problemSchema, storable } from "#kernel/http/index.ts";

import { readDecimal } from "../decimal.ts";
import type { Image } from "../signal-media.ts";
import { type Candle, type NewSignal, outcomeKinds, signalTypes } from "../signal.ts";
import { readTimeframe } from "../timeframe.ts";

const isoTime = z.iso.datetime({ offset: true, error: "expected a time such as 2026-11-21T14:30:00Z" });

export const decimal = z
  .union([z.string().max(40), z.number()])
  .transform((given, context) => {
    const read = readDecimal(given);
    if (read !== undefined) return read;
    const message =
      "expected a number above zero with at most 15 and 18 digits; as text when it has more than 15 in all";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  })
  .describe('a price; as text ("0.00001234") it keeps all its digits');

export const assetName = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._:/!-]*$/u, "expected letters, digits and . _ : / - !, such as BTC/USD")
  .transform((name) => name.toUpperCase());

export const timeframe = z
  .string()
  .max(10)
  .transform((text, context) => {
    const read = readTimeframe(text);
    if (read !== undefined) return read;
    context.addIssue({ code: "custom", message: "expected 15m, 1H, 4H, 1D, 1W or the like" });
    return z.NEVER;
  });

const confidence = z
  .number()
  .min(0)
  .max(100)
  // Kept and shown with two.
  .transform((value) => Math.round(value * 100) / 100);

export const sourceName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, "expected small letters, digits and . _ -, at most 40");

const volume = z.union([z.string().regex(/^\d{1,18}(\.\d{1,18})?$/), z.number().min(0).max(1e18)]).transform(String);

const candle = z
  .strictObject({
    at: z.union([isoTime, z.int().min(0).max(4_102_444_800)]).describe("a time, or seconds since 1970"),
    open: decimal,
    high: decimal,
    low: decimal,
    close: decimal,
    volume: volume.optional(),
  })
  .transform(({ at, volume: amount, ...prices }): Candle => {
    return {
      at: typeof at === "number" ? new Date(at * 1000) : new Date(at),
      ...prices,
      ...(amount !== undefined && { volume: amount }),
    };
  });

const image = z.strictObject({
  content_type: z.enum(["image/png", "image/jpeg", "image/webp"]),
  base64: z.base64(),
});

export const notesList = z.array(storable(1, 500)).max(20);
export const contextText = storable(1, 2000);

export const signalFields = {
  type: z.enum(signalTypes),
  asset: assetName,
  entry_price: decimal.optional(),
  target_price: decimal.optional(),
  stop_loss: decimal.optional(),
  timeframe: timeframe.optional(),
  confidence,
  source: sourceName.optional().describe("who says it; a key that is bound to a source writes as that one only"),
  source_model: storable(1, 64).optional(),
  performance_category: storable(1, 64).optional(),
  market_context: contextText.optional(),
  notes: notesList.default([]),
  generated_at: isoTime,
  expires_at: isoTime.optional().describe("nobody gets it after this"),
  candles: z.array(candle).max(300).optional().describe("drawn as a chart with the three levels"),
};

export const signalBody = z.strictObject({ ...signalFields, image: image.optional() });
export const bulkBody = z.strictObject({ signals: z.array(z.strictObject(signalFields)).min(1).max(500) });

export type SignalBody = z.output<typeof signalBody>;

export function newSignalOf(body: Omit<SignalBody, "image">): NewSignal {
  return {
    type: body.type,
    asset: body.asset,
    entryPrice: body.entry_price,
    targetPrice: body.target_price,
    stopLoss: body.stop_loss,
    timeframe: body.timeframe,
    confidence: body.confidence,
    sourceModel: body.source_model,
    performanceCategory: body.performance_category,
    marketContext: body.market_context,
    notes: body.notes,
    generatedAt: new Date(body.generated_at),
    expiresAt: body.expires_at === undefined ? undefined : new Date(body.expires_at),
    candles: body.candles,
  };
}

export function imageOf({ image: given }: SignalBody): Image | undefined {
  return given && { contentType: given.content_type, body: Buffer.from(given.base64, "base64") };
}

const time = z.iso.datetime();

export const publishedSchema = z.object({
  id: z.int(),
  reached: z.int().describe("chats it was queued for, now or for later"),
});

export const signalSchema = z.object({
  id: z.int(),
  source: z.string(),
  type: z.enum(signalTypes),
  asset: z.string(),
  entry_price: z.string().optional(),
  target_price: z.string().optional(),
  stop_loss: z.string().optional(),
  timeframe: z.string().optional(),
  confidence: z.number(),
  source_model: z.string().optional(),
  performance_category: z.string().optional(),
  market_context: z.string().optional(),
  notes: z.array(z.string()),
  demo: z.boolean(),
  generated_at: time,
  expires_at: time.optional(),
  created_at: time,
  corrected_at: time.optional(),
  cancelled_at: time.optional(),
  cancel_reason: z.string().optional(),
  reached: z.int(),
  outcome: z
    .object({
      kind: z.enum(outcomeKinds),
      price: z.string().optional(),
      return_percent: z.string().optional().describe("of the entry, before fees"),
      origin: z.enum(["api", "signal", "price", "expiry"]),
      at: time,
    })
    .optional(),
});

export const problems = { "4xx": problemSchema };
export const idParams = z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) });
export const cursorText = z.string().max(40).optional();
export { isoTime };
