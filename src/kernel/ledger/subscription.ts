import type { Db, Tx } from "../db/index.ts";
import type { Credits, Order } from "./ledger.ts";

/** The only period that Telegram sells: 30 days. */
export const periodSeconds = 2_592_000;

/** Sold for Stars, every 30 days anew. */
export interface Plan {
  readonly id: string;
  /** Whole Stars, at most 10,000: Telegram's limit. */
  readonly stars: number;
  /** What each payment gives; 0 when the plan only entitles. */
  readonly credits: Credits;
  /** The name of what it entitles to while it is paid. */
  readonly entitlement: string | undefined;
}

/** What a plan can grant besides credits. The feature that means something by it registers it. */
export interface Entitlement {
  /** Begins with the feature's id, such as `signals.premium`. Kept in the books: never to be renamed. */
  readonly name: string;
  /** Text key of what it is called among the plans. */
  readonly title: string;
  /** What the feature itself sells it for, each month; undefined: not on sale but in plans of the settings. */
  readonly stars: () => Promise<number | undefined>;
  /** Told of every change in the transaction that makes it. `until` undefined: not entitled (any more). */
  readonly changed: (tx: Tx, holder: { readonly userId: number; readonly until: Date | undefined }) => Promise<void>;
}

/**
 * `active`: Telegram renews it. `canceled`: runs out at its end. `failed`: could not be renewed, runs out too.
 * `expired`: has run out. `revoked`: what was paid for it went back.
 */
export type SubscriptionState = "active" | "canceled" | "failed" | "expired" | "revoked";

export interface Subscription {
  /** The order whose link was paid: how Telegram names it (`invoice_payload`). */
  readonly orderId: string;
  readonly userId: number;
  /** 0 once the person was forgotten; never while Telegram is to be asked something. */
  readonly telegramId: number;
  readonly plan: Plan;
  /** Of the first payment: how Telegram wants it named. */
  readonly chargeId: string;
  readonly state: SubscriptionState;
  readonly expiresAt: Date;
  /** We have cancelled it, and the person cannot take it up again in his client until we allow it. */
  readonly barred: boolean;
  /** What Telegram is being asked: to charge no more, or to let the person take it up again. */
  readonly wanted: SubscriptionWish | undefined;
}

export type SubscriptionWish = "cancel" | "allow";

/** What has become of a subscription, for whoever tells the person. `allowed`: he may take it up again in his client. */
export type SubscriptionChange =
  | "canceled"
  | "allowed"
  | "resumed"
  | "failed"
  | "expired"
  | "revoked"
  /** Telegram refused what was asked. */
  | "not_changed";

/** Plans, and who has one. Payments come in by `Stars.creditPayment` like all others. */
export interface Subscriptions {
  /** On sale now: those of the settings, then those of the features. */
  readonly plans: () => Promise<readonly Plan[]>;
  /** An offer: its link can be paid once, by this person, as long as the order stands. */
  readonly openOrder: (tx: Tx, order: { readonly userId: number; readonly plan: Plan }) => Promise<Order>;
  /** The person's that have not ended, oldest first. */
  readonly list: (db: Db, userId: number) => Promise<readonly Subscription[]>;
  /**
   * Has Telegram asked to charge no more (`cancel`), or to let the person take it up again (`allow`): `editUserStarSubscription`,
   * by a job, until it has answered. The outcome is announced.
   */
  readonly ask: (
    tx: Tx,
    request: { readonly userId: number; readonly orderId: string; readonly wish: SubscriptionWish },
  ) => Promise<
    | { readonly ok: true; readonly subscription: Subscription }
    | { readonly ok: false; readonly reason: "unknown" | "ended" | "unchanged" }
  >;
  /** The person has himself forgotten: Telegram is asked to charge him no more, and his id goes when it has answered. */
  readonly abandon: (tx: Tx, userId: number) => Promise<void>;
  /** What Telegram's update `subscription` says. Nothing happens when it is known, or of no subscription that runs. */
  readonly note: (
    tx: Tx,
    report: { readonly telegramId: number; readonly orderId: string; readonly state: "canceled" | "active" | "failed" },
  ) => Promise<void>;
}
