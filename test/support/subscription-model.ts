import type { SubscriptionState } from "#kernel/ledger/index.ts";

import type { LedgerModel, ModelPayment } from "./ledger-model.ts";

const hourMs = 3_600_000;
const periodMs = 30 * 24 * hourMs;

/** A subscription of the model; its months are payments. */
export interface ModelSubscription {
  readonly user: number;
  /** Undefined: the ledger has heard of no payment of it. */
  state: SubscriptionState | undefined;
  expiresAt: number;
  barred: boolean;
  wanted: "cancel" | "allow" | undefined;
}

/** What of a payment is a month of a subscription. Times in milliseconds. */
export interface ModelMonth {
  readonly subscription: number;
  readonly paidAt: number;
  /** What Telegram says. */
  readonly paidUntil: number;
  /** What the ledger takes it for. */
  until?: number;
  isTold: boolean;
}

export function isRunning({ state }: ModelSubscription): boolean {
  return state === "active" || state === "canceled" || state === "failed";
}

/** The ledger hears of a month: with its date from the update, without from the reconciler. */
export function coverMonth(model: LedgerModel, payment: ModelPayment, by: "update" | "list"): void {
  const { month } = payment;
  const subscription = of(model, month);
  if (month === undefined || subscription === undefined) return;
  month.until = by === "update" ? month.paidUntil : month.paidAt + periodMs;
  month.isTold = by === "update";
  if (subscription.state === undefined || month.until > subscription.expiresAt)
    subscription.state = goesOn(subscription);
  reckon(model, month.subscription);
}

/** A month that is known is told again, with its date. */
export function correctMonth(model: LedgerModel, { month }: ModelPayment): void {
  if (month === undefined || month.isTold) return;
  month.until = month.paidUntil;
  month.isTold = true;
  reckon(model, month.subscription);
}

/** The Stars of a month went back. */
export function revokeMonth(model: LedgerModel, { month }: ModelPayment): void {
  const subscription = of(model, month);
  if (month === undefined || subscription === undefined) return;
  const paid = paidFor(model, month.subscription);
  if (paid === subscription.expiresAt || subscription.state === "revoked") return;
  if (paid !== undefined && paid > model.now()) {
    reckon(model, month.subscription);
    return;
  }
  if (subscription.state === "active" || subscription.state === "failed") subscription.wanted = "cancel";
  subscription.state = "revoked";
  subscription.expiresAt = paid ?? model.now();
}

/** Telegram does what it is asked. */
export function runEdits(model: LedgerModel): void {
  for (const subscription of model.subscriptions) {
    if (subscription.wanted === undefined) continue;
    const isCancel = subscription.wanted === "cancel";
    if (isCancel && subscription.state === "active") subscription.state = "canceled";
    subscription.barred = isCancel;
    subscription.wanted = undefined;
  }
}

export function noteState(subscription: ModelSubscription, state: "active" | "canceled" | "failed"): void {
  if (!isRunning(subscription) || subscription.state === state) return;
  subscription.state = state;
  if (state === "active") subscription.barred = false;
}

export function expire(model: LedgerModel): void {
  for (const subscription of model.subscriptions) {
    const graceMs = subscription.state === "active" ? hourMs : 0;
    if (isRunning(subscription) && subscription.expiresAt + graceMs <= model.now()) subscription.state = "expired";
  }
}

function reckon(model: LedgerModel, index: number): void {
  const subscription = model.subscriptions[index];
  const paid = paidFor(model, index);
  if (subscription === undefined || paid === undefined) return;
  subscription.expiresAt = paid;
  if (subscription.state === "expired" && paid > model.now()) subscription.state = goesOn(subscription);
}

/** Telegram renews nothing that we have cancelled: what is paid of it was charged before. */
function goesOn({ barred }: ModelSubscription): SubscriptionState {
  return barred ? "canceled" : "active";
}

function paidFor(model: LedgerModel, index: number): number | undefined {
  const paid = model.payments.flatMap(({ isKnown, refund, month }) =>
    isKnown && refund !== "refunded" && month?.subscription === index && month.until !== undefined ? [month.until] : [],
  );
  return paid.length === 0 ? undefined : Math.max(...paid);
}

function of(model: LedgerModel, month: ModelMonth | undefined): ModelSubscription | undefined {
  return month && model.subscriptions[month.subscription];
}
