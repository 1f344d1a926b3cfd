import { join } from "node:path";

import type { Feature, FeatureParts, Kernel } from "#kernel/feature.ts";
import { createDemoProvider } from "#providers/video/demo/demo-provider.ts";

import { makeAdvance } from "./advance.ts";
import { makeSalesPaused } from "./budget.ts";
import { makeAnnouncer, videoSettlement } from "./chat/card.ts";
import { statsCommand } from "./chat/stats.ts";
import { studioChat } from "./chat/studio-chat.ts";
import { deliveryEvent } from "./delivery-event.ts";
import { makeFollowUp, type StudioJobs } from "./follow-up.ts";
import { callbackRoutes } from "./http/callbacks.ts";
import { makeDispatch } from "./jobs/dispatch.ts";
import { makeFetchJob } from "./jobs/fetch-job.ts";
import { makePollJob } from "./jobs/poll-job.ts";
import { makeReportUsage } from "./jobs/report-usage.ts";
import { makeStartJob } from "./jobs/start-job.ts";
import { makeSweepJobs } from "./jobs/sweep-jobs.ts";
import { makeTidyJob } from "./jobs/tidy-job.ts";
import { judgeHold } from "./judge-hold.ts";
import { makeStudioMetrics } from "./metrics.ts";
import { notifications } from "./notifications.ts";
import { studioPersonalData } from "./personal-data.ts";
import { billingSettings, limitSettings, modelSettings } from "./settings.ts";

/** A provider is asked for the first time this long after it has taken a job. */
const firstPollMs = 1000;

export const studio: Feature = {
  id: "studio",
  title: "Studio",
  migrations: new URL("./migrations/", import.meta.url),
  texts: new URL("./chat/texts/", import.meta.url),
  settings: [modelSettings, billingSettings, limitSettings],
  notifications,
  setup,
};

function setup(kernel: Kernel): FeatureParts {
  const demo = createDemoProvider({ ...kernel, directory: join(kernel.config.DATA_DIR, "demo-videos") });
  const providers = new Map([[demo.id, demo]]);
  const announcer = makeAnnouncer(kernel);
  const followUp = makeFollowUp(kernel.jobs, () => jobs);
  const metrics = makeStudioMetrics(kernel.metrics, kernel.db);
  const advance = makeAdvance({
    ...kernel,
    announcer,
    followUp,
    firstPollMs,
    onEnded: ({ state, provider }) => {
      metrics.ended.inc({ state, provider });
    },
  });
  const work = { ...kernel, advance, providers, metrics };
  const jobs: StudioJobs = {
    dispatch: makeDispatch(work),
    start: makeStartJob(work),
    poll: makePollJob(work),
    fetch: makeFetchJob(work),
    tidy: makeTidyJob(work),
  };
  const reportUsage = makeReportUsage(kernel);
  const sweep = makeSweepJobs({ ...work, followUp });
  const stats = statsCommand({ jobs: kernel.jobs, reportUsage });
  return {
    ...studioChat({ ...kernel, announcer, followUp, advance, stats, salesPaused: makeSalesPaused(kernel) }),
    routes: callbackRoutes({ ...kernel, pollJob: jobs.poll, providers }),
    jobs: [jobs.dispatch, jobs.start, jobs.poll, jobs.fetch, jobs.tidy, reportUsage],
    schedules: [{ name: "studio.sweep-jobs", cron: "* * * * *", timeZone: "UTC", job: sweep }],
    settlements: [
      {
        name: videoSettlement,
        run: async (tx, settlement) => {
          const event = deliveryEvent(settlement);
          if (event !== undefined) await advance(tx, settlement.reference, event);
        },
      },
    ],
    judgeHold,
    personalData: studioPersonalData(advance),
    close: demo.close,
  };
}
