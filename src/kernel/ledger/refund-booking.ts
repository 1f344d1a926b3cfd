import { afterCommit, type Tx } from "../db/index.ts";
import { book, lockAccount } from "./book.ts";
import { bookChargeback } from "./chargeback.ts";
import type { LedgerParts } from "./deps.ts";
import { lockPayment, type StoredPayment } from "./payments.ts";
import { reverseReferral } from "./referrals.ts";
import { reserve } from "./refund-reserve.ts";
import { changeRefund, findLiveRefund, insertRefund, type StoredRefund, toRequest } from "./refund-row.ts";
import { type PeriodDeps, revokePeriod } from "./subscription-periods.ts";
import { systemAccounts } from "./system-accounts.ts";

export interface RefundDeps extends PeriodDeps, Pick<LedgerParts, "ids" | "metrics" | "settings"> {}

/**
 * Telegram has given the Stars back, and so a bonus that came of the purchase goes too. Only from an unfinished refund; the
 * caller has locked the payment, and tells of it. Locks: referral, account of the buyer, of his inviter, subscription.
 */
export async function finish(
  tx: Tx,
  deps: RefundDeps,
  { id, payment }: { readonly id: string; readonly payment: StoredPayment },
): Promise<StoredRefund | undefined> {
  const at = deps.clock.now();
  const refund = await changeRefund(tx, id, { from: ["approved", "refunding"], to: "refunded", at });
  if (refund === undefined) return undefined;
  const stars = BigInt(refund.stars);
  const { starsIncome, starsSuspense, refunding, sold, telegram } = systemAccounts;
  await book(tx, {
    kind: "refund_paid",
    reference: `refund-paid:${id}`,
    at,
    postings: [
      { account: telegram, amount: -stars },
      { account: payment.state === "suspended" ? starsSuspense : starsIncome, amount: stars },
      ...(refund.credits === 0n
        ? []
        : [
            { account: refunding, amount: -refund.credits },
            { account: sold, amount: refund.credits },
          ]),
    ],
  });
  await reverseReferral(tx, deps, payment.chargeId);
  await revokePeriod(tx, deps, refund.chargeId);
  afterCommit(tx, () => {
    deps.metrics.starsRefunded.inc({ origin: refund.origin }, refund.stars);
  });
  return refund;
}

/** Telegram will not refund: the credits go back. Only from an unfinished refund; the caller tells of it. Locks the account. */
export async function giveBack(tx: Tx, deps: Pick<RefundDeps, "clock">, id: string): Promise<StoredRefund | undefined> {
  const at = deps.clock.now();
  const refund = await changeRefund(tx, id, { from: ["approved", "refunding"], to: "failed", at });
  if (refund === undefined) return undefined;
  if (refund.credits > 0n && refund.userId !== undefined) {
    const account = await lockAccount(tx, refund.userId);
    await book(tx, {
      kind: "refund_returned",
      reference: `refund-returned:${id}`,
      at,
      postings: [
        { account: systemAccounts.refunding, amount: -refund.credits },
        { account: account.id, amount: refund.credits },
      ],
    });
  }
  return refund;
}

export async function tellFinished(
  tx: Tx,
  { announce }: Pick<RefundDeps, "announce">,
  refund: StoredRefund | undefined,
): Promise<void> {
  // Finished before, or nobody there to be told: an unknown payer, somebody who was forgotten.
  if (refund?.userId === undefined || refund.telegramId === undefined) return;
  await announce(tx, { type: "refund_finished", refund: toRequest(refund) });
}

/** A refund as Telegram reports it. */
export interface ReportedRefund {
  readonly chargeId: string;
  readonly stars: number;
  /** Undefined when Telegram's list does not say. */
  readonly telegramId: number | undefined;
  /** Who told of it: the update, whose handler tells the person, or the reconciler, who found its line in the list. */
  readonly source: "update" | "reconciler";
}

export type RecordRefund = (tx: Tx, refund: ReportedRefund) => Promise<"posted" | "known" | "unknown_payment">;

/**
 * Telegram says that a payment was given back. Ours is finished with it; one that nobody here had made takes the credits
 * whether they are spent or not, because the Stars are gone. Of a refund Telegram tells at once: what only its list knows
 * of was taken back by a store. Locks: payment, refund, account, subscription, finding.
 */
export function makeRecordRefund(deps: RefundDeps): RecordRefund {
  return async (tx, report) => {
    const { chargeId, stars } = report;
    const payment = await lockPayment(tx, chargeId);
    if (payment === undefined) return "unknown_payment";
    if (stars !== payment.stars) {
      await deps.reportDrift(tx, {
        key: `refund-amount:${chargeId}`,
        detail: `Payment ${chargeId} of ${payment.stars} Stars was refunded by Telegram with ${stars} Stars.`,
      });
    }
    const live = await findLiveRefund(tx, chargeId);
    if (live?.state === "refunded") return "known";
    if (live === undefined && report.source === "reconciler") {
      await bookChargeback(tx, deps, payment);
      return "posted";
    }
    const unfinished =
      live === undefined || live.state === "requested"
        ? await approveForTelegram(tx, deps, { payment, report, requested: live })
        : live;
    const refund = await finish(tx, deps, { id: unfinished.id, payment });
    if (live !== undefined || report.source === "reconciler") await tellFinished(tx, deps, refund);
    return live === undefined ? "posted" : "known";
  };
}

/** Makes up for what did not happen here: a refund, approved, with its credits out of reach. */
async function approveForTelegram(
  tx: Tx,
  deps: RefundDeps,
  {
    payment,
    report,
    requested,
  }: { readonly payment: StoredPayment; readonly report: ReportedRefund; readonly requested: StoredRefund | undefined },
): Promise<StoredRefund> {
  const at = deps.clock.now();
  const refund: StoredRefund = requested ?? {
    id: deps.ids.next(),
    chargeId: payment.chargeId,
    userId: payment.userId,
    telegramId: payment.telegramId ?? report.telegramId,
    stars: payment.stars,
    credits: payment.credits,
    reason: "",
    state: "approved",
    origin: "telegram",
    createdAt: at,
  };
  if (requested === undefined) await insertRefund(tx, refund, { decidedBy: "telegram" });
  else await changeRefund(tx, refund.id, { from: ["requested"], to: "approved", at, decidedBy: "telegram" });
  await reserve(tx, deps, { refund, debtAllowed: "any" });
  await deps.reportDrift(tx, {
    key: `refund:${payment.chargeId}`,
    detail: `Telegram refunded payment ${payment.chargeId} of ${payment.stars} Stars, which nobody here had approved.`,
  });
  return refund;
}
