import type { z } from "zod";

import type { Signal } from "../signal.ts";
import type { signalSchema } from "./schemas.ts";

/** A signal as the API shows it. */
export function presentSignal(signal: Signal): z.input<typeof signalSchema> {
  const { outcome, cancelled } = signal;
  return {
    id: signal.id,
    source: signal.source,
    type: signal.type,
    asset: signal.asset,
    entry_price: signal.entryPrice,
    target_price: signal.targetPrice,
    stop_loss: signal.stopLoss,
    timeframe: signal.timeframe,
    confidence: signal.confidence,
    source_model: signal.sourceModel,
    performance_category: signal.performanceCategory,
    market_context: signal.marketContext,
    notes: [...signal.notes],
    demo: signal.demo,
    generated_at: signal.generatedAt.toISOString(),
    expires_at: signal.expiresAt?.toISOString(),
    created_at: signal.createdAt.toISOString(),
    corrected_at: signal.correctedAt?.toISOString(),
    cancelled_at: cancelled?.at.toISOString(),
    cancel_reason: cancelled?.reason,
    reached: signal.reached,
    outcome: outcome && {
      kind: outcome.kind,
      price: outcome.price,
      return_percent: outcome.returnPercent,
      origin: outcome.origin,
      at: outcome.at.toISOString(),
    },
  };
}

/** The last id of a page, in the form in which a program hands it back. */
export function cursorOf(id: number): string {
  return Buffer.from(String(id)).toString("base64url");
}

/** Undefined for what `cursorOf` did not make. */
export function idOfCursor(cursor: string): number | undefined {
  const id = Number(Buffer.from(cursor, "base64url").toString());
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
