import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import type { Job } from "../jobs/index.ts";
import type { LedgerParts } from "./deps.ts";
import type { EditTask } from "./edit-subscription.ts";
import type { ReportDrift } from "./findings.ts";
import { lockSubscription, runningStates, updateSubscription } from "./subscription-row.ts";
import { periodSeconds, type Subscription } from "./subscription.ts";

export interface PeriodDeps extends Pick<LedgerParts, "clock" | "jobs" | "announce" | "entitlements"> {
  readonly reportDrift: ReportDrift;
  readonly editJob: Job<EditTask>;
}

/** A payment of a plan, as far as it says what it is for. */
export interface PeriodPayment {
  readonly chargeId: string;
  /** Telegram's date; undefined from the reconciler, which reckons from `at`. */
  readonly paidUntil: Date | undefined;
  readonly at: Date;
  readonly isFirst: boolean;
}

/**
 * An hour in which a subscription that ought to be renewed goes on: Telegram charges when a period ends, and nobody who
 * pays is to be without what he paid for until we have heard of it.
 */
export const renewalGraceMs = 60 * 60_000;

const dayMs = 24 * 60 * 60_000;

/** A subscription is edited once, however often it is asked for. */
export function editDedupeKey(orderId: string): string {
  return `subscription:${orderId}`;
}

/**
 * What a payment of a plan buys: everything until the date that Telegram gives. The first makes the subscription, each
 * later one extends it and makes it active again; where we have cancelled it, it was charged before that, and still runs
 * out. The caller has locked the payer's account, so that the payments of one person come here one at a time. Locks:
 * subscription, then the feature's row.
 */
export async function coverPeriod(
  tx: Tx,
  deps: PeriodDeps,
  { orderId, payment }: { readonly orderId: string; readonly payment: PeriodPayment },
): Promise<Subscription> {
  const { chargeId, paidUntil, at } = payment;
  const until = paidUntil ?? new Date(at.getTime() + periodSeconds * 1000);
  const before = await lockSubscription(tx, orderId);
  if (before === undefined) {
    await sql`
      insert into ledger.subscription
        (order_id, user_id, telegram_id, plan_id, entitlement, charge_id, state, expires_at, began_at, changed_at)
      select id, user_id, telegram_id, pack_id, entitlement, ${chargeId}, 'active', ${until}, ${at}, ${deps.clock.now()}
      from ledger.star_order where id = ${orderId}`.execute(tx);
  }
  await sql`
    insert into ledger.subscription_period (charge_id, order_id, paid_until, is_told)
    values (${chargeId}, ${orderId}, ${until}, ${paidUntil !== undefined})`.execute(tx);
  if (before !== undefined) await extend(tx, deps, { before, payment, until });
  return await reckon(tx, deps, orderId);
}

async function extend(
  tx: Tx,
  { clock, reportDrift }: PeriodDeps,
  { before, payment, until }: { readonly before: Subscription; readonly payment: PeriodPayment; readonly until: Date },
): Promise<void> {
  const { orderId, plan, telegramId } = before;
  const isOver = !runningStates.includes(before.state);
  if (until > before.expiresAt) {
    await updateSubscription(tx, before, { at: clock.now(), state: before.barred ? "canceled" : "active" });
  }
  const { rows } = await sql<{ earliest: Date }>`
    select min(paid_until) as earliest from ledger.subscription_period
    where order_id = ${orderId} and charge_id <> ${payment.chargeId}`.execute(tx);
  // Told after its own renewals.
  const isEarlier = rows[0] !== undefined && until.getTime() < rows[0].earliest.getTime() - dayMs;
  if (isEarlier || (payment.isFirst && isOver)) {
    await sql`
      update ledger.subscription set charge_id = ${payment.chargeId} where order_id = ${orderId}`.execute(tx);
  } else if (payment.isFirst) {
    await reportDrift(tx, {
      key: `subscribed-twice:${payment.chargeId}`,
      detail: `The offer of plan ${plan.id} was paid on two devices at once, with ${before.chargeId} and ${payment.chargeId}: Telegram charges both each month. Refund one of them.`,
    });
  }
  if (telegramId === 0) {
    await reportDrift(tx, {
      key: `renewed-for-nobody:${payment.chargeId}`,
      detail: `Telegram has renewed plan ${plan.id} with ${payment.chargeId} for a person who had himself forgotten. Refund it.`,
    });
  }
}

/**
 * The date that Telegram gives for a payment that the reconciler had found before.
 * @returns what the payment is for; undefined when it is for no plan.
 */
export async function correctPeriod(
  tx: Tx,
  deps: PeriodDeps,
  { chargeId, paidUntil }: Pick<PeriodPayment, "chargeId" | "paidUntil">,
): Promise<Subscription | undefined> {
  const orderId = await orderOf(tx, chargeId);
  if (orderId === undefined) return undefined;
  const before = await lockSubscription(tx, orderId);
  if (paidUntil === undefined) return before;
  const { numAffectedRows } = await sql`
    update ledger.subscription_period set paid_until = ${paidUntil}, is_told = true
    where charge_id = ${chargeId} and not is_told`.execute(tx);
  return numAffectedRows === 1n ? await reckon(tx, deps, orderId) : before;
}

/**
 * The Stars of a payment went back, and with them what they had paid for. If nothing is left, the subscription ends now
 * and Telegram is asked to charge no more. The caller has marked the refund as done. Locks: subscription.
 */
export async function revokePeriod(tx: Tx, deps: PeriodDeps, chargeId: string): Promise<void> {
  const orderId = await orderOf(tx, chargeId);
  const before = orderId === undefined ? undefined : await lockSubscription(tx, orderId);
  if (before === undefined) return;
  const { clock, jobs, editJob, announce } = deps;
  const at = clock.now();
  const paidUntil = await paidFor(tx, before.orderId);
  if (paidUntil?.getTime() === before.expiresAt.getTime() || before.state === "revoked") return;
  if (paidUntil !== undefined && paidUntil > at) {
    await reckon(tx, deps, before.orderId);
    return;
  }
  const mayBeCharged = (before.state === "active" || before.state === "failed") && before.telegramId !== 0;
  const wanted = mayBeCharged ? ("cancel" as const) : before.wanted;
  const subscription = await updateSubscription(tx, before, { at, state: "revoked", ...(wanted && { wanted }) });
  await sql`
    update ledger.subscription set expires_at = ${paidUntil ?? at} where order_id = ${before.orderId}`.execute(tx);
  if (mayBeCharged) {
    await jobs.enqueue(tx, editJob, { orderId: before.orderId }, { dedupeKey: editDedupeKey(before.orderId) });
  }
  await tellEntitlement(tx, deps, before);
  if (runningStates.includes(before.state)) {
    await announce(tx, { type: "subscription_changed", subscription, change: "revoked" });
  }
}

/**
 * Tells the feature until when the person is entitled, by all that he has. One at a time for a person, until the commit:
 * of two subscriptions that change at once, whichever is told last has seen the other.
 */
export async function tellEntitlement(
  tx: Tx,
  { entitlements }: Pick<PeriodDeps, "entitlements">,
  { userId, plan: { entitlement } }: Pick<Subscription, "userId" | "plan">,
): Promise<void> {
  const holder = entitlements().find(({ name }) => name === entitlement);
  if (holder === undefined) return;
  await sql`select pg_advisory_xact_lock(hashtextextended('ledger.entitlement', ${userId}))`.execute(tx);
  const { rows } = await sql<{ until: Date | null }>`
    select max(expires_at + case state when 'active' then ${renewalGraceMs} else 0 end * interval '1 millisecond') as until
    from ledger.subscription
    where user_id = ${userId} and entitlement = ${holder.name} and state = any(${runningStates}::text[])`.execute(tx);
  await holder.changed(tx, { userId, until: rows[0]?.until ?? undefined });
}

/** A subscription runs until the last date that was paid for; one that had expired by a date too early goes on. */
async function reckon(tx: Tx, deps: PeriodDeps, orderId: string): Promise<Subscription> {
  const paidUntil = await paidFor(tx, orderId);
  const at = deps.clock.now();
  await sql`
    update ledger.subscription set
      expires_at = coalesce(${paidUntil ?? null}::timestamptz, expires_at),
      state = case
        when state = 'expired' and ${paidUntil ?? null}::timestamptz > ${at} then case when barred then 'canceled' else 'active' end
        else state
      end,
      changed_at = ${at}
    where order_id = ${orderId}`.execute(tx);
  const subscription = await lockSubscription(tx, orderId);
  if (subscription === undefined) throw new Error(`subscription ${orderId} is gone`);
  await tellEntitlement(tx, deps, subscription);
  return subscription;
}

async function orderOf(tx: Tx, chargeId: string): Promise<string | undefined> {
  const { rows } = await sql<{ order_id: string }>`
    select order_id from ledger.subscription_period where charge_id = ${chargeId}`.execute(tx);
  return rows[0]?.order_id;
}

/** The end of what was paid and not given back. */
async function paidFor(tx: Tx, orderId: string): Promise<Date | undefined> {
  const { rows } = await sql<{ until: Date | null }>`
    select max(paid_until) as until from ledger.subscription_period as period
    where order_id = ${orderId} and not exists (
      select from ledger.refund where refund.charge_id = period.charge_id and refund.state = 'refunded'
    )`.execute(tx);
  return rows[0]?.until ?? undefined;
}
