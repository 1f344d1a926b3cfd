import { AppError } from "#kernel/lib/errors.ts";

import { compareDecimals, type Decimal } from "./decimal.ts";
import { inconsistentSignal } from "./errors.ts";
import type { NewSignal } from "./signal.ts";

/** Clocks differ; what claims to come from further in the future is a mistake. */
const mostAheadMs = 5 * 60_000;

/**
 * Refuses a signal that contradicts itself: a buy whose target lies under its entry, an expiry before its beginning.
 * @param where put before the field's name: `signals.3.` in a list.
 * @throws AppError `signals.inconsistent` with the field and what is expected of it.
 */
export function checkSignal(
  signal: NewSignal,
  { now, where = "" }: { readonly now: Date; readonly where?: string },
): void {
  const { type, entryPrice, targetPrice, stopLoss, generatedAt, expiresAt } = signal;
  const refuse = (field: string, expected: string): never => {
    throw new AppError(inconsistentSignal, { field: `${where}${field}`, expected });
  };
  if (generatedAt.getTime() > now.getTime() + mostAheadMs) refuse("generated_at", "a time that is not in the future");
  if (expiresAt !== undefined && expiresAt <= generatedAt) refuse("expires_at", "a time after generated_at");
  if (type === "close") {
    if (targetPrice !== undefined) refuse("target_price", "nothing: a close has no target");
    if (stopLoss !== undefined) refuse("stop_loss", "nothing: a close has no stop");
  }
  if (type === "buy" || type === "sell") {
    const [over, under] = type === "buy" ? ([1, "above"] as const) : ([-1, "below"] as const);
    const opposite = type === "buy" ? "below" : "above";
    if (isOff(targetPrice, entryPrice, over)) refuse("target_price", `a price ${under} entry_price for a ${type}`);
    if (isOff(entryPrice, stopLoss, over)) refuse("stop_loss", `a price ${opposite} entry_price for a ${type}`);
    if (isOff(targetPrice, stopLoss, over)) refuse("stop_loss", `a price ${opposite} target_price for a ${type}`);
  }
  checkCandles(signal, refuse);
}

/** Whether `price` does not lie on the wanted side of `other`; what is absent is on every side. */
function isOff(price: Decimal | undefined, other: Decimal | undefined, side: 1 | -1): boolean {
  return price !== undefined && other !== undefined && compareDecimals(price, other) !== side;
}

function checkCandles({ candles = [] }: NewSignal, refuse: (field: string, expected: string) => never): void {
  for (const [index, { at, open, high, low, close }] of candles.entries()) {
    const before = candles[index - 1];
    if (before !== undefined && at <= before.at) refuse(`candles.${index}.at`, "a time after the candle before");
    for (const price of [open, close, low]) {
      if (compareDecimals(price, high) > 0) refuse(`candles.${index}.high`, "the highest of its prices");
    }
    for (const price of [open, close]) {
      if (compareDecimals(price, low) < 0) refuse(`candles.${index}.low`, "the lowest of its prices");
    }
  }
}
