import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Delivery } from "#kernel/delivery/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { toError } from "#kernel/lib/errors.ts";

import { deliveryEvent } from "../delivery-event.ts";
import { dropOldGroupWishes } from "../group-wish.ts";
import { dropOldInlineWords } from "../inline-words.ts";
import type { JobEvent } from "../job-state.ts";
import { findJob, type VideoJob } from "../job.ts";
import { removeBefore } from "../work-files.ts";
import { nothing, type WorkDeps } from "./job-work.ts";

export interface SweepDeps extends WorkDeps {
  readonly delivery: Pick<Delivery, "find">;
}

const callbacksKeptDays = 2;
const workFilesKeptMs = 60 * 60_000;

/** Longer than any pause between two looks at a job that is being looked after. */
const forgottenMs = 90_000;

/**
 * Each minute: gives up what is past its deadline, and takes up again the jobs that nobody has looked at for long
 * (their background work was lost, or dead-lettered during a long outage). The work looks at the job's state first and
 * does nothing twice.
 */
export function makeSweepJobs(deps: SweepDeps): Job<Record<string, never>> {
  const { db, clock, followUp } = deps;
  return defineJob({
    name: "studio.sweep-jobs",
    payload: nothing,
    run: async (_, { log }) => {
      const now = clock.now();
      for (const { id, late } of await openJobs(deps, now)) {
        try {
          await inTransaction(db, async (tx) => {
            if (!late || !(await deps.advance(tx, id, { type: "expired" })).ok) await takeUp(deps, tx, id);
          });
        } catch (error) {
          // One that cannot be helped keeps no other waiting.
          log.error({ err: toError(error), videoJob: id }, "video job could not be taken up");
        }
      }
      await inTransaction(db, async (tx) => {
        await followUp.dispatch(tx);
        // Their bytes went by their own expiry (see kernel/media).
        await sql`
          update studio.job set result_media_id = null, link_until = null, link_bytes = null
          where link_until <= ${now} and finished_at is not null`.execute(tx);
        await dropOldGroupWishes(tx, now);
        await dropOldInlineWords(tx, now);
        await sql`
          delete from studio.callback
          where received_at < ${now}::timestamptz - ${callbacksKeptDays} * interval '1 day'`.execute(tx);
      });
      await removeBefore(deps.workDirectory, new Date(now.getTime() - workFilesKeptMs));
    },
  });
}

interface OpenJob {
  readonly id: string;
  readonly late: boolean;
}

/** What waits for a place is looked after by the dispatch. */
async function openJobs({ db }: SweepDeps, now: Date): Promise<readonly OpenJob[]> {
  const forgotten = new Date(now.getTime() - forgottenMs);
  const { rows } = await sql<OpenJob>`
    select id, deadline <= ${now} as late from studio.job
    where finished_at is null and (deadline <= ${now} or (state <> 'ordered' and looked_at <= ${forgotten}))
    order by ordered_at`.execute(db);
  return rows;
}

async function takeUp(deps: SweepDeps, tx: Tx, id: string): Promise<void> {
  const { advance, followUp, clock } = deps;
  const job = await findJob(tx, id);
  if (job === undefined) return;
  switch (job.state) {
    case "submitting":
      await followUp.start(tx, job);
      return;
    case "running":
      await followUp.poll(tx, id, clock.now());
      return;
    case "fetching":
      await followUp.fetch(tx, id);
      return;
    case "delivering": {
      const event = await outcomeOf(deps, tx, job);
      if (event !== undefined) await advance(tx, id, event);
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

/** The settlement tells this at once; here it is looked up, should it have been lost. */
async function outcomeOf({ delivery }: SweepDeps, tx: Tx, { deliveryId }: VideoJob): Promise<JobEvent | undefined> {
  const sent = deliveryId === undefined ? undefined : await delivery.find(tx, deliveryId);
  // Nobody knows of it any more: it will not come.
  if (sent === undefined) return { type: "failed", failure: "delivery" };
  return deliveryEvent({ ...sent, telegramFileId: undefined });
}
