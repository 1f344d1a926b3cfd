import type { Db, Tx } from "../db/index.ts";
import type { Gift, Gifts } from "./gift.ts";
import type { PromoCodes } from "./promo-code.ts";
import type { BonusEvent, Referrals } from "./referral.ts";
import type { Subscription, SubscriptionChange, Subscriptions } from "./subscription.ts";

/** Stars are whole; credits are counted in thousandths. */
export type Currency = "XTR" | "CREDIT";

/** Thousandths of a credit. */
export type Credits = bigint;

export interface Balance {
  /** What was posted. May be negative only after a chargeback or a refund of spent credits. */
  readonly posted: Credits;
  readonly held: Credits;
  /** `posted − held`: what can be spent. */
  readonly available: Credits;
}

export interface LedgerEntry {
  /** 1, 2, 3, … within the person's account, without gaps. */
  readonly number: number;
  readonly at: Date;
  /** `purchase`, `capture`, `grant`, `take`, `refund`, … */
  readonly kind: string;
  readonly amount: Credits;
  readonly balanceAfter: Credits;
  readonly note: string | undefined;
  /** Of credits that were paid for. */
  readonly payment: { readonly chargeId: string; readonly stars: number } | undefined;
}

export type HoldOutcome = "captured" | "released" | "expired";

export interface NewHold {
  readonly userId: number;
  readonly amount: Credits;
  /** What the hold is for, unique: `studio.job:0192…`. Placing the same again changes nothing. */
  readonly reference: string;
  /** The orphan sweep asks the owner (or releases) after this. */
  readonly expiresAt: Date;
}

/** What the orphan sweep asks the owner of a reference's prefix (`studio.job`): what became of it? */
export type HoldVerdict = "capture" | "release" | "keep";

export interface Ledger {
  readonly balance: (db: Db, userId: number) => Promise<Balance>;
  /** Newest first, from the entry with the number `upTo` on, or from the newest. */
  readonly history: (db: Db, userId: number, limit: number, upTo?: number) => Promise<readonly LedgerEntry[]>;

  /** Reserves credits under the account's row lock; refused when fewer are available. */
  readonly placeHold: (
    tx: Tx,
    hold: NewHold,
  ) => Promise<
    { readonly ok: true } | { readonly ok: false; readonly reason: "insufficient_credits"; readonly available: Credits }
  >;
  /**
   * Ends a hold, exactly once: the first outcome wins and is returned by every later call, whatever it asked for.
   * `undefined`: there never was such a hold. Capturing posts the amount from the person to revenue.
   */
  readonly settleHold: (tx: Tx, reference: string, outcome: HoldOutcome) => Promise<HoldOutcome | undefined>;

  /** Gives credits (`amount` > 0) or takes them (< 0, never below zero available). Once per `reference`. */
  readonly adjust: (
    tx: Tx,
    change: Adjustment,
  ) => Promise<
    | { readonly ok: true; readonly balance: Balance }
    | { readonly ok: false; readonly reason: "insufficient_credits" | "repeated" }
  >;
  /**
   * The free credits of the settings for somebody new: once per person, whenever it is called.
   * @returns what was given now; 0 when the settings give none or the person had them before.
   */
  readonly welcome: (tx: Tx, userId: number) => Promise<Credits>;
  readonly stars: Stars;
  readonly promo: PromoCodes;
  readonly subscriptions: Subscriptions;
  readonly gifts: Gifts;
  readonly referrals: Referrals;
}

export interface Adjustment {
  readonly userId: number;
  readonly amount: Credits;
  readonly kind: "grant" | "take";
  readonly reason: string;
  readonly actor: string;
  readonly reference: string;
}

export interface Pack {
  readonly id: string;
  readonly credits: Credits;
  /** Whole Stars. */
  readonly stars: number;
}

export interface Order {
  /** Goes to Telegram as `invoice_payload`. */
  readonly id: string;
  readonly userId: number;
  readonly credits: Credits;
  readonly stars: number;
  readonly expiresAt: Date;
}

export interface SuccessfulPayment {
  readonly telegramId: number;
  readonly orderId: string;
  readonly currency: string;
  readonly stars: number;
  readonly chargeId: string;
  /** Of a plan: until when it is paid with this, in Telegram's words. */
  readonly paidUntil?: Date | undefined;
  /** Of a plan: the first of its payments. */
  readonly isFirst?: boolean | undefined;
}

export type PaymentOutcome =
  | {
      readonly ok: true;
      readonly repeated: boolean;
      readonly userId: number;
      readonly credits: Credits;
      readonly balance: Balance;
      /** What it was paid for, when it is a plan. */
      readonly subscription: Subscription | undefined;
    }
  /** Money came for no order we know: kept on a suspense account, an alert goes out, an admin decides. */
  | { readonly ok: false; readonly reason: "unknown_order" };

export type RefundState = "requested" | "approved" | "refunding" | "refunded" | "refused" | "failed";

export interface RefundRequest {
  readonly id: string;
  readonly userId: number;
  /** 0 once the person was forgotten; never while the refund is unfinished. */
  readonly telegramId: number;
  readonly chargeId: string;
  readonly stars: number;
  /** 0 for a payment in suspense. */
  readonly credits: Credits;
  readonly reason: string;
  readonly state: RefundState;
  readonly createdAt: Date;
}

/** Buying credits with Stars, and giving the Stars back. */
export interface Stars {
  readonly openOrder: (tx: Tx, order: { readonly userId: number; readonly pack: Pack }) => Promise<Order>;
  /** `undefined`: go ahead. Otherwise the reason, to be translated: unknown or closed order, another person, amount, price. */
  readonly checkOrder: (
    db: Db,
    query: { readonly telegramId: number; readonly orderId: string; readonly currency: string; readonly stars: number },
  ) => Promise<OrderProblem | undefined>;
  /** Credits once per charge id, however often and however concurrently it is told. */
  readonly creditPayment: (tx: Tx, payment: SuccessfulPayment) => Promise<PaymentOutcome>;

  /** The person's payments that can still be refunded, newest first. */
  readonly payments: (db: Db, userId: number) => Promise<readonly Payment[]>;
  readonly requestRefund: (
    tx: Tx,
    request: { readonly userId: number; readonly chargeId: string; readonly reason: string },
  ) => Promise<RefundResult>;
  readonly findRefund: (db: Db, id: string) => Promise<RefundRequest | undefined>;
  /** Requests that wait for a decision, oldest first. */
  readonly openRefunds: (db: Db) => Promise<readonly RefundRequest[]>;
  readonly refuseRefund: (tx: Tx, id: string, actor: string) => Promise<RefundResult>;
  /**
   * Approves: takes the credits out of reach in this transaction and queues the saga that calls `refundStarPayment` and
   * then posts, or gives the credits back. Gifts of the person that nobody has claimed yet come back first. What then is
   * spent or given away decides the settings `ledger.refunds`: `credits_spent` asks for `allowNegative`,
   * `refused_by_policy` is final.
   */
  readonly approveRefund: (
    tx: Tx,
    id: string,
    by: { readonly actor: string; readonly allowNegative: boolean },
  ) => Promise<RefundResult>;
  /**
   * Telegram says that a payment was refunded (`refunded_payment`). `posted`: nobody here had been asked for it, and the
   * credits were taken back now (below zero if they were spent). `known`: told before, or one of our refunds, which is
   * finished with it and announced; or of a payment that the reconciler has yet to find.
   */
  readonly noteRefund: (
    tx: Tx,
    refund: { readonly telegramId: number; readonly chargeId: string; readonly stars: number },
  ) => Promise<"posted" | "known">;

  /** Payments for no order we know, oldest first: an admin assigns or refunds them. */
  readonly suspended: (db: Db) => Promise<readonly SuspendedPayment[]>;
  /** Gives credits for a payment that is kept in suspense and not being refunded. */
  readonly assignPayment: (
    tx: Tx,
    chargeId: string,
    to: { readonly userId: number; readonly credits: Credits; readonly actor: string },
  ) => Promise<
    { readonly ok: true; readonly balance: Balance } | { readonly ok: false; readonly reason: "not_suspended" }
  >;
}

export interface SuspendedPayment {
  readonly chargeId: string;
  readonly stars: number;
  /** What the invoice carried instead of an order of ours. */
  readonly payload: string;
  readonly telegramId: number | undefined;
  readonly paidAt: Date;
}

export interface Payment {
  readonly chargeId: string;
  readonly stars: number;
  readonly credits: Credits;
  readonly paidAt: Date;
}

export type OrderProblem =
  | "unknown_order"
  | "expired"
  | "wrong_person"
  | "wrong_amount"
  | "account_blocked"
  | "already_subscribed";

export type RefundResult =
  | { readonly ok: true; readonly refund: RefundRequest }
  | {
      readonly ok: false;
      readonly reason: "unknown" | "not_open" | "already_requested" | "credits_spent" | "refused_by_policy";
    };

/** What the ledger needs of Telegram; the Bot API client fulfils it. */
export interface StarsGateway {
  /** @throws the Bot API client's errors (refused, unavailable, unclear). `already_refunded` is a success. */
  readonly refund: (telegramId: number, chargeId: string) => Promise<"refunded" | "already_refunded">;
  /**
   * Cancels a subscription, or lets its owner take it up again. Sets a value: to be repeated after an unclear answer.
   * @throws as `refund` does.
   */
  readonly editSubscription: (
    telegramId: number,
    chargeId: string,
    to: { readonly isCanceled: boolean },
  ) => Promise<void>;
  /** Chronological, at most 100. */
  readonly transactions: (offset: number, limit: number) => Promise<readonly StarTransaction[]>;
}

export interface StarTransaction {
  /** The charge id for incoming payments; a refund has the id of its payment. */
  readonly id: string;
  readonly stars: number;
  readonly at: Date;
  readonly direction: "in" | "out";
  /** The person, when it is one. */
  readonly telegramId: number | undefined;
  readonly invoicePayload: string | undefined;
}

/**
 * What a failed call to Telegram means. `refused`: it said no to this call, finally (400). `unavailable`: it surely did
 * nothing, another try may succeed (429, 401, no connection). `unclear`: it may have done it.
 */
export type GatewayFailure = "refused" | "unavailable" | "unclear";

/**
 * What happened to money without anybody having asked just now (the reconciler, the refund saga): told in the same
 * transaction, so that the message to the person or the admins commits with it.
 */
export type MoneyEvent =
  | {
      readonly type: "payment_recovered";
      readonly userId: number;
      readonly credits: Credits;
      readonly stars: number;
      readonly subscription: Subscription | undefined;
    }
  | { readonly type: "refund_finished"; readonly refund: RefundRequest }
  /** A store took the Stars of a payment back, and the credits went with them. Nobody: a payment in suspense. */
  | {
      readonly type: "chargeback";
      readonly userId: number | undefined;
      readonly chargeId: string;
      readonly stars: number;
      readonly credits: Credits;
    }
  | {
      readonly type: "subscription_changed";
      readonly subscription: Subscription;
      readonly change: SubscriptionChange;
    }
  /** Told to the giver. */
  | { readonly type: "gift_claimed"; readonly gift: Gift }
  /** It has expired, or was taken back for a refund: told to the giver. */
  | { readonly type: "gift_returned"; readonly gift: Gift }
  | { readonly type: "bonus_given"; readonly bonus: BonusEvent }
  | { readonly type: "bonus_reversed"; readonly bonus: BonusEvent }
  | { readonly type: "drift"; readonly detail: string };
