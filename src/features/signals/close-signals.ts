import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";

import { type RecordOutcomes, recordOutcomes } from "./outcome.ts";
import type { Signal } from "./signal.ts";

export type CloseSignals = RecordOutcomes;

/**
 * A `close` ends what the same source has open in the asset: of the same model if it names one. Its `entry_price` is the
 * price it closes at; without one, the latest posted price not older than the newest of them.
 */
export async function closeSignals(deps: CloseSignals, tx: Tx, close: Signal): Promise<void> {
  const { rows } = await sql<{ id: number; price: string | null }>`
    select signal.id, coalesce(${close.entryPrice ?? null}::numeric, latest.price) as price
    from signals.open_signal as open
    join signals.signal on signal.id = open.signal_id
    left join lateral (
      select price from signals.price
      where asset = signal.asset and at >= signal.generated_at and at <= ${close.createdAt} order by at desc limit 1
    ) as latest on true
    where open.asset = ${close.asset} and signal.source = ${close.source} and signal.id < ${close.id}
      and ${close.sourceModel === undefined ? sql`true` : sql`signal.source_model = ${close.sourceModel}`}
    order by signal.id for update of open`.execute(tx);
  await recordOutcomes(
    deps,
    tx,
    rows.map(({ id, price }) => ({
      signalId: id,
      kind: "closed",
      price: price ?? undefined,
      origin: "signal",
      at: close.generatedAt,
    })),
  );
}
