import type { Job, Schedule } from "../jobs/index.ts";
import { makeAdjusting } from "./adjust.ts";
import { readBalance } from "./book.ts";
import type { LedgerDeps } from "./deps.ts";
import { makeEditJob } from "./edit-subscription.ts";
import { makeReportDrift } from "./findings.ts";
import { makeGifts, makeReturnGiftsJob } from "./gifts.ts";
import { readHistory } from "./history.ts";
import { makeHolds } from "./holds.ts";
import type { Ledger, Stars } from "./ledger.ts";
import { makeLedgerMetrics } from "./metrics.ts";
import { makeOrders } from "./orders.ts";
import { listPayments, listSuspended, makeAssignPayment, makeCreditPayment } from "./payments.ts";
import { makePromoCodes } from "./promo-codes.ts";
import { makeReconcileJob } from "./reconcile.ts";
import { makeReferrals } from "./referrals.ts";
import { makeRecordRefund } from "./refund-booking.ts";
import { makeRefundJob } from "./refund-saga.ts";
import { makeRefunds } from "./refunds.ts";
import { makeSubscriptions } from "./subscriptions.ts";
import { makeSweepJob } from "./sweep.ts";
import { makeCheckJob } from "./violations.ts";

export interface LedgerModule {
  readonly ledger: Ledger;
  /** To be registered with the job queue: what is asked of Telegram, refunds and changes of subscriptions. */
  readonly jobs: readonly Job[];
  /** The reconciler, the sweep of unfinished things, the nightly check. */
  readonly schedules: readonly Schedule[];
}

export function createLedger({ metrics: registry, ...given }: LedgerDeps): LedgerModule {
  const metrics = makeLedgerMetrics(registry);
  const parts = { ...given, metrics };
  const reportDrift = makeReportDrift(parts);
  const editJob = makeEditJob({ ...parts, reportDrift });
  const deps = { ...parts, reportDrift, editJob };
  const refundJob = makeRefundJob(deps);
  const holds = makeHolds(deps);
  const creditPayment = makeCreditPayment(deps);
  const recordRefund = makeRecordRefund(deps);
  const stars: Stars = {
    ...makeOrders(deps),
    ...makeRefunds(deps, { job: refundJob }),
    creditPayment: async (tx, payment) =>
      await creditPayment(tx, { ...payment, at: deps.clock.now(), source: "update" }),
    payments: listPayments,
    noteRefund: async (tx, refund) => {
      const outcome = await recordRefund(tx, { ...refund, source: "update" });
      // A payment that is not here yet comes by the reconciler, and its refund right after it.
      return outcome === "unknown_payment" ? "known" : outcome;
    },
    suspended: listSuspended,
    assignPayment: makeAssignPayment(deps),
  };
  return {
    ledger: {
      balance: readBalance,
      history: readHistory,
      ...holds,
      ...makeAdjusting(deps),
      stars,
      promo: makePromoCodes(deps),
      subscriptions: makeSubscriptions(deps),
      gifts: makeGifts(deps),
      referrals: makeReferrals(deps),
    },
    jobs: [refundJob, editJob],
    schedules: [
      every("ledger.reconcile-stars", "*/3 * * * *", makeReconcileJob({ ...deps, creditPayment, recordRefund })),
      every("ledger.sweep-unfinished", "* * * * *", makeSweepJob({ ...deps, ...holds, refundJob })),
      every("ledger.return-gifts", "*/5 * * * *", makeReturnGiftsJob(deps)),
      every("ledger.check-invariants", "15 3 * * *", makeCheckJob(deps)),
    ],
  };
}

function every(name: string, cron: string, job: Schedule["job"]): Schedule {
  return { name, cron, timeZone: "UTC", job };
}
