import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import type { LedgerParts } from "./deps.ts";
import { insertOrder } from "./orders.ts";
import { makePlans } from "./plans.ts";
import { editDedupeKey, type PeriodDeps, tellEntitlement } from "./subscription-periods.ts";
import { listRunning, lockSubscription, runningStates, updateSubscription } from "./subscription-row.ts";
import type { Subscription, Subscriptions, SubscriptionWish } from "./subscription.ts";

type SubscriptionDeps = PeriodDeps & Pick<LedgerParts, "ids" | "settings" | "accounts">;

/** What people and Telegram say of subscriptions. Locks: subscription, then the row of the feature that it entitles to. */
export function makeSubscriptions(deps: SubscriptionDeps): Subscriptions {
  const { clock, jobs, editJob, announce } = deps;
  const wish = async (tx: Tx, before: Subscription, wanted: SubscriptionWish): Promise<Subscription> => {
    await jobs.enqueue(tx, editJob, { orderId: before.orderId }, { dedupeKey: editDedupeKey(before.orderId) });
    return await updateSubscription(tx, before, { at: clock.now(), wanted });
  };
  return {
    plans: makePlans(deps),
    openOrder: async (tx, { userId, plan }) => await insertOrder(tx, deps, { userId, offer: plan, plan }),
    list: listRunning,
    ask: async (tx, { userId, orderId, wish: wanted }) => {
      const before = await lockSubscription(tx, orderId);
      if (before?.userId !== userId || before.telegramId === 0) return { ok: false, reason: "unknown" };
      if (!runningStates.includes(before.state)) return { ok: false, reason: "ended" };
      const isPossible = wanted === "cancel" ? before.state === "active" : before.barred;
      if (before.wanted !== undefined || !isPossible) return { ok: false, reason: "unchanged" };
      return { ok: true, subscription: await wish(tx, before, wanted) };
    },
    abandon: async (tx, userId) => {
      // Also what he has cancelled himself: he could take that up again.
      for (const { orderId } of await listRunning(tx, userId)) {
        const before = await lockSubscription(tx, orderId);
        if (before !== undefined) await wish(tx, before, "cancel");
      }
      await sql`
        update ledger.subscription set telegram_id = null where user_id = ${userId} and wanted is null`.execute(tx);
    },
    note: async (tx, { telegramId, orderId, state }) => {
      const before = await lockSubscription(tx, orderId);
      if (before?.telegramId !== telegramId || !runningStates.includes(before.state) || before.state === state) return;
      const barred = state === "active" ? false : before.barred;
      const subscription = await updateSubscription(tx, before, { at: clock.now(), state, barred });
      await tellEntitlement(tx, deps, subscription);
      await announce(tx, { type: "subscription_changed", subscription, change: reported[state] });
    },
  };
}

const reported = { canceled: "canceled", active: "resumed", failed: "failed" } as const;
