import type { HoldOutcome, RefundState } from "#kernel/ledger/index.ts";

import type { BankFault } from "./star-bank.ts";

/** What every pack of the model costs and gives. */
export const packCredits = 5000n;

export interface ModelHold {
  readonly user: number;
  readonly amount: bigint;
  state: "open" | HoldOutcome;
}

export interface ModelPayment {
  readonly user: number;
  /** The ledger has heard of it. */
  isKnown: boolean;
  /** Telegram has given it back. */
  isRefundedAtBank: boolean;
  /** The reconciler has compared its line, and the line of its refund. */
  isInCompared: boolean;
  isOutCompared: boolean;
  /** Of the newest request or report; undefined: there was none. */
  refund: RefundState | undefined;
  /** That one was only reported by Telegram: the newest request ended otherwise. */
  isUnasked: boolean;
}

/**
 * The ledger as one would explain it: a few numbers and flags, one thing after the other, no SQL. What the real one does
 * under any sequence of operations must look the same.
 */
export interface LedgerModel {
  readonly posted: bigint[];
  readonly holds: Map<number, ModelHold>;
  readonly payments: ModelPayment[];
  /** Payments whose refund waits to be carried out. */
  readonly queue: number[];
}

export function makeModel(users: number): LedgerModel {
  return { posted: Array.from({ length: users }, () => 0n), holds: new Map(), payments: [], queue: [] };
}

export function heldBy(model: LedgerModel, user: number): bigint {
  let held = 0n;
  for (const hold of model.holds.values()) if (hold.user === user && hold.state === "open") held += hold.amount;
  return held;
}

export function availableTo(model: LedgerModel, user: number): bigint {
  return postedBy(model, user) - heldBy(model, user);
}

export function postedBy(model: LedgerModel, user: number): bigint {
  return model.posted[user] ?? 0n;
}

export function post(model: LedgerModel, user: number, amount: bigint): void {
  model.posted[user] = postedBy(model, user) + amount;
}

export function settle(model: LedgerModel, hold: ModelHold, outcome: HoldOutcome): void {
  if (hold.state !== "open") return;
  hold.state = outcome;
  if (outcome === "captured") post(model, hold.user, -hold.amount);
}

export function learn(model: LedgerModel, payment: ModelPayment): void {
  if (payment.isKnown) return;
  payment.isKnown = true;
  post(model, payment.user, packCredits);
}

/** Telegram's word that a payment was refunded. @returns whether nobody had asked for it. */
export function noteRefund(model: LedgerModel, payment: ModelPayment): boolean {
  const { refund } = payment;
  if (!payment.isKnown || refund === "refunded") return false;
  // Approved ones have taken the credits already.
  if (refund !== "approved" && refund !== "refunding") post(model, payment.user, -packCredits);
  payment.refund = "refunded";
  payment.isUnasked = refund !== "requested" && refund !== "approved" && refund !== "refunding";
  return payment.isUnasked;
}

/** Carries out what waits. The fault meets the first call of `refundStarPayment`. */
export function runQueue(model: LedgerModel, fault: BankFault | undefined): void {
  let next = fault;
  const left: number[] = [];
  for (const index of model.queue) {
    const payment = model.payments[index];
    if (payment === undefined || (payment.refund !== "approved" && payment.refund !== "refunding")) continue;
    if (payment.refund === "refunding" && payment.isRefundedAtBank) {
      payment.refund = "refunded";
      continue;
    }
    const met = next;
    next = undefined;
    if (met === undefined || met === "unclear_done") payment.isRefundedAtBank = true;
    if (met === undefined) payment.refund = "refunded";
    else if (met === "refused") {
      payment.refund = "failed";
      post(model, payment.user, packCredits);
    } else {
      payment.refund = met === "unavailable" && payment.refund === "approved" ? "approved" : "refunding";
      left.push(index);
    }
  }
  model.queue.splice(0, model.queue.length, ...left);
}

/** Lines are compared in the order in which they came: payments in the order of `payments`, refunds after them. */
export function reconcile(model: LedgerModel): void {
  for (const payment of model.payments) {
    if (!payment.isInCompared) learn(model, payment);
    payment.isInCompared = true;
    if (!payment.isRefundedAtBank || payment.isOutCompared) continue;
    noteRefund(model, payment);
    payment.isOutCompared = true;
  }
}
