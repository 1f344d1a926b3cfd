import { sql } from "kysely";
import { z } from "zod";

import { inTransaction, type Tx } from "../db/index.ts";
import { defineJob, type Job } from "../jobs/index.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { LedgerParts } from "./deps.ts";
import type { HoldOutcome, HoldVerdict, Ledger } from "./ledger.ts";
import { refundDedupeKey, type RefundTask } from "./refunds.ts";
import { sweepSubscriptions, type SweepSubscriptionsDeps } from "./sweep-subscriptions.ts";

export interface SweepDeps extends SweepSubscriptionsDeps, Pick<LedgerParts, "judgeFor"> {
  readonly settleHold: Ledger["settleHold"];
  readonly refundJob: Job<RefundTask>;
}

const batchSize = 100;
/** A hold whose owner still wants it is asked for again after this long. */
const keepMs = 10 * 60_000;
/** The saga's own retries are over by then, or its job was lost. */
const refundQuietMs = 15 * 60_000;
const refundStuckMs = 60 * 60_000;

/** Each minute: nothing that was begun stays unfinished because a process died. */
export function makeSweepJob(deps: SweepDeps): Job<Record<string, never>> {
  return defineJob({
    name: "ledger.sweep-unfinished",
    payload: z.object({}),
    maxAttempts: 1,
    concurrency: 2,
    run: async (_, { log, signal }) => {
      await sweepHolds(deps, log, signal);
      await resumeRefunds(deps);
      await sweepSubscriptions(deps, log);
    },
  });
}

/** Each hold in a transaction of its own: one owner who fails keeps no other's hold waiting. */
async function sweepHolds(deps: SweepDeps, log: Logger, signal: AbortSignal): Promise<void> {
  const now = deps.clock.now();
  let after: DueHold = { id: 0, reference: "", expiresAt: new Date(0) };
  while (!signal.aborted) {
    const due = await dueHolds(deps, now, after);
    for (const { reference } of due) await judgeAndSettle(deps, log, reference);
    const last = due.at(-1);
    if (last === undefined || due.length < batchSize) return;
    after = last;
  }
}

async function judgeAndSettle(deps: SweepDeps, log: Logger, reference: string): Promise<void> {
  try {
    const settled = await inTransaction(deps.db, async (tx) => await settleOrphan(tx, deps, reference));
    if (settled !== undefined) log.warn({ hold: reference, ...settled }, "overdue hold was settled");
  } catch (error) {
    log.error({ err: toError(error), hold: reference }, "overdue hold could not be judged");
  }
}

interface DueHold {
  readonly id: number;
  readonly reference: string;
  readonly expiresAt: Date;
}

async function dueHolds({ db }: SweepDeps, now: Date, after: DueHold): Promise<readonly DueHold[]> {
  const { rows } = await sql<{ id: number; reference: string; expires_at: Date }>`
    select id, reference, expires_at from ledger.hold
    where state = 'open' and expires_at <= ${now} and (expires_at, id) > (${after.expiresAt}, ${after.id})
    order by expires_at, id
    limit ${batchSize}`.execute(db);
  return rows.map(({ id, reference, expires_at }) => ({ id, reference, expiresAt: expires_at }));
}

interface Settled {
  readonly verdict: HoldVerdict | "unknown";
  /** The owner may have been quicker, and then this is what he did. */
  readonly outcome: HoldOutcome | undefined;
}

/**
 * The owner is asked first, before anything here is locked: he locks his own row, as he does when he settles the hold
 * himself, so the two cannot wait for each other.
 */
async function settleOrphan(
  tx: Tx,
  { clock, judgeFor, settleHold }: SweepDeps,
  reference: string,
): Promise<Settled | undefined> {
  const judge = judgeFor(reference);
  const verdict = judge === undefined ? "unknown" : await judge(tx, reference);
  if (verdict === "keep") {
    await sql`
      update ledger.hold set expires_at = ${new Date(clock.now().getTime() + keepMs)}
      where reference = ${reference} and state = 'open'`.execute(tx);
    return undefined;
  }
  const outcomes = { capture: "captured", release: "released", unknown: "expired" } as const satisfies Record<
    string,
    HoldOutcome
  >;
  return { verdict, outcome: await settleHold(tx, reference, outcomes[verdict]) };
}

/** Refunds that stand still get a new job; after an hour the admins hear of them. */
async function resumeRefunds({ db, clock, jobs, refundJob, reportDrift }: SweepDeps): Promise<void> {
  const now = clock.now().getTime();
  const { rows } = await sql<{ id: string; charge_id: string; created_at: Date }>`
    select id, charge_id, created_at from ledger.refund
    where state in ('approved', 'refunding') and changed_at <= ${new Date(now - refundQuietMs)}
    order by changed_at
    limit ${batchSize}`.execute(db);
  for (const refund of rows) {
    await inTransaction(db, async (tx) => {
      await jobs.enqueue(tx, refundJob, { refundId: refund.id }, { dedupeKey: refundDedupeKey(refund.id) });
      if (refund.created_at.getTime() > now - refundStuckMs) return;
      await reportDrift(tx, {
        key: `refund-stuck:${refund.id}`,
        detail: `The approved refund of payment ${refund.charge_id} has not come through for an hour; it is still tried.`,
      });
    });
  }
}
