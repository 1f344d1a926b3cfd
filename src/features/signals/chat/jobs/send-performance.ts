import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { Html } from "#kernel/lib/html.ts";
import { languages } from "#kernel/lib/language.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import type { Content } from "#kernel/telegram/index.ts";

import { type Performance, readPerformance } from "../../performance.ts";
import { signalSettings } from "../../settings.ts";
import { type EquityChart, equityChartSize } from "../chart/equity-chart.ts";
import { formatShare } from "../format-number.ts";
import { performanceLines } from "../performance-lines.ts";

const payload = z.object({
  days: z.int().min(1),
  chatId: z.int(),
  threadId: z.int().optional(),
  language: z.enum(languages),
  timeZone: z.string(),
  /** Makes a second answer to the same question impossible. */
  updateId: z.int(),
});
export type PerformanceRequest = z.input<typeof payload>;

export type PerformanceDeps = Pick<Kernel, "db" | "clock" | "charts" | "media" | "delivery" | "texts" | "settings">;

const dayMs = 24 * 60 * 60_000;
const largestChart = 2 * 1024 * 1024;
const chartKeptMs = dayMs;

/** Answers `/performance`: the numbers of a time, and how they came about as a curve. */
export function makeSendPerformance(deps: PerformanceDeps): Job<PerformanceRequest> {
  const { db, clock, delivery, media, texts, settings } = deps;
  return defineJob({
    name: "signals.send-performance",
    payload,
    run: async ({ days, chatId, threadId, language, timeZone, updateId }, { signal }) => {
      const to = clock.now();
      const from = new Date(to.getTime() - days * dayMs);
      const { feePercent } = await settings.read(signalSettings);
      const performance = await readPerformance(db, { from, to, feePercent });
      const t = texts(language);
      const html = Html.join(
        [
          t("signals-performance-title", { days }),
          performanceLines(performance, t),
          ...(performance.count > 0 ? [t("signals-performance-fee", { fee: feePercent })] : []),
        ],
        "\n\n",
      );
      const picture =
        performance.count === 0
          ? undefined
          : await draw(deps, { chart: equityChart(performance, { t, days, timeZone, from }), signal });
      await inTransaction(db, async (tx) => {
        if (picture !== undefined) await media.keep(tx, picture);
        const content: Content =
          picture === undefined
            ? { kind: "text", html }
            : { kind: "photo", media: { mediaId: picture }, caption: html };
        await delivery.enqueue(tx, {
          chatId,
          topic: "reply",
          dedupeKey: `signals.performance:${updateId}`,
          content,
          ...(threadId !== undefined && { threadId }),
        });
      });
    },
  });
}

/** @returns the stored picture's id. */
async function draw(
  { charts, media, clock }: PerformanceDeps,
  { chart, signal }: { readonly chart: EquityChart; readonly signal: AbortSignal },
): Promise<string> {
  const builder = new URL("../chart/equity-chart.ts", import.meta.url);
  const png = await charts.render({ builder, input: chart }, { ...equityChartSize, theme: chart.theme }, signal);
  const { id } = await media.put({
    contentType: "image/png",
    fileName: "performance.png",
    body: png,
    maxBytes: largestChart,
    expiresAt: new Date(clock.now().getTime() + chartKeptMs),
  });
  return id;
}

function equityChart(
  { equity, winRate, count }: Performance,
  {
    t,
    days,
    timeZone,
    from,
  }: { readonly t: Translate; readonly days: number; readonly timeZone: string; readonly from: Date },
): EquityChart {
  const points = equity.map(({ at, totalPercent }) => ({ atMs: at.getTime(), percent: totalPercent }));
  return {
    title: t.plain("signals-chart-performance", { days }),
    subtitle: t.plain("signals-chart-win-rate", { winRate: formatShare(winRate ?? 0, t), count }),
    points: [{ atMs: from.getTime(), percent: 0 }, ...points],
    language: t.language,
    timeZone,
    theme: "dark",
  };
}
