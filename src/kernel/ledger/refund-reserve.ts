import type { Tx } from "../db/index.ts";
import { allowDebt, book, lockAccount } from "./book.ts";
import type { LedgerParts } from "./deps.ts";
import { endGift, lockOpenGifts } from "./gift-row.ts";
import type { Gift } from "./gift.ts";
import type { Credits } from "./ledger.ts";
import { readPurchased } from "./purchased.ts";
import { lockReversible } from "./referrals.ts";
import type { StoredRefund } from "./refund-row.ts";
import { refundSettings } from "./reward-settings.ts";
import { toThousandths } from "./settings.ts";
import { systemAccounts } from "./system-accounts.ts";

type ReserveDeps = Pick<LedgerParts, "clock" | "announce" | "settings">;

/** How far below zero the account may be brought; `none`: what is spent or given away is not refunded. */
export type DebtAllowed = "none" | "any" | { readonly most: Credits };

/** What the settings make of the admin's decision. */
export async function debtAllowedBy(
  { settings }: Pick<ReserveDeps, "settings">,
  allowNegative: boolean,
): Promise<{ readonly allowed: DebtAllowed; readonly ifAskedAgain: DebtAllowed }> {
  const { spentCredits, largestDebt } = await settings.read(refundSettings);
  const most: DebtAllowed = largestDebt === 0 ? "any" : { most: toThousandths(largestDebt) };
  const ifAskedAgain = spentCredits === "refuse" ? "none" : most;
  return { allowed: spentCredits === "allow-negative" || allowNegative ? ifAskedAgain : "none", ifAskedAgain };
}

/**
 * Takes the payment's credits out of the person's reach, as long as nobody knows whether Telegram has paid. What he gave
 * away and nobody has claimed comes back for it, if they are not there otherwise. They are not there when fewer are
 * available (counting a bonus that goes back with the purchase), or when what he bought is with others and only free ones
 * are left. The caller has locked the payment; this locks the person's open gifts, the referral and the account.
 * @returns what he would owe, when that is more than allowed.
 */
export async function reserve(
  tx: Tx,
  deps: ReserveDeps,
  { refund, debtAllowed }: { readonly refund: StoredRefund; readonly debtAllowed: DebtAllowed },
): Promise<{ readonly ok: true } | { readonly ok: false; readonly debt: Credits }> {
  const { credits, userId } = refund;
  if (credits === 0n) return { ok: true };
  if (userId === undefined) throw new Error(`refund ${refund.id} has credits of nobody`);
  await lockOpenGifts(tx, userId);
  const bonus = (await lockReversible(tx, deps, refund.chargeId))?.invitedBonus ?? 0n;
  const account = await lockAccount(tx, userId);
  const gifts = await lockOpenGifts(tx, userId);
  const given = gifts.reduce((sum, { amount }) => sum + amount, 0n);
  const missing = credits + bonus - account.balance.available;
  const gone = credits - (await readPurchased(tx, userId));
  const isCovered = missing <= given && gone <= given;
  const debt = missing > given ? missing - given : 0n;
  if (!isCovered && !allows(debtAllowed, debt)) return { ok: false, debt };
  if (missing > 0n || gone > 0n) await recallGifts(tx, deps, gifts);
  await allowDebt(tx, account.id, credits);
  await book(tx, {
    kind: "refund",
    reference: `refund:${refund.id}`,
    at: deps.clock.now(),
    postings: [
      { account: account.id, amount: -credits },
      { account: systemAccounts.refunding, amount: credits },
    ],
  });
  return { ok: true };
}

/** What was given away and not opened goes back to who gave it, who is told. The caller has locked the gifts. */
export async function recallGifts(
  tx: Tx,
  deps: Pick<ReserveDeps, "clock" | "announce">,
  gifts: readonly Gift[],
): Promise<void> {
  for (const gift of gifts) {
    const recalled = await endGift(tx, deps, gift, { state: "recalled" });
    await deps.announce(tx, { type: "gift_returned", gift: recalled });
  }
}

export function allows(allowed: DebtAllowed, debt: Credits): boolean {
  return allowed === "any" || (allowed !== "none" && debt <= allowed.most);
}
