import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";

import type { Decimal } from "./decimal.ts";
import type { OutcomeKind, OutcomeOrigin } from "./signal.ts";

export interface RecordOutcomes {
  readonly clock: Clock;
  /** Has what was delivered shown as it is now, and told what has become of it; in the background. */
  readonly showSignal: (tx: Tx, signalId: number) => Promise<void>;
}

export interface NewOutcome {
  readonly signalId: number;
  readonly kind: OutcomeKind;
  readonly price: Decimal | undefined;
  readonly origin: OutcomeOrigin;
  readonly at: Date;
}

/**
 * Ends signals that are open: each once, whoever comes first (the row of `open_signal` is taken away by one only).
 * @returns the ids of those that were.
 */
export async function recordOutcomes(
  { clock, showSignal }: RecordOutcomes,
  tx: Tx,
  outcomes: readonly NewOutcome[],
): Promise<readonly number[]> {
  if (outcomes.length === 0) return [];
  const { rows } = await sql<{ signal_id: number }>`
    with given as (
      select * from unnest(
        ${outcomes.map(({ signalId }) => signalId)}::bigint[], ${outcomes.map(({ kind }) => kind)}::text[],
        ${outcomes.map(({ price }) => price ?? null)}::numeric[], ${outcomes.map(({ origin }) => origin)}::text[],
        ${outcomes.map(({ at }) => at)}::timestamptz[]) as given (signal_id, kind, price, origin, at)
    ), ended as (
      delete from signals.open_signal as open using given where open.signal_id = given.signal_id
      returning open.signal_id
    )
    insert into signals.outcome (signal_id, kind, price, return_percent, origin, at, recorded_at, asset, source_model,
      confidence, demo)
    select signal.id, given.kind, given.price, signals.return_percent(signal.type, signal.entry_price, given.price),
      given.origin, given.at, ${clock.now()}::timestamptz, signal.asset, signal.source_model, signal.confidence, signal.demo
    from ended join given using (signal_id) join signals.signal on signal.id = ended.signal_id
    returning signal_id`.execute(tx);
  for (const { signal_id: id } of rows) await showSignal(tx, id);
  return rows.map(({ signal_id: id }) => id);
}
