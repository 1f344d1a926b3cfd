import { sql } from "kysely";
import { z } from "zod";

import { inTransaction, type Tx } from "../db/index.ts";
import { defineJob, type Job } from "../jobs/index.ts";
import type { LedgerParts } from "./deps.ts";
import type { ReportDrift } from "./findings.ts";
import { findSubscription, lockSubscription, updateSubscription } from "./subscription-row.ts";
import type { Subscription, SubscriptionChange } from "./subscription.ts";

/** What the job is given. */
export interface EditTask {
  readonly orderId: string;
}

export interface EditDeps extends Pick<LedgerParts, "db" | "clock" | "gateway" | "failureOf" | "announce"> {
  readonly reportDrift: ReportDrift;
}

/**
 * Asks Telegram what the subscription's row wants asked: read the wish → call → note the outcome. No transaction spans the
 * call. It sets a value, so asking again does no harm: after an unclear answer or a death the next run simply repeats it.
 */
export function makeEditJob(deps: EditDeps): Job<EditTask> {
  return defineJob({
    name: "ledger.edit-subscription",
    payload: z.object({ orderId: z.string() }),
    timeoutSeconds: 120,
    concurrency: 2,
    run: async ({ orderId }) => {
      await pursue(deps, orderId);
    },
  });
}

async function pursue(deps: EditDeps, orderId: string): Promise<void> {
  const { db, gateway, failureOf } = deps;
  const subscription = await findSubscription(db, orderId);
  if (subscription?.wanted === undefined || subscription.telegramId === 0) return;
  const { telegramId, chargeId, wanted } = subscription;
  let isDone = true;
  try {
    await gateway.editSubscription(telegramId, chargeId, { isCanceled: wanted === "cancel" });
  } catch (error) {
    if (failureOf(error) !== "refused") throw error;
    isDone = false;
  }
  await inTransaction(db, async (tx) => {
    const now = await lockSubscription(tx, orderId);
    // Another run has noted the answer.
    if (now?.wanted !== wanted) return;
    await (isDone ? noteDone(tx, deps, now) : noteRefused(tx, deps, now));
    // Of a person who was forgotten meanwhile, the id was kept for this call.
    await sql`
      update ledger.subscription set telegram_id = star_order.telegram_id
      from ledger.star_order where star_order.id = order_id and order_id = ${orderId}`.execute(tx);
  });
}

async function noteDone(tx: Tx, { clock, announce }: EditDeps, before: Subscription): Promise<void> {
  const at = clock.now();
  const isCancel = before.wanted === "cancel";
  const state = isCancel && before.state === "active" ? "canceled" : before.state;
  const subscription = await updateSubscription(tx, before, { at, state, barred: isCancel, wanted: null });
  const change: SubscriptionChange = isCancel ? "canceled" : "allowed";
  // One that has ended was told of when it did.
  if (state === "canceled") await announce(tx, { type: "subscription_changed", subscription, change });
}

async function noteRefused(tx: Tx, deps: EditDeps, before: Subscription): Promise<void> {
  const { wanted, plan, chargeId, state } = before;
  const subscription = await updateSubscription(tx, before, { at: deps.clock.now(), wanted: null });
  if (state === "active" || state === "canceled") {
    await deps.announce(tx, { type: "subscription_changed", subscription, change: "not_changed" });
  }
  if (wanted !== "cancel") return;
  await deps.reportDrift(tx, {
    key: `not-cancelled:${chargeId}:${state}`,
    detail: `Telegram refused to cancel the subscription to plan ${plan.id} that began with ${chargeId}.`,
  });
}
