import { z } from "zod";

import { inTransaction, type Tx } from "../db/index.ts";
import { defineJob, type Job } from "../jobs/index.ts";
import type { LedgerParts } from "./deps.ts";
import { lockPayment, type StoredPayment } from "./payments.ts";
import { finish, giveBack, type RefundDeps, tellFinished } from "./refund-booking.ts";
import { changeRefund, findRefund, type StoredRefund } from "./refund-row.ts";
import type { RefundTask } from "./refunds.ts";
import { isRefundListed } from "./star-list.ts";

export interface SagaDeps extends RefundDeps, Pick<LedgerParts, "db" | "gateway" | "failureOf"> {}

/**
 * Carries out an approved refund: note the attempt → commit → call Telegram → book the outcome. No transaction spans the
 * call, and every step may be the last one of a process:
 * - died before the attempt was noted: the refund is `approved`, nothing has been asked.
 * - died afterwards: it is `refunding` and the outcome is unknown. The next run looks the refund up before it asks again;
 *   Telegram answers a repeat with "already refunded", which is a success too.
 * - refused: the credits go back. Surely not done: `approved` again, the job tries later. Unclear: as after a death.
 */
export function makeRefundJob(deps: SagaDeps): Job<RefundTask> {
  return defineJob({
    name: "ledger.refund-payment",
    payload: z.object({ refundId: z.string() }),
    timeoutSeconds: 120,
    concurrency: 2,
    run: async ({ refundId }) => {
      await pursue(deps, refundId);
    },
  });
}

async function pursue(deps: SagaDeps, id: string): Promise<void> {
  const { db, gateway, failureOf, clock } = deps;
  const attempt = await inTransaction(db, async (tx) => await noteAttempt(tx, deps, id));
  if (attempt === undefined) return;
  const { refund, isRepeat } = attempt;
  if (refund.telegramId === undefined) throw new Error(`refund ${id} has nobody to pay`);
  // A failed look-up decides nothing: the job ends with its error and looks again.
  if (!(isRepeat && (await isRefundListed(db, gateway, refund.chargeId)))) {
    try {
      await gateway.refund(refund.telegramId, refund.chargeId);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === "refused") {
        await atPayment(deps, refund, async (tx) => {
          await tellFinished(tx, deps, await giveBack(tx, deps, id));
        });
        return;
      }
      // A repeat stays `refunding`: what is certain of this call says nothing of the one before it.
      if (failure === "unavailable" && !isRepeat) {
        const change = { from: ["refunding"], to: "approved", at: clock.now() } as const;
        await atPayment(deps, refund, async (tx) => await changeRefund(tx, id, change));
      }
      throw error;
    }
  }
  await atPayment(deps, refund, async (tx, payment) => {
    await tellFinished(tx, deps, await finish(tx, deps, { id, payment }));
  });
}

interface Attempt {
  readonly refund: StoredRefund;
  /** An earlier attempt's outcome is unknown. */
  readonly isRepeat: boolean;
}

async function noteAttempt(tx: Tx, { clock }: SagaDeps, id: string): Promise<Attempt | undefined> {
  const before = await findRefund(tx, id);
  if (before === undefined) return undefined;
  await lockPayment(tx, before.chargeId);
  const isRepeat = (await findRefund(tx, id))?.state === "refunding";
  const refund = await changeRefund(tx, id, { from: ["approved", "refunding"], to: "refunding", at: clock.now() });
  return refund && { refund, isRepeat };
}

async function atPayment(
  { db }: SagaDeps,
  { chargeId }: StoredRefund,
  work: (tx: Tx, payment: StoredPayment) => Promise<unknown>,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const payment = await lockPayment(tx, chargeId);
    if (payment === undefined) throw new Error(`payment ${chargeId} is gone`);
    await work(tx, payment);
  });
}
