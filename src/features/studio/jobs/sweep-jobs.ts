import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Delivery } from "#kernel/delivery/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";

import type { JobFollowUp } from "../advance.ts";
import { deliveryEvent } from "../delivery-event.ts";
import type { JobState } from "../job-state.ts";
import { nothing, type WorkDeps } from "./job-work.ts";

const callbacksKeptDays = 2;

/** Longer than any pause between two looks at a job that is being looked after. */
const forgottenMs = 90_000;

/**
 * Each minute: gives up what is past its deadline, and takes up again the jobs that nobody has looked at for long
 * (their background work was lost, or dead-lettered during a long outage). The work looks at the job's state first and
 * does nothing twice.
 */
export function makeSweepJobs(deps: WorkDeps & SweepDeps): Job<Record<string, never>> {
  const { db, clock, followUp } = deps;
  return defineJob({
    name: "studio.sweep-jobs",
    payload: nothing,
    run: async () => {
      const now = clock.now();
      const forgotten = new Date(now.getTime() - forgottenMs);
      const { rows } = await sql<OpenJob>`
        select id, state, deadline <= ${now} as late, delivery_id as "deliveryId" from studio.job
        where finished_at is null and (deadline <= ${now} or looked_at <= ${forgotten})`.execute(db);
      for (const job of rows) {
        await inTransaction(db, async (tx) => {
          await takeUp(deps, tx, job);
        });
      }
      await inTransaction(db, async (tx) => {
        await followUp.dispatch(tx);
        await sql`
          delete from studio.callback
          where received_at < ${now}::timestamptz - ${callbacksKeptDays} * interval '1 day'`.execute(tx);
      });
    },
  });
}

export interface SweepDeps {
  readonly followUp: JobFollowUp;
  readonly delivery: Pick<Delivery, "find">;
}

interface OpenJob {
  readonly id: string;
  readonly state: JobState;
  readonly late: boolean;
  readonly deliveryId: number | null;
}

async function takeUp(
  { advance, followUp, delivery, clock }: WorkDeps & SweepDeps,
  tx: Tx,
  job: OpenJob,
): Promise<void> {
  if (job.late && (await advance(tx, job.id, { type: "expired" })).ok) return;
  switch (job.state) {
    case "submitting":
      await followUp.start(tx, job.id);
      return;
    case "running":
      await followUp.poll(tx, job.id, clock.now());
      return;
    case "fetching":
      await followUp.fetch(tx, job.id);
      return;
    case "delivering": {
      const sent = job.deliveryId === null ? undefined : await delivery.find(tx, job.deliveryId);
      const event = sent && deliveryEvent({ ...sent, telegramFileId: undefined });
      if (event !== undefined) await advance(tx, job.id, event);
      return;
    }
    case "ordered":
    case "delivered":
    case "failed":
    case "cancelled":
    case "expired":
      return;
  }
}
