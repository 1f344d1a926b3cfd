import { sql } from "kysely";
import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";

import { type RecordOutcomes, recordOutcomes } from "../outcome.ts";
import { signalSettings } from "../settings.ts";
import { type NoteSource, tellSilences } from "../sources.ts";

export interface SweepDeps extends RecordOutcomes, NoteSource, Pick<Kernel, "db" | "settings"> {}

/** So many end in one transaction. */
const atOnce = 500;
/** Rows deleted in one statement, so that no lock is held for long. */
const batch = 10_000;

const hookDays = 7;

/** Each minute: ends what has expired, tells of silent sources, forgets old prices. */
export function makeSweepSignals(deps: SweepDeps): Job<Record<string, never>> {
  const { db, clock, settings } = deps;
  return defineJob({
    name: "signals.sweep",
    payload: z.strictObject({}),
    run: async () => {
      const now = clock.now();
      for (let ended = atOnce; ended === atOnce;) ended = await expire(deps, now);
      await inTransaction(db, async (tx) => await tellSilences(deps, tx, now));
      const { priceDays } = await settings.read(signalSettings);
      await sql`
        delete from signals.price where ctid in (
          select ctid from signals.price
          where at < ${now}::timestamptz - make_interval(days => ${priceDays}::int) limit ${batch}
        )`.execute(db);
      await sql`
        delete from signals.hook_call where at < ${now}::timestamptz - make_interval(days => ${hookDays}::int)`.execute(
        db,
      );
    },
  });
}

/** At the last price that was posted while it was open; without one, nobody knows what it would have earned. */
async function expire(deps: SweepDeps, now: Date): Promise<number> {
  return await inTransaction(deps.db, async (tx) => {
    const { rows } = await sql<{ signal_id: number; expires_at: Date; price: string | null }>`
      select open.signal_id, open.expires_at, latest.price
      from signals.open_signal as open
      join signals.signal on signal.id = open.signal_id
      left join lateral (
        select price from signals.price
        where asset = open.asset and at >= signal.generated_at and at <= open.expires_at order by at desc limit 1
      ) as latest on true
      where open.expires_at <= ${now}
      order by open.expires_at limit ${atOnce} for update of open skip locked`.execute(tx);
    await recordOutcomes(
      deps,
      tx,
      rows.map(({ signal_id: signalId, expires_at: at, price }) => {
        return { signalId, kind: "expired", price: price ?? undefined, origin: "expiry", at };
      }),
    );
    return rows.length;
  });
}
