/**
 * The accounts that belong to nobody, by the ids that the migration gave them. No row is read to post to them, and none is
 * locked: they have no running balance (`migrations/0001_ledger.sql` says why).
 */
export const systemAccounts = {
  /** Credits that were captured. */
  revenue: 1,
  /** The other side of purchases: minus what was ever sold. */
  sold: 2,
  /** The other side of grants and takes. */
  granted: 3,
  /** Credits out of reach while Telegram is asked to refund their payment. */
  refunding: 4,
  /** Stars that Telegram keeps for us. */
  telegram: 5,
  /** The other side of payments. */
  starsIncome: 6,
  /** The other side of payments for no order we know. */
  starsSuspense: 7,
  /** The other side of what else moves our Stars: withdrawals, paid broadcasts. */
  starsOther: 8,
  /** The other side of promo codes. */
  promo: 9,
  /** Gifts that nobody has claimed yet. */
  gifts: 10,
  /** The other side of bonuses for invitations. */
  referrals: 11,
} as const;
