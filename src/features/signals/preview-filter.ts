import { type RawBuilder, sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

import type { Filter } from "./subscriber.ts";

/** How many of the signals of some time would have passed a filter. Hours, mutes and tiers do not count here. */
export async function previewFilter(
  db: Db,
  { filter, from, to }: { readonly filter: Filter; readonly from: Date; readonly to: Date },
): Promise<{ readonly passed: number; readonly total: number }> {
  const { rows } = await sql<{ passed: number; total: number }>`
    select count(*) filter (where ${passes(filter)}) as passed, count(*) as total
    from signals.signal as signal where created_at >= ${from} and created_at < ${to}`.execute(db);
  return rows[0] ?? { passed: 0, total: 0 };
}

function passes({ types, minConfidence, assets, timeframes, models }: Filter): RawBuilder<boolean> {
  const within = (column: RawBuilder<unknown>, list: readonly string[]): RawBuilder<boolean> =>
    list.length === 0 ? sql`true` : sql`coalesce(${column} = any(${list}), false)`;
  return sql`confidence >= ${minConfidence}::numeric and ${within(sql`type`, types)} and ${within(sql`asset`, assets)}
    and ${within(sql`timeframe`, timeframes)}
    and ${within(
      sql`lower(source_model)`,
      models.map((model) => model.toLowerCase()),
    )}`;
}
