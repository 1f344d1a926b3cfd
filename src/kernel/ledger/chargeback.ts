import { afterCommit, type Tx } from "../db/index.ts";
import { allowDebt, book, lockAccount } from "./book.ts";
import { lockOpenGifts } from "./gift-row.ts";
import type { StoredPayment } from "./payments.ts";
import { lockReversible, reverseReferral } from "./referrals.ts";
import type { RefundDeps } from "./refund-booking.ts";
import { recallGifts } from "./refund-reserve.ts";
import { insertRefund } from "./refund-row.ts";
import { revokePeriod } from "./subscription-periods.ts";
import { systemAccounts } from "./system-accounts.ts";

/**
 * A store (Apple, Google) has taken a payment back: Telegram says nothing, the Stars are gone from its list. The credits
 * go too, spent or not; below zero nothing can be spent until that is made up for. What the payment had bought of a
 * subscription ends, gifts that nobody has opened come back, and a bonus goes back. Told once, for a payment is given back
 * once. The caller has locked the payment. Locks: refund, gift, referral, account, the inviter's account, subscription.
 */
export async function bookChargeback(tx: Tx, deps: RefundDeps, payment: StoredPayment): Promise<void> {
  const at = deps.clock.now();
  const id = deps.ids.next();
  const { chargeId, userId, telegramId, stars, credits } = payment;
  const moved = { chargeId, userId, telegramId, stars, credits };
  await insertRefund(
    tx,
    { id, ...moved, reason: "", state: "refunded", origin: "store", createdAt: at },
    { decidedBy: "store" },
  );
  if (userId !== undefined) await lockOpenGifts(tx, userId);
  await lockReversible(tx, deps, chargeId);
  const account = userId === undefined || credits === 0n ? undefined : await lockAccount(tx, userId);
  // Somebody who did not pay for it should not have had it to give, while we waited for his account neither.
  if (userId !== undefined) await recallGifts(tx, deps, await lockOpenGifts(tx, userId));
  if (account !== undefined) await allowDebt(tx, account.id, credits);
  const { telegram, starsIncome, starsSuspense, sold } = systemAccounts;
  await book(tx, {
    kind: "chargeback",
    reference: `chargeback:${id}`,
    at,
    postings: [
      { account: telegram, amount: -BigInt(stars) },
      { account: payment.state === "suspended" ? starsSuspense : starsIncome, amount: BigInt(stars) },
      ...(account === undefined
        ? []
        : [
            { account: account.id, amount: -credits },
            { account: sold, amount: credits },
          ]),
    ],
  });
  await reverseReferral(tx, deps, chargeId);
  await revokePeriod(tx, deps, chargeId);
  afterCommit(tx, () => {
    deps.metrics.starsRefunded.inc({ origin: "store" }, stars);
  });
  await deps.announce(tx, { type: "chargeback", userId, chargeId, stars, credits });
}
