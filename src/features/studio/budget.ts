import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { AlertAdmins } from "./alert-admins.ts";
import { formatDollars } from "./dollars.ts";
import type { Failure } from "./job-state.ts";
import { billingSettings } from "./settings.ts";

/** What surely was not taken: nobody charges for it. The other ways to fail and to end may have been paid for. */
const untaken: readonly Failure[] = ["moderation", "bad_input", "no_credit", "unsupported", "rate_limited", "outage"];

/** What videos and words cost today (UTC), in millionths of a dollar; jobs that may have cost, or may yet, included. */
async function spentToday(db: Db, now: Date): Promise<number> {
  const midnight = sql`date_trunc('day', ${now}::timestamptz at time zone 'UTC') at time zone 'UTC'`;
  const { rows } = await sql<{ micros: number }>`
    select ((
      select coalesce(sum(cost_usd_micros), 0) from studio.job
      where ordered_at >= ${midnight} and (
        finished_at is null or provider_reference is not null
        or (submitted_at is not null and (failure = any(${untaken}::text[])) is not true))
    ) + (
      select coalesce(sum(cost_usd_micros), 0) from studio.improvement where asked_at >= ${midnight}
    ))::bigint as micros`.execute(db);
  return rows[0]?.micros ?? 0;
}

/** Whether today's budget is used up; the admins are told once a day, in the transaction that found it. */
export function makeSalesPaused({
  settings,
  clock,
  alertAdmins,
}: Pick<Kernel, "settings" | "clock"> & { readonly alertAdmins: AlertAdmins }): (tx: Tx) => Promise<boolean> {
  return async (tx) => {
    const { dailyBudgetUsd } = await settings.read(billingSettings);
    if (dailyBudgetUsd === 0) return false;
    const now = clock.now();
    const budget = dailyBudgetUsd * 1_000_000;
    const spent = await spentToday(tx, now);
    if (spent < budget) return false;
    await alertAdmins(tx, {
      key: `studio.budget:${now.toISOString().slice(0, 10)}`,
      text: (t) =>
        t("studio-alert-budget", {
          budget: formatDollars(budget, t.language),
          spent: formatDollars(spent, t.language),
        }),
    });
    return true;
  };
}
