import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";

import type { Failure } from "./job-state.ts";

/** What the jobs of the last hour say of a provider, and what it last said of our account. */
export interface ProviderRecord {
  /** Ended within the hour, but for those that people cancelled. */
  readonly ended: number;
  /** Of these by the provider's fault: not what it refused for what was asked. */
  readonly failed: number;
  readonly lastFailure: { readonly failure: Failure; readonly at: Date } | undefined;
  readonly balance: StoredBalance | undefined;
}

export interface StoredBalance {
  /** Undefined: it could not be had. */
  readonly amount: number | undefined;
  /** Such as `credits`; empty when there is no amount. */
  readonly unit: string;
  readonly askedAt: Date;
}

interface RecordRow {
  readonly provider: string;
  readonly ended: number;
  readonly failed: number;
  readonly failure: Failure | null;
  readonly failed_at: Date | null;
}

/** Nobody's fault but theirs. */
const itsFault: readonly Failure[] = ["no_credit", "rate_limited", "outage", "unclear", "lost", "provider"];

/** By provider; one that has made nothing lately and was never asked is missing. */
export async function readProviderRecords(db: Db, now: Date): Promise<ReadonlyMap<string, ProviderRecord>> {
  // No job lives longer than a day: what ended within the hour was ordered within 25.
  const { rows } = await sql<RecordRow>`
    with lately as (
      select provider, finished_at, failure,
        finished_at >= ${now}::timestamptz - interval '1 hour' as counts,
        state = 'expired' or failure = any(${itsFault}::text[]) as is_its_fault
      from studio.job
      where ordered_at >= ${now}::timestamptz - interval '25 hours' and finished_at is not null and state <> 'cancelled'
    )
    select provider, count(*) filter (where counts) as ended, count(*) filter (where counts and is_its_fault) as failed,
      (array_agg(coalesce(failure, 'provider') order by finished_at desc) filter (where is_its_fault))[1] as failure,
      max(finished_at) filter (where is_its_fault) as failed_at
    from lately group by provider`.execute(db);
  const balances = await readBalances(db);
  const jobs = new Map(rows.map((row) => [row.provider, row]));
  return new Map(
    [...new Set([...jobs.keys(), ...balances.keys()])].map((provider) => {
      const { ended = 0, failed = 0, failure = null, failed_at: at = null } = jobs.get(provider) ?? {};
      const lastFailure = failure === null || at === null ? undefined : { failure, at };
      return [provider, { ended, failed, lastFailure, balance: balances.get(provider) }];
    }),
  );
}

async function readBalances(db: Db): Promise<ReadonlyMap<string, StoredBalance>> {
  const { rows } = await sql<{ provider: string; amount: number | null; unit: string; asked_at: Date }>`
    select provider, amount, unit, asked_at from studio.provider_balance`.execute(db);
  return new Map(
    rows.map(({ provider, amount, unit, asked_at: askedAt }) => [
      provider,
      { amount: amount ?? undefined, unit, askedAt },
    ]),
  );
}

export async function storeBalance(tx: Tx, provider: string, balance: StoredBalance): Promise<void> {
  const { amount, unit, askedAt } = balance;
  await sql`
    insert into studio.provider_balance (provider, amount, unit, asked_at)
    values (${provider}, ${amount ?? null}, ${unit}, ${askedAt})
    on conflict (provider) do update set
      amount = excluded.amount, unit = excluded.unit, asked_at = excluded.asked_at`.execute(tx);
}
