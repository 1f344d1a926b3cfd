import type { Tx } from "#kernel/db/index.ts";
import { AppError } from "#kernel/lib/errors.ts";

import type { Decimal } from "./decimal.ts";
import { noOutcome, outcomeKnown, signalIsOver } from "./errors.ts";
import { lockSignal } from "./lock-signal.ts";
import { type RecordOutcomes, recordOutcomes } from "./outcome.ts";
import { findSignal, type OutcomeKind, type Signal } from "./signal.ts";

/**
 * How its source says that a signal ended. The same said again changes nothing.
 * @throws AppError `signals.unknown_signal`, `signals.no_outcome`, `signals.is_over`, `signals.outcome_known`.
 */
export async function setOutcome(
  deps: RecordOutcomes,
  tx: Tx,
  of: { readonly id: number; readonly kind: OutcomeKind; readonly price: Decimal | undefined; readonly at: Date },
): Promise<Signal> {
  const { id, kind, at } = of;
  const signal = await lockSignal(tx, id);
  if (signal.type !== "buy" && signal.type !== "sell") throw new AppError(noOutcome);
  if (signal.cancelled !== undefined) throw new AppError(signalIsOver);
  if (signal.outcome !== undefined) {
    if (signal.outcome.kind !== kind) throw new AppError(outcomeKnown);
    return signal;
  }
  const price = of.price ?? (kind === "target" ? signal.targetPrice : kind === "stop" ? signal.stopLoss : undefined);
  await recordOutcomes(deps, tx, [{ signalId: id, kind, price, origin: "api", at }]);
  const ended = await findSignal(tx, id);
  if (ended === undefined) throw new Error("a signal vanished while it was locked");
  return ended;
}
