import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

export interface UsageRow {
  readonly name: string;
  readonly jobs: number;
  readonly delivered: number;
}

/** What a model or a day brought in and cost; for admins' eyes. */
export interface PaidUsage extends UsageRow {
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
  /** Of what a provider has taken on, delivered or not, and of words that were improved. */
  readonly costUsdMicros: number;
  /** Thousandths of a credit that were captured. */
  readonly revenue: bigint;
  readonly byModel: readonly PaidUsage[];
  /** Every day since `from`, also those without a job; names are ISO dates. */
  readonly byDay: readonly PaidUsage[];
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
      (coalesce(sum(cost_usd_micros) filter (where provider_reference is not null), 0) + (
        select coalesce(sum(cost_usd_micros), 0) from studio.improvement where asked_at >= ${from} and asked_at < ${to}
      ))::bigint as "costUsdMicros",
      coalesce(sum(price) filter (where state = 'delivered'), 0)::bigint as revenue
    from studio.job where ordered_at >= ${from} and ordered_at < ${to}`.execute(db);
  const byModel = await sql<PaidRow>`
    select model as name, count(*) as jobs, count(*) filter (where state = 'delivered') as delivered,
      coalesce(sum(price) filter (where state = 'delivered'), 0)::bigint as revenue,
      (coalesce(sum(cost_usd_micros) filter (where provider_reference is not null), 0) + (
        select coalesce(sum(cost_usd_micros), 0) from studio.improvement as words
        where words.model = job.model and asked_at >= ${from} and asked_at < ${to}
      ))::bigint as "costUsdMicros"
    from studio.job where ordered_at >= ${from} and ordered_at < ${to} group by model order by 2 desc, 1`.execute(db);
  const byDay = await sql<PaidRow>`
    select day::date::text as name, count(job.id) as jobs, count(job.id) filter (where state = 'delivered') as delivered,
      coalesce(sum(price) filter (where state = 'delivered'), 0)::bigint as revenue,
      (coalesce(sum(cost_usd_micros) filter (where provider_reference is not null), 0) + (
        select coalesce(sum(cost_usd_micros), 0) from studio.improvement
        where asked_at at time zone ${timeZone} >= day and asked_at at time zone ${timeZone} < day + interval '1 day'
          and asked_at >= ${from} and asked_at < ${to}
      ))::bigint as "costUsdMicros"
    from generate_series(
      date_trunc('day', ${from}::timestamptz at time zone ${timeZone}),
      ${to}::timestamptz at time zone ${timeZone}, interval '1 day') as day
    left join studio.job as job
      on job.ordered_at at time zone ${timeZone} >= day and job.ordered_at at time zone ${timeZone} < day + interval '1 day'
      and job.ordered_at >= ${from} and job.ordered_at < ${to}
    group by day order by day`.execute(db);
  const [row] = totals.rows;
  if (row === undefined) throw new Error("an aggregate gave no row");
  return {
    ...row,
    revenue: BigInt(row.revenue),
    byModel: byModel.rows.map(paidUsage),
    byDay: byDay.rows.map(paidUsage),
  };
}

type PaidRow = Omit<PaidUsage, "revenue"> & { readonly revenue: number };

function paidUsage({ revenue, ...row }: PaidRow): PaidUsage {
  return { ...row, revenue: BigInt(revenue) };
}

/** Midnight at the beginning of the first of so many days, today included. */
export async function firstMoment(
  db: Db,
  { now, days, timeZone }: { readonly now: Date; readonly days: number; readonly timeZone: string },
): Promise<Date> {
  const { rows } = await sql<{ from: Date }>`
    select (date_trunc('day', ${now}::timestamptz at time zone ${timeZone}) - ${days - 1} * interval '1 day')
      at time zone ${timeZone} as "from"`.execute(db);
  return rows[0]?.from ?? now;
}
