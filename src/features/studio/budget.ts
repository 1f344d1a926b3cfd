import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import { alertTopic } from "./notifications.ts";
import { billingSettings } from "./settings.ts";

const microsPerUsd = 1_000_000;

/** What the providers cost today (UTC), jobs that may yet cost included. */
export async function spentTodayUsd(db: Db, now: Date): Promise<number> {
  const { rows } = await sql<{ micros: number }>`
    select coalesce(sum(cost_usd_micros), 0)::bigint as micros from studio.job
    where ordered_at >= date_trunc('day', ${now}::timestamptz at time zone 'UTC') at time zone 'UTC'
      and (submitted_at is not null or finished_at is null)`.execute(db);
  return (rows[0]?.micros ?? 0) / microsPerUsd;
}

/** Whether today's budget is used up; the admins are told once a day, in the transaction that found it. */
export function makeSalesPaused({
  settings,
  clock,
  delivery,
  accounts,
  texts,
}: Pick<Kernel, "settings" | "clock" | "delivery" | "accounts" | "texts">): (tx: Tx) => Promise<boolean> {
  return async (tx) => {
    const { dailyBudgetUsd } = await settings.read(billingSettings);
    if (dailyBudgetUsd === 0) return false;
    const now = clock.now();
    const spent = await spentTodayUsd(tx, now);
    if (spent < dailyBudgetUsd) return false;
    const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
    for (const chatId of accounts.adminChatIds) {
      await delivery.enqueue(tx, {
        chatId,
        topic: alertTopic,
        dedupeKey: `studio.budget:${now.toISOString().slice(0, 10)}:${chatId}`,
        content: {
          kind: "text",
          html: texts("en")("studio-alert-budget", {
            budget: dollars.format(dailyBudgetUsd),
            spent: dollars.format(spent),
          }),
        },
      });
    }
    return true;
  };
}
