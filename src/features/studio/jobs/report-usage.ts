import { z } from "zod";

import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { Html } from "#kernel/lib/html.ts";
import { languages } from "#kernel/lib/language.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { type Catalogue, findModel } from "#providers/video/catalogue.ts";

import { formatDollars } from "../dollars.ts";
import { formatShare, moneyWords, type Takings } from "../money-words.ts";
import { sendChart } from "../send-chart.ts";
import { billingSettings, modelSettings } from "../settings.ts";
import { readUsage, type Usage } from "../statistics.ts";

const payload = z.object({
  chatId: z.int(),
  threadId: z.int().optional(),
  language: z.enum(languages),
  timeZone: z.string(),
  /** Whether revenue and margin are shown. */
  money: z.boolean(),
  /** Makes a second report for the same question impossible. */
  updateId: z.int(),
});
export type UsageQuestion = z.input<typeof payload>;

export const reportDays = 14;
const deliveredColor = "#12a67a";
const otherColor = "#c3ccd6";

/** Answers `/stats`: drawing a chart takes longer than an answer in the chat should hold its lock. */
export function makeReportUsage(
  kernel: Pick<Kernel, "db" | "clock" | "charts" | "media" | "delivery" | "texts" | "settings">,
): Job<UsageQuestion> {
  const { db, clock, texts, settings } = kernel;
  return defineJob({
    name: "studio.report-usage",
    payload,
    run: async ({ chatId, threadId, language, timeZone, money, updateId }, { signal }) => {
      const to = clock.now();
      const from = new Date(to.getTime() - (reportDays - 1) * 24 * 60 * 60_000);
      const usage = await readUsage(db, { from, to, timeZone });
      const t = texts(language);
      const { models } = await settings.read(modelSettings);
      const { usdPerCredit } = await settings.read(billingSettings);
      const lines = [...usageLines(usage, t, models), ...(money ? moneyLines(usage, t, { models, usdPerCredit }) : [])];
      const dedupeKey = `studio.usage:${updateId}`;
      const message = { chatId, threadId, dedupeKey, fileName: "usage.png", caption: Html.join(lines) };
      await sendChart(kernel, { ...message, chart: chartOf(usage, t) }, signal);
    },
  });
}

function usageLines(usage: Usage, t: Translate, models: Catalogue): readonly Html[] {
  return [
    t("studio-stats-title", { days: reportDays }),
    t("studio-stats-summary", {
      jobs: usage.jobs,
      people: usage.people,
      success: usage.ended === 0 ? "–" : formatShare(usage.delivered / usage.ended, t),
      seconds: usage.videoSeconds,
      tokens: usage.promptTokens,
      cost: formatDollars(usage.costUsdMicros, t.language),
    }),
    ...usage.byModel.map(({ name, jobs, delivered }) =>
      t("studio-stats-model", { name: labelOf(models, name), jobs, delivered }),
    ),
  ];
}

/** What was captured, and what of it is left after the providers: of all, then of each model that took or brought money. */
function moneyLines(
  usage: Usage,
  t: Translate,
  { models, usdPerCredit }: { readonly models: Catalogue; readonly usdPerCredit: number },
): readonly Html[] {
  const words = (takings: Takings) => moneyWords(takings, { t, usdPerCredit });
  return [
    t("studio-stats-money", words(usage)),
    ...usage.byModel
      .filter(({ revenue, costUsdMicros }) => revenue > 0n || costUsdMicros > 0)
      .map((model) => t("studio-stats-margin", { name: labelOf(models, model.name), ...words(model) })),
  ];
}

/** A model that was taken off the list is called by its id. */
function labelOf(models: Catalogue, id: string): string {
  return findModel(models, id)?.label ?? id;
}

function chartOf({ byDay }: Usage, t: Translate): Parameters<Kernel["charts"]["render"]>[0] {
  // The names are days already, of the asker's own calendar.
  const day = new Intl.DateTimeFormat(t.language, { month: "short", day: "numeric", timeZone: "UTC" });
  const series = (name: string, values: readonly number[]) => ({
    name,
    type: "bar" as const,
    stack: "jobs",
    data: [...values],
  });
  return {
    color: [deliveredColor, otherColor],
    title: { text: t.plain("studio-stats-chart"), textStyle: { fontSize: 16 } },
    legend: { bottom: 0 },
    grid: { left: 40, right: 16, top: 48, bottom: 56 },
    xAxis: { type: "category", data: byDay.map(({ name }) => day.format(new Date(name))) },
    yAxis: { type: "value", minInterval: 1 },
    series: [
      series(
        t.plain("studio-stats-delivered"),
        byDay.map(({ delivered }) => delivered),
      ),
      series(
        t.plain("studio-stats-other"),
        byDay.map(({ jobs, delivered }) => jobs - delivered),
      ),
    ],
  };
}
