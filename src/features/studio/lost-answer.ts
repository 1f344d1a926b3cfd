import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import type { Advance } from "./advance.ts";
import type { JobEvent } from "./job-state.ts";
import { lockJob, type VideoJob } from "./job.ts";
import { workingModel } from "./offers.ts";
import { limitSettings, modelSettings } from "./settings.ts";
import type { ShowJob } from "./show-job.ts";

interface Lost {
  readonly job: VideoJob;
  readonly provider: VideoProvider;
  readonly callbackUrl: string;
}

const givenUp: JobEvent = { type: "failed", failure: "unclear" };

/**
 * What becomes of a job whose start may have been taken, at a provider that cannot be asked for it: one that calls back
 * is waited for, for a while. Undefined while it is; the sweep asks again each minute.
 */
export async function awaitCallback(
  { db, settings, clock, showJob }: Pick<Kernel, "db" | "settings" | "clock"> & { readonly showJob: ShowJob },
  { job: { id }, provider, callbackUrl }: Lost,
): Promise<JobEvent | undefined> {
  const { lostAnswerMinutes } = await settings.read(limitSettings);
  if (provider.rescue?.canCall(callbackUrl) !== true || lostAnswerMinutes === 0) return givenUp;
  return await inTransaction(db, async (tx) => {
    // Locked, as by the callback: whichever comes second sees what the first has written.
    const job = await lockJob(tx, id);
    if (job?.state !== "submitting") return undefined;
    const reference = await calledBackReference({ settings }, job, provider);
    if (reference !== undefined) return { type: "started", reference };
    const now = clock.now();
    if (job.unclearAt !== undefined) {
      return now.getTime() - job.unclearAt.getTime() < lostAnswerMinutes * 60_000 ? undefined : givenUp;
    }
    await sql`update studio.job set unclear_at = ${now} where id = ${id}`.execute(tx);
    await showJob(tx, { ...job, unclearAt: now }, "now");
    return undefined;
  });
}

/**
 * A verified callback names the job, whose row is locked, while its start has not been answered. When the answer is known
 * to be lost the job goes on with that name; otherwise it is kept, should the answer get lost. Whether it is true shows
 * when the provider is asked.
 */
export async function hearCallback(
  { advance, settings }: Pick<Kernel, "settings"> & { readonly advance: Advance },
  tx: Tx,
  { job, provider, name }: { readonly job: VideoJob; readonly provider: VideoProvider; readonly name: string },
): Promise<void> {
  if (job.state !== "submitting" || job.submittedAt === undefined) return;
  const reference = await calledBackReference({ settings }, { ...job, calledBackAs: name }, provider);
  if (reference === undefined) return;
  if (job.unclearAt !== undefined) await advance(tx, job.id, { type: "started", reference });
  else await sql`update studio.job set called_back_as = ${name} where id = ${job.id}`.execute(tx);
}

async function calledBackReference(
  { settings }: Pick<Kernel, "settings">,
  job: VideoJob,
  { rescue }: VideoProvider,
): Promise<string | undefined> {
  const { calledBackAs: name, submittedAt: startedAt } = job;
  const { models } = await settings.read(modelSettings);
  const model = workingModel(models, job)?.providerModel;
  if (name === undefined || startedAt === undefined || model === undefined) return undefined;
  return rescue?.reference(name, { model, startedAt });
}
