import { sql } from "kysely";

import { inTransaction, type Tx } from "../db/index.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { LedgerParts } from "./deps.ts";
import { editDedupeKey, type PeriodDeps, renewalGraceMs, tellEntitlement } from "./subscription-periods.ts";
import { lockSubscription, updateSubscription } from "./subscription-row.ts";
import type { Subscription } from "./subscription.ts";

export interface SweepSubscriptionsDeps extends PeriodDeps, Pick<LedgerParts, "db"> {}

const batchSize = 500;
/** The job's own tries are over by then, or it was lost. */
const editQuietMs = 15 * 60_000;

/**
 * Ends what has run out, and takes up what Telegram has not answered. Each in a transaction of its own: a feature that
 * fails keeps nobody else's waiting.
 */
export async function sweepSubscriptions(deps: SweepSubscriptionsDeps, log: Logger): Promise<void> {
  const { db, clock, jobs, editJob } = deps;
  const now = clock.now().getTime();
  const due = await sql<{ order_id: string }>`
    select order_id from ledger.subscription
    where state in ('active', 'canceled', 'failed') and expires_at <= ${new Date(now)}
      and (state <> 'active' or expires_at <= ${new Date(now - renewalGraceMs)})
    order by expires_at, order_id
    limit ${batchSize}`.execute(db);
  for (const { order_id: orderId } of due.rows) {
    try {
      await inTransaction(db, async (tx) => {
        await expire(tx, deps, orderId);
      });
    } catch (error) {
      log.error({ err: toError(error), order: orderId }, "a subscription could not be ended");
    }
  }
  const unanswered = await sql<{ order_id: string }>`
    select order_id from ledger.subscription
    where wanted is not null and changed_at <= ${new Date(now - editQuietMs)}
    order by changed_at
    limit ${batchSize}`.execute(db);
  for (const { order_id: orderId } of unanswered.rows) {
    await inTransaction(db, async (tx) => {
      await jobs.enqueue(tx, editJob, { orderId }, { dedupeKey: editDedupeKey(orderId) });
    });
  }
}

/** It may have been renewed since it was found. Who was told that a renewal failed was told when this comes, too. */
async function expire(tx: Tx, deps: SweepSubscriptionsDeps, orderId: string): Promise<void> {
  const at = deps.clock.now();
  const before = await lockSubscription(tx, orderId);
  if (before === undefined || !hasRunOut(before, at)) return;
  const subscription = await updateSubscription(tx, before, { at, state: "expired" });
  await tellEntitlement(tx, deps, subscription);
  if (before.state === "failed") return;
  await deps.announce(tx, { type: "subscription_changed", subscription, change: "expired" });
}

function hasRunOut({ state, expiresAt }: Subscription, at: Date): boolean {
  if (state === "active") return expiresAt.getTime() + renewalGraceMs <= at.getTime();
  return (state === "canceled" || state === "failed") && expiresAt <= at;
}
