import type { Feature, FeatureParts, Kernel } from "#kernel/feature.ts";
import type { WordImprover } from "#providers/words/port.ts";

import { makeAskBalances } from "./ask-balances.ts";
import { jobsSection } from "./chat/admin/jobs-section.ts";
import { modelsSection } from "./chat/admin/models-section.ts";
import { moneySection } from "./chat/admin/money-section.ts";
import { providersSection } from "./chat/admin/providers-section.ts";
import { makeSendMoneyChart } from "./chat/admin/send-money-chart.ts";
import { makeLeaveImprovement, makeShowImprovement } from "./chat/better-words.ts";
import { makeAnnouncer, videoSettlement } from "./chat/card.ts";
import { statsCommand } from "./chat/stats.ts";
import { studioChat } from "./chat/studio-chat.ts";
import { deliveryEvent } from "./delivery-event.ts";
import { callbackRoutes } from "./http/callbacks.ts";
import { moveJobs } from "./job.ts";
import { makeImproveWords } from "./jobs/improve-words.ts";
import { makeJudgeGroupWish } from "./jobs/judge-group-wish.ts";
import { pruneJobs } from "./jobs/prune-jobs.ts";
import { makeReportUsage } from "./jobs/report-usage.ts";
import { sweepWords } from "./jobs/sweep-words.ts";
import { judgeHold } from "./judge-hold.ts";
import { makeStudio, type Studio } from "./make-studio.ts";
import { notifications } from "./notifications.ts";
import { openProviders, type Providers } from "./open-providers.ts";
import { studioPersonalData } from "./personal-data.ts";
import {
  billingSettings,
  groupSettings,
  improvementSettings,
  limitSettings,
  modelSettings,
  resultSettings,
  retentionSettings,
} from "./settings.ts";

/** Studio over any providers. @param onMade is shown what was joined. */
export function studioOver(open: (kernel: Kernel) => Providers, onMade?: (studio: Studio) => void): Feature {
  return {
    id: "studio",
    title: "Studio",
    migrations: new URL("./migrations/", import.meta.url),
    texts: new URL("./chat/texts/", import.meta.url),
    settings: [
      modelSettings,
      billingSettings,
      limitSettings,
      resultSettings,
      improvementSettings,
      groupSettings,
      retentionSettings,
    ],
    notifications,
    setup: (kernel) => {
      const { list, improver, close } = open(kernel);
      const made = makeStudio(kernel, { announcer: makeAnnouncer(kernel), list });
      onMade?.(made);
      return { ...partsOf(kernel, made, improver), ...(close && { close }) };
    },
  };
}

export const studio: Feature = studioOver(openProviders);

function partsOf(kernel: Kernel, made: Studio, improver: WordImprover | undefined): FeatureParts {
  const { jobs, sweep, advance } = made;
  const reportUsage = makeReportUsage(kernel);
  const stats = statsCommand({ jobs: kernel.jobs, reportUsage });
  const judgeGroupWish = makeJudgeGroupWish({ ...made, ...kernel });
  const sendMoneyChart = makeSendMoneyChart(kernel);
  const askBalances = makeAskBalances({ ...kernel, ...made });
  const improveWords = makeImproveWords({ ...made, improver, show: makeShowImprovement({ ...kernel, ...made }) });
  return {
    ...studioChat({ ...made, ...kernel, improver, improveWords, stats, judgeGroupWish }),
    routes: callbackRoutes(made),
    jobs: [
      jobs.dispatch,
      jobs.start,
      jobs.poll,
      jobs.fetch,
      jobs.tidy,
      judgeGroupWish,
      improveWords,
      reportUsage,
      sendMoneyChart,
    ],
    adminSections: [
      jobsSection({ ...kernel, ...made }),
      modelsSection({ ...kernel, ...made }),
      providersSection({ ...made, askBalances }),
      moneySection({ ...kernel, sendMoneyChart }),
    ],
    schedules: [
      { name: "studio.sweep-jobs", cron: "* * * * *", timeZone: "UTC", job: sweep },
      pruneJobs(kernel),
      sweepWords({ ...made, leave: makeLeaveImprovement(kernel) }),
    ],
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
    onChatMigrated: moveJobs,
    personalData: studioPersonalData(made),
  };
}
