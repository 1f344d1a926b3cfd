import type { Db, Tx } from "../db/index.ts";
import type { Balance, Credits } from "./ledger.ts";

/** `cancelled` by the giver, `expired`, or `recalled` because a payment of the giver goes back: back with him. */
export type GiftState = "open" | "claimed" | "cancelled" | "expired" | "recalled";

/** Credits on their way from one person to whoever claims them first. */
export interface Gift {
  readonly id: string;
  readonly giverId: number;
  readonly amount: Credits;
  readonly state: GiftState;
  readonly claimedBy: number | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface Gifts {
  /**
   * How much of what this person has he may give: only what he bought himself, less what was refunded or given. Spending
   * takes what he was given for nothing first.
   */
  readonly giveable: (db: Db, userId: number) => Promise<Credits>;
  /**
   * Takes the credits from the giver until somebody claims them. The same `id` again is the same gift.
   * @throws AppError `ledger.invalid_amount`, `ledger.reference_reused`.
   */
  readonly give: (
    tx: Tx,
    gift: { readonly id: string; readonly userId: number; readonly amount: Credits },
  ) => Promise<
    | { readonly ok: true; readonly gift: Gift }
    | { readonly ok: false; readonly reason: "insufficient_credits"; readonly giveable: Credits }
    | { readonly ok: false; readonly reason: "too_many" | "switched_off" }
  >;
  /** The first who claims has it; the giver is told. Whoever asks has proved that he has the link. */
  readonly claim: (
    tx: Tx,
    of: { readonly id: string; readonly userId: number },
  ) => Promise<
    | { readonly ok: true; readonly gift: Gift; readonly balance: Balance }
    | { readonly ok: false; readonly reason: "gone" | "own" | "claimed_by_him" }
  >;
  /** Takes an open gift back. @returns the gift when it was this call that did it. */
  readonly cancel: (tx: Tx, of: { readonly id: string; readonly userId: number }) => Promise<Gift | undefined>;
  readonly find: (db: Db, id: string) => Promise<Gift | undefined>;
  /** Those of this person that nobody has claimed yet, newest first. */
  readonly open: (db: Db, userId: number) => Promise<readonly Gift[]>;
}

/** So many of one person's gifts may wait to be claimed. */
export const mostOpenGifts = 10;
