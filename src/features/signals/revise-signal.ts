import { type RawBuilder, sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import type { Delivery } from "#kernel/delivery/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import { AppError } from "#kernel/lib/errors.ts";

import { checkSignal } from "./check-signal.ts";
import type { Decimal } from "./decimal.ts";
import { signalIsOver } from "./errors.ts";
import { lockSignal } from "./lock-signal.ts";
import type { RecordOutcomes } from "./outcome.ts";
import { findSignal, type Signal } from "./signal.ts";

export interface ReviseDeps extends RecordOutcomes {
  readonly delivery: Pick<Delivery, "batches">;
  readonly clock: Clock;
}

/** What may be put right. What it is about (type, asset) is not: that would be another signal. `null` takes it away. */
export interface Correction {
  readonly entryPrice?: Decimal | null | undefined;
  readonly targetPrice?: Decimal | null | undefined;
  readonly stopLoss?: Decimal | null | undefined;
  readonly timeframe?: string | null | undefined;
  readonly confidence?: number | undefined;
  readonly marketContext?: string | null | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly expiresAt?: Date | null | undefined;
}

/**
 * Puts a signal right. Who has got it sees it edited, who still waits gets it as it is now. To whom it goes stays as it
 * was decided when it came.
 * @throws AppError `signals.unknown_signal`, `signals.is_over`, `signals.inconsistent`.
 */
export async function correctSignal(
  deps: ReviseDeps,
  tx: Tx,
  { id, correction }: { readonly id: number; readonly correction: Correction },
): Promise<Signal> {
  const now = deps.clock.now();
  const before = await lockOpen(tx, id);
  checkSignal(corrected(before, correction), { now });
  const assignments = assignmentsOf(correction);
  if (assignments.length === 0) return before;
  await sql`
    update signals.signal set ${sql.join([sql`corrected_at = ${now}`, ...assignments])} where id = ${id}`.execute(tx);
  if (correction.expiresAt !== undefined) {
    await sql`
      update signals.open_signal set expires_at = ${correction.expiresAt} where signal_id = ${id}`.execute(tx);
  }
  await deps.showSignal(tx, id);
  return await readAgain(tx, id);
}

/**
 * Takes a signal back: who has got it sees that, who still waits does not get it. A second time changes nothing.
 * @throws AppError `signals.unknown_signal`, `signals.is_over` when it has an outcome.
 */
export async function cancelSignal(
  deps: ReviseDeps,
  tx: Tx,
  { id, reason }: { readonly id: number; readonly reason: string | undefined },
): Promise<Signal> {
  const known = await lockSignal(tx, id);
  if (known.cancelled !== undefined) return known;
  if (known.outcome !== undefined) throw new AppError(signalIsOver);
  await sql`
    update signals.signal set cancelled_at = ${deps.clock.now()}, cancel_reason = ${reason ?? null}
    where id = ${id}`.execute(tx);
  await sql`delete from signals.open_signal where signal_id = ${id}`.execute(tx);
  await deps.showSignal(tx, id);
  // Here and not in the background: nobody gets it after the answer to this request.
  const { rows } = await sql<{ content_id: number }>`
    select content_id from signals.content where signal_id = ${id}`.execute(tx);
  await deps.delivery.batches.withdraw(
    tx,
    rows.map(({ content_id: contentId }) => contentId),
    "withdrawn",
  );
  return await readAgain(tx, id);
}

async function lockOpen(tx: Tx, id: number): Promise<Signal> {
  const signal = await lockSignal(tx, id);
  if (signal.cancelled !== undefined || signal.outcome !== undefined) throw new AppError(signalIsOver);
  return signal;
}

async function readAgain(tx: Tx, id: number): Promise<Signal> {
  const signal = await findSignal(tx, id);
  if (signal === undefined) throw new Error("a signal vanished while it was locked");
  return signal;
}

function corrected(before: Signal, correction: Correction): Signal {
  const given = Object.entries(correction).filter(([, value]) => value !== undefined);
  return { ...before, ...Object.fromEntries(given.map(([name, value]) => [name, value ?? undefined])) };
}

function assignmentsOf(correction: Correction): readonly RawBuilder<unknown>[] {
  const { entryPrice, targetPrice, stopLoss, timeframe, confidence, marketContext, notes, expiresAt } = correction;
  return [
    entryPrice !== undefined && sql`entry_price = ${entryPrice}::numeric`,
    targetPrice !== undefined && sql`target_price = ${targetPrice}::numeric`,
    stopLoss !== undefined && sql`stop_loss = ${stopLoss}::numeric`,
    timeframe !== undefined && sql`timeframe = ${timeframe}`,
    confidence !== undefined && sql`confidence = ${confidence}::numeric`,
    marketContext !== undefined && sql`market_context = ${marketContext}`,
    notes !== undefined && sql`notes = ${notes}`,
    expiresAt !== undefined && sql`expires_at = ${expiresAt}`,
  ].filter((assignment) => assignment !== false);
}
