import type { Tx } from "../db/index.ts";
import type { Job } from "../jobs/index.ts";
import type { RefundResult, RefundState, Stars } from "./ledger.ts";
import { lockPayment } from "./payments.ts";
import type { RefundDeps } from "./refund-booking.ts";
import { allows, debtAllowedBy, reserve } from "./refund-reserve.ts";
import {
  changeRefund,
  findLiveRefund,
  findRefund,
  insertRefund,
  listRequested,
  type StoredRefund,
  toRequest,
} from "./refund-row.ts";

type Refunds = Pick<Stars, "requestRefund" | "findRefund" | "openRefunds" | "refuseRefund" | "approveRefund">;

/** What the saga's job is given. */
export interface RefundTask {
  readonly refundId: string;
}

/** A refund waits or works once, however often it is asked for. */
export function refundDedupeKey(id: string): string {
  return `refund:${id}`;
}

/** The decisions of people. Locks: payment, refund, gift, referral, account. */
export function makeRefunds(deps: RefundDeps, { job }: { readonly job: Job<RefundTask> }): Refunds {
  const { clock, ids, jobs } = deps;
  return {
    requestRefund: async (tx, { userId, chargeId, reason }) => {
      const payment = await lockPayment(tx, chargeId);
      if (payment?.userId !== userId || payment.telegramId === undefined) return { ok: false, reason: "unknown" };
      const live = await findLiveRefund(tx, chargeId);
      if (live !== undefined)
        return { ok: false, reason: live.state === "refunded" ? "not_open" : "already_requested" };
      const { stars, credits, telegramId } = payment;
      const refund: StoredRefund = {
        id: ids.next(),
        chargeId,
        userId,
        telegramId,
        stars,
        credits,
        reason,
        state: "requested",
        origin: "request",
        createdAt: clock.now(),
      };
      await insertRefund(tx, refund);
      return { ok: true, refund: toRequest(refund) };
    },
    findRefund: async (db, id) => {
      const refund = await findRefund(db, id);
      return refund && toRequest(refund);
    },
    openRefunds: async (db) => (await listRequested(db)).map(toRequest),
    refuseRefund: async (tx, id, actor) => {
      const refund = await lockRefund(tx, id);
      if (refund === undefined) return { ok: false, reason: "unknown" };
      return await decide(tx, id, { to: "refused", at: clock.now(), actor });
    },
    approveRefund: async (tx, id, { actor, allowNegative }) => {
      const refund = await lockRefund(tx, id);
      if (refund === undefined) return { ok: false, reason: "unknown" };
      if (refund.state !== "requested") return { ok: false, reason: "not_open" };
      const { allowed, ifAskedAgain } = await debtAllowedBy(deps, allowNegative);
      const reserved = await reserve(tx, deps, { refund, debtAllowed: allowed });
      if (!reserved.ok) {
        return { ok: false, reason: allows(ifAskedAgain, reserved.debt) ? "credits_spent" : "refused_by_policy" };
      }
      const result = await decide(tx, id, { to: "approved", at: clock.now(), actor });
      await jobs.enqueue(tx, job, { refundId: id }, { dedupeKey: refundDedupeKey(id) });
      return result;
    },
  };
}

/** The refund as it stands under its payment's lock. */
async function lockRefund(tx: Tx, id: string): Promise<StoredRefund | undefined> {
  const refund = await findRefund(tx, id);
  if (refund === undefined) return undefined;
  await lockPayment(tx, refund.chargeId);
  return await findRefund(tx, id);
}

async function decide(
  tx: Tx,
  id: string,
  { to, at, actor }: { readonly to: RefundState; readonly at: Date; readonly actor: string },
): Promise<RefundResult> {
  const refund = await changeRefund(tx, id, { from: ["requested"], to, at, decidedBy: actor });
  return refund === undefined ? { ok: false, reason: "not_open" } : { ok: true, refund: toRequest(refund) };
}
