import type { HoldOutcome, RefundState } from "#kernel/ledger/index.ts";

import type { BankFault } from "./star-bank.ts";
import {
  correctMonth,
  coverMonth,
  type ModelMonth,
  type ModelSubscription,
  revokeMonth,
  runEdits,
} from "./subscription-model.ts";

export interface ModelHold {
  readonly user: number;
  readonly amount: bigint;
  state: "open" | HoldOutcome;
}

export interface ModelPayment {
  readonly user: number;
  readonly credits: bigint;
  /** Undefined: it is for a pack. */
  readonly month: ModelMonth | undefined;
  /** The ledger has heard of it. */
  isKnown: boolean;
  /** Telegram has given it back. */
  isRefundedAtBank: boolean;
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
  /** What Telegram lists, oldest first, and the reconciler has not compared. */
  readonly lines: { readonly payment: ModelPayment; readonly direction: "in" | "out" }[];
  readonly subscriptions: ModelSubscription[];
  /** In milliseconds. */
  readonly now: () => number;
  /** Payments whose refund waits to be carried out. */
  readonly queue: number[];
}

export function makeModel(users: number, now: () => number): LedgerModel {
  const posted = Array.from({ length: users }, () => 0n);
  return { posted, holds: new Map(), payments: [], lines: [], subscriptions: [], now, queue: [] };
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

export function pay(model: LedgerModel, paid: Pick<ModelPayment, "user" | "credits" | "month">): void {
  const payment = { ...paid, isKnown: false, isRefundedAtBank: false, refund: undefined, isUnasked: false };
  model.payments.push(payment);
  model.lines.push({ payment, direction: "in" });
}

/** Telegram gives the Stars back, once. */
export function payBack(model: LedgerModel, payment: ModelPayment): void {
  if (payment.isRefundedAtBank) return;
  payment.isRefundedAtBank = true;
  model.lines.push({ payment, direction: "out" });
}

export function learn(model: LedgerModel, payment: ModelPayment, by: "update" | "list"): void {
  if (payment.isKnown) {
    if (by === "update") correctMonth(model, payment);
    return;
  }
  payment.isKnown = true;
  post(model, payment.user, payment.credits);
  coverMonth(model, payment, by);
}

/** Telegram's word that a payment was refunded. @returns whether nobody had asked for it. */
export function noteRefund(model: LedgerModel, payment: ModelPayment): boolean {
  const { refund } = payment;
  if (!payment.isKnown || refund === "refunded") return false;
  // Approved ones have taken the credits already.
  if (refund !== "approved" && refund !== "refunding") post(model, payment.user, -payment.credits);
  payment.refund = "refunded";
  revokeMonth(model, payment);
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
      revokeMonth(model, payment);
      continue;
    }
    const met = next;
    next = undefined;
    if (met === undefined || met === "unclear_done") payBack(model, payment);
    if (met === undefined) {
      payment.refund = "refunded";
      revokeMonth(model, payment);
    } else if (met === "refused") {
      payment.refund = "failed";
      post(model, payment.user, payment.credits);
    } else {
      payment.refund = met === "unavailable" && payment.refund === "approved" ? "approved" : "refunding";
      left.push(index);
    }
  }
  model.queue.splice(0, model.queue.length, ...left);
  runEdits(model);
}

/** Lines are compared in the order in which they came. */
export function reconcile(model: LedgerModel): void {
  for (const { payment, direction } of model.lines.splice(0)) {
    if (direction === "in") learn(model, payment, "list");
    else noteRefund(model, payment);
  }
}
