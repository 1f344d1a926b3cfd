import type { StarTransaction } from "@grammyjs/types";

import type { Timer } from "#kernel/lib/clock.ts";

import type { InvoiceTerms } from "./world.ts";

/** A payment that went through. The charge id is its name everywhere. */
export interface PaymentRecord {
  readonly chargeId: string;
  readonly personId: number;
  readonly terms: InvoiceTerms;
  readonly paidAt: Date;
  isRefunded: boolean;
}

/** A person is at the till: the bot has 10 s to say yes or no. */
export interface OpenCheckout {
  readonly timer: Timer;
  readonly settle: (answer: CheckoutAnswer) => void;
}

export type CheckoutAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly late: boolean };

/** Named by the charge id of its first payment. */
export interface SubscriptionRecord {
  readonly chargeId: string;
  readonly personId: number;
  readonly terms: InvoiceTerms;
  /** Unix seconds. */
  expiresAt: number;
  /** It is not renewed: the person has said so, or the bot. */
  isCanceled: boolean;
  /** The bot has said so: the person cannot take it up again until the bot allows it. */
  isBarred: boolean;
}

/** The bot's side of the Stars: what it owns, every movement, and what is still open. */
export interface StarsBank {
  balance: number;
  /** Oldest first, as `getStarTransactions` pages them. */
  readonly transactions: StarTransaction[];
  readonly payments: Map<string, PaymentRecord>;
  /** Terms by the last part of an invoice link. */
  readonly links: Map<string, InvoiceTerms>;
  readonly checkouts: Map<string, OpenCheckout>;
  readonly subscriptions: Map<string, SubscriptionRecord>;
}

export function makeStarsBank(): StarsBank {
  return {
    balance: 0,
    transactions: [],
    payments: new Map(),
    links: new Map(),
    checkouts: new Map(),
    subscriptions: new Map(),
  };
}
