import { afterCommit, type Tx } from "../db/index.ts";
import { allowNegative, book, lockAccount } from "./book.ts";
import type { StoredPayment } from "./payments.ts";
import type { RefundDeps } from "./refund-booking.ts";
import { insertRefund } from "./refund-row.ts";
import { revokePeriod } from "./subscription-periods.ts";
import { systemAccounts } from "./system-accounts.ts";

/**
 * A store (Apple, Google) has taken a payment back: Telegram says nothing, the Stars are gone from its list. The credits
 * go too, spent or not; below zero nothing can be spent until that is made up for. What the payment had bought of a
 * subscription ends. Told once, for a payment is given back once. The caller has locked the payment. Locks: refund,
 * account, subscription.
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
  const account = userId === undefined || credits === 0n ? undefined : await lockAccount(tx, userId);
  if (account !== undefined && account.balance.available < credits) await allowNegative(tx, account.id);
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
  await revokePeriod(tx, deps, chargeId);
  afterCommit(tx, () => {
    deps.metrics.starsRefunded.inc({ origin: "store" }, stars);
  });
  await deps.announce(tx, { type: "chargeback", userId, chargeId, stars, credits });
}
