import { join, resolve } from "node:path";

import type { Feature, FeatureParts, Kernel } from "#kernel/feature.ts";
import { createDemoProvider } from "#providers/video/demo/demo-provider.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import { makeAdvance } from "./advance.ts";
import { makeAlertAdmins } from "./alert-admins.ts";
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
import { makeShowJob } from "./show-job.ts";

/** A provider is asked for the first time this long after it has taken a job. */
const firstPollMs = 1000;

export interface Providers {
  readonly list: readonly VideoProvider[];
  readonly close: () => Promise<void>;
}

/** Studio over any providers. */
export function studioOver(openProviders: (kernel: Kernel) => Providers): Feature {
  return {
    id: "studio",
    title: "Studio",
    migrations: new URL("./migrations/", import.meta.url),
    texts: new URL("./chat/texts/", import.meta.url),
    settings: [modelSettings, billingSettings, limitSettings],
    notifications,
    setup: (kernel) => setup(kernel, openProviders(kernel)),
  };
}

export const studio: Feature = studioOver((kernel) => {
  const demo = createDemoProvider({ ...kernel, directory: join(kernel.config.DATA_DIR, "demo-videos") });
  return { list: [demo], close: demo.close };
});

function setup(kernel: Kernel, { list, close }: Providers): FeatureParts {
  const providers = new Map(list.map((provider) => [provider.id, provider]));
  const announcer = makeAnnouncer(kernel);
  const showJob = makeShowJob({ ...kernel, announcer });
  const followUp = makeFollowUp(kernel.jobs, () => jobs);
  const metrics = makeStudioMetrics(kernel.metrics, kernel.db);
  const alertAdmins = makeAlertAdmins(kernel);
  const advance = makeAdvance({
    ...kernel,
    announcer,
    showJob,
    followUp,
    firstPollMs,
    onEnded: ({ state, provider }) => {
      metrics.ended.inc({ state, provider });
    },
  });
  // Absolute: the drawing process has a directory of its own.
  const workDirectory = resolve(kernel.config.DATA_DIR, "studio-work");
  const work = { ...kernel, advance, showJob, followUp, alertAdmins, providers, metrics, workDirectory };
  const jobs: StudioJobs = {
    dispatch: makeDispatch(work),
    start: makeStartJob(work),
    poll: makePollJob(work),
    fetch: makeFetchJob(work),
    tidy: makeTidyJob(work),
  };
  const reportUsage = makeReportUsage(kernel);
  const stats = statsCommand({ jobs: kernel.jobs, reportUsage });
  return {
    ...studioChat({ ...work, stats, salesPaused: makeSalesPaused(work) }),
    routes: callbackRoutes(work),
    jobs: [jobs.dispatch, jobs.start, jobs.poll, jobs.fetch, jobs.tidy, reportUsage],
    schedules: [{ name: "studio.sweep-jobs", cron: "* * * * *", timeZone: "UTC", job: makeSweepJobs(work) }],
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
    close,
  };
}
