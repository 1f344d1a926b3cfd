import { z } from "zod";

import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { Html } from "#kernel/lib/html.ts";
import { languages } from "#kernel/lib/language.ts";
import type { Translate } from "#kernel/lib/texts.ts";

import { type Accounted, readAccounted } from "../../accounted.ts";
import { worthOf } from "../../money-words.ts";
import { sendChart } from "../../send-chart.ts";
import { moneySums } from "./money-lines.ts";

const payload = z.object({
  chatId: z.int(),
  threadId: z.int().optional(),
  language: z.enum(languages),
  timeZone: z.string(),
  days: z.int().min(1).max(90),
  /** When the button was pressed; the same press is answered once. */
  askedAt: z.iso.datetime(),
});
export type MoneyChart = z.input<typeof payload>;

const revenueColor = "#12a67a";
const costColor = "#f0a35e";
const marginColor = "#2f7cf6";

/** Revenue, cost and margin of each day as a picture. */
export function makeSendMoneyChart(
  kernel: Pick<Kernel, "db" | "clock" | "charts" | "media" | "delivery" | "texts" | "settings">,
): Job<MoneyChart> {
  return defineJob({
    name: "studio.send-money-chart",
    payload,
    run: async ({ chatId, threadId, language, timeZone, days, askedAt }, { signal }) => {
      const t = kernel.texts(language);
      const accounted = await readAccounted(kernel, { now: kernel.clock.now(), days, timeZone });
      const caption = Html.join([t("studio-admin-money-title", { days }), ...moneySums(accounted, t)]);
      const dedupeKey = `studio.money:${chatId}:${days}:${askedAt}`;
      const message = { chatId, threadId, dedupeKey, fileName: "money.png", caption };
      await sendChart(kernel, { ...message, chart: chartOf(accounted, t) }, signal);
    },
  });
}

function chartOf({ byDay, usdPerCredit }: Accounted, t: Translate): Parameters<Kernel["charts"]["render"]>[0] {
  const date = new Intl.DateTimeFormat(t.language, { month: "short", day: "numeric", timeZone: "UTC" });
  const revenue = byDay.map((day) => dollars(worthOf(day.revenue, usdPerCredit)));
  const cost = byDay.map(({ costUsdMicros }) => dollars(costUsdMicros));
  const margin = byDay.map((day) => dollars(worthOf(day.revenue, usdPerCredit) - day.costUsdMicros));
  return {
    color: [revenueColor, costColor, marginColor],
    title: { text: t.plain("studio-admin-money-chart"), textStyle: { fontSize: 16 } },
    legend: { bottom: 0 },
    grid: { left: 52, right: 16, top: 48, bottom: 56 },
    xAxis: { type: "category", data: byDay.map(({ name }) => date.format(new Date(name))) },
    yAxis: { type: "value", axisLabel: { formatter: "${value}" } },
    series: [
      { name: t.plain("studio-admin-money-revenue"), type: "bar", barGap: "10%", data: revenue },
      { name: t.plain("studio-admin-money-cost"), type: "bar", data: cost },
      { name: t.plain("studio-admin-money-margin"), type: "line", symbol: "circle", symbolSize: 6, data: margin },
    ],
  };
}

/** To the cent. */
function dollars(micros: number): number {
  return Math.round(micros / 10_000) / 100;
}
