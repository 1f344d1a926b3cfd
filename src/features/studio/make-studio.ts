import { resolve } from "node:path";

import type { Kernel } from "#kernel/feature.ts";
import type { Job } from "#kernel/jobs/index.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import { makeAdvance } from "./advance.ts";
import { makeAlertAdmins } from "./alert-admins.ts";
import type { JobAnnouncer } from "./announcer.ts";
import { makeSalesPaused } from "./budget.ts";
import { makeFollowUp, type StudioJobs } from "./follow-up.ts";
import { makeForecast } from "./forecast.ts";
import { makeDispatch } from "./jobs/dispatch.ts";
import { makeFetchJob } from "./jobs/fetch-job.ts";
import type { WorkDeps } from "./jobs/job-work.ts";
import { makePollJob } from "./jobs/poll-job.ts";
import { makeStartJob } from "./jobs/start-job.ts";
import { makeSweepJobs } from "./jobs/sweep-jobs.ts";
import { makeTidyJob } from "./jobs/tidy-job.ts";
import { makeStudioMetrics } from "./metrics.ts";
import type { OrderDeps } from "./order.ts";
import { checkProviders } from "./provider-health.ts";
import { makeReportCall, type ReportCall } from "./report-call.ts";
import { makeShowJob } from "./show-job.ts";

/** Everything that makes videos, joined; the chat, HTTP and the job queue are put around it. */
export type Studio = WorkDeps &
  OrderDeps & {
    readonly jobs: StudioJobs;
    readonly reportCall: ReportCall;
    readonly sweep: Job<Record<string, never>>;
  };

/** A provider is asked for the first time this long after it has taken a job. */
const firstPollMs = 1000;

export function makeStudio(
  kernel: Kernel,
  { announcer, list }: { readonly announcer: JobAnnouncer; readonly list: readonly VideoProvider[] },
): Studio {
  const providers = new Map(list.map((provider) => [provider.id, provider]));
  const forecast = makeForecast(kernel);
  const showJob = makeShowJob({ ...kernel, announcer, forecast });
  const followUp = makeFollowUp(kernel.jobs, () => jobs);
  const metrics = makeStudioMetrics(kernel.metrics, kernel.db);
  const alertAdmins = makeAlertAdmins(kernel);
  const advance = makeAdvance({
    ...kernel,
    announcer,
    showJob,
    followUp,
    firstPollMs,
    onEnded: ({ state, provider, providerReference, costUsdMicros }) => {
      metrics.ended.inc({ state, provider });
      // Who has not taken a job does not charge for it.
      if (providerReference !== undefined) metrics.cost.inc({ provider }, costUsdMicros / 1_000_000);
    },
  });
  // Absolute: the drawing process has a directory of its own.
  const workDirectory = resolve(kernel.config.DATA_DIR, "studio-work");
  const reportCall = makeReportCall({ ...kernel, alertAdmins, followUp });
  const work = {
    ...kernel,
    advance,
    showJob,
    followUp,
    alertAdmins,
    reportCall,
    forecast,
    providers,
    metrics,
    workDirectory,
  };
  const jobs: StudioJobs = {
    dispatch: makeDispatch(work),
    start: makeStartJob(work),
    poll: makePollJob(work),
    fetch: makeFetchJob(work),
    tidy: makeTidyJob(work),
  };
  kernel.health.add("providers", async () => await checkProviders(kernel.db, providers), { outside: true });
  return { ...work, jobs, sweep: makeSweepJobs(work), salesPaused: makeSalesPaused(work) };
}
