import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

export interface UsageRow {
  readonly name: string;
  readonly jobs: number;
  readonly delivered: number;
}

/** What a model brought in and cost; for admins' eyes. */
export interface ModelUsage extends UsageRow {
  /** Thousandths of a credit that were captured. */
  readonly revenue: bigint;
  readonly costUsdMicros: number;
}

/** Usage over all people since a day. Money is for admins' eyes. */
export interface Usage {
  readonly jobs: number;
  readonly ended: number;
  readonly delivered: number;
  readonly people: number;
  readonly videoSeconds: number;
  readonly promptTokens: number;
  /** Of what a provider has taken on, delivered or not. */
  readonly costUsdMicros: number;
  /** Thousandths of a credit that were captured. */
  readonly revenue: bigint;
  readonly byModel: readonly ModelUsage[];
  /** Every day since `from`, also those without a job; names are ISO dates. */
  readonly byDay: readonly UsageRow[];
}

/** @param from the first moment that counts. @param timeZone whose calendar the days follow. */
export async function readUsage(
  db: Db,
  { from, to, timeZone }: { readonly from: Date; readonly to: Date; readonly timeZone: string },
): Promise<Usage> {
  const totals = await sql<Omit<Usage, "byModel" | "byDay" | "revenue"> & { revenue: number }>`
    select count(*) as jobs,
      count(*) filter (where finished_at is not null) as ended,
      count(*) filter (where state = 'delivered') as delivered,
      count(distinct user_id) as people,
      coalesce(sum(duration_seconds) filter (where state = 'delivered'), 0) as "videoSeconds",
      coalesce(sum(prompt_tokens), 0) as "promptTokens",
      coalesce(sum(cost_usd_micros) filter (where provider_reference is not null), 0)::bigint as "costUsdMicros",
      coalesce(sum(price) filter (where state = 'delivered'), 0)::bigint as revenue
    from studio.job where ordered_at >= ${from} and ordered_at < ${to}`.execute(db);
  const byModel = await sql<Omit<ModelUsage, "revenue"> & { revenue: number }>`
    select model as name, count(*) as jobs, count(*) filter (where state = 'delivered') as delivered,
      coalesce(sum(price) filter (where state = 'delivered'), 0)::bigint as revenue,
      coalesce(sum(cost_usd_micros) filter (where provider_reference is not null), 0)::bigint as "costUsdMicros"
    from studio.job where ordered_at >= ${from} and ordered_at < ${to} group by model order by 2 desc, 1`.execute(db);
  const byDay = await sql<UsageRow>`
    select day::date::text as name, count(job.id) as jobs, count(job.id) filter (where state = 'delivered') as delivered
    from generate_series(
      date_trunc('day', ${from}::timestamptz at time zone ${timeZone}),
      ${to}::timestamptz at time zone ${timeZone}, interval '1 day') as day
    left join studio.job as job
      on job.ordered_at at time zone ${timeZone} >= day and job.ordered_at at time zone ${timeZone} < day + interval '1 day'
      and job.ordered_at >= ${from} and job.ordered_at < ${to}
    group by day order by day`.execute(db);
  const [row] = totals.rows;
  if (row === undefined) throw new Error("an aggregate gave no row");
  const models = byModel.rows.map((model) => ({ ...model, revenue: BigInt(model.revenue) }));
  return { ...row, revenue: BigInt(row.revenue), byModel: models, byDay: byDay.rows };
}
