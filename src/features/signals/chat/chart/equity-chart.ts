import type { EChartsOption } from "echarts";

import { chartPalette, type ChartTheme, movementColors } from "./palette.ts";

/** How the returns of finished signals add up, as plain data for the drawing process. */
export interface EquityChart {
  readonly title: string;
  readonly subtitle: string;
  /** Oldest first; the first point is the beginning, at 0. */
  readonly points: readonly EquityPoint[];
  readonly language: string;
  readonly timeZone: string;
  readonly theme: ChartTheme;
}

export interface EquityPoint {
  readonly atMs: number;
  /** Since the beginning, in per cent. */
  readonly percent: number;
}

export const equityChartSize = { width: 440, height: 300 } as const;

/** Called in the drawing process. */
export function chartOption({ title, subtitle, points, language, timeZone, theme }: EquityChart): EChartsOption {
  const palette = chartPalette[theme];
  const last = points.at(-1)?.percent ?? 0;
  const { up, down } = movementColors(theme, language);
  const color = last < 0 ? down : up;
  const percent = new Intl.NumberFormat(language, {
    style: "percent",
    maximumFractionDigits: 1,
    signDisplay: "exceptZero",
  });
  const day = new Intl.DateTimeFormat(language, { timeZone, month: "short", day: "numeric" });
  return {
    title: {
      text: title,
      subtext: subtitle,
      left: 8,
      top: 6,
      itemGap: 2,
      textStyle: { fontSize: 18, lineHeight: 26 },
      subtextStyle: { fontSize: 13, lineHeight: 18 },
    },
    grid: { left: 12, right: 58, top: 68, bottom: 32, outerBoundsMode: "none" },
    xAxis: {
      type: "time",
      axisLabel: { fontSize: 12, hideOverlap: true, formatter: (value: number) => day.format(value) },
      splitNumber: 4,
    },
    yAxis: {
      type: "value",
      position: "right",
      splitNumber: 4,
      axisLabel: { fontSize: 11, formatter: (value: number) => percent.format(value / 100) },
    },
    series: [
      {
        type: "line",
        step: "end",
        data: points.map(({ atMs, percent: value }) => [atMs, value]),
        color,
        lineStyle: { width: 2.5 },
        areaStyle: { color, opacity: 0.12 },
        markLine: {
          silent: true,
          symbol: "none",
          data: [{ yAxis: 0, label: { show: false }, lineStyle: { color: palette.zero, width: 1, type: "solid" } }],
        },
      },
    ],
  };
}
