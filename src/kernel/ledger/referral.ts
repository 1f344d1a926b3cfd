import type { Db, Tx } from "../db/index.ts";
import type { Credits } from "./ledger.ts";

/** People who bring others: a bonus for both, once the other has bought. */
export interface Referrals {
  /** What the person's link carries. Made at the first call; the same until he is forgotten. */
  readonly codeOf: (tx: Tx, userId: number) => Promise<string>;
  /**
   * Notes that somebody came by a link. Only who is new: known for a day at most and later than the inviter, never
   * paid, invited by nobody before, and all that also before he had himself forgotten. That it did not count is no error: the link leads to the same bot.
   */
  readonly accept: (
    tx: Tx,
    of: { readonly code: string; readonly userId: number },
  ) => Promise<
    | { readonly ok: true; readonly inviterId: number; readonly offer: BonusOffer }
    | { readonly ok: false; readonly reason: "unknown" | "own" | "not_new" }
  >;
  readonly summary: (db: Db, userId: number) => Promise<ReferralSummary>;
  /** What the settings promise now. */
  readonly offer: () => Promise<BonusOffer>;
}

export interface BonusOffer {
  readonly inviter: Credits;
  readonly invited: Credits;
}

export interface ReferralSummary {
  /** Who came by the person's link. */
  readonly came: number;
  /** Of them, who has bought, and what it brought him; without what was taken back. */
  readonly rewarded: number;
  readonly earned: Credits;
}

/** One side of a bonus that was given, or taken back. */
export interface BonusEvent {
  readonly userId: number;
  /** Whose purchase it was. */
  readonly invitedId: number;
  readonly credits: Credits;
}
