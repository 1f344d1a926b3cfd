import type { EChartsOption } from "echarts";

import { chartPalette, type ChartTheme, movementColors } from "./palette.ts";
import { spreadLabels } from "./spread-labels.ts";

/** What the chart shows, as plain data: it crosses into the drawing process. All words are in the reader's language. */
export interface CandleChart {
  readonly title: string;
  readonly subtitle: string;
  /** Oldest first, at most 300. */
  readonly candles: readonly ChartCandle[];
  readonly levels: readonly ChartLevel[];
  /** BCP 47, for the dates on the axis. */
  readonly language: string;
  readonly timeZone: string;
  readonly theme: ChartTheme;
}

/** Numbers are good enough to draw with. */
export interface ChartCandle {
  readonly atMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume?: number;
}

export interface ChartLevel {
  readonly kind: "entry" | "target" | "stop";
  readonly price: number;
  /** `Target 48,900`. */
  readonly label: string;
}

/** Small, so that its letters can be read where Telegram shows it, on a phone. */
export const candleChartSize = { width: 440, height: 360 } as const;
export const mostCandles = 300;

const top = 68;
const bottom = 32;
const left = 12;
/** About the width of a digit of the axis. */
const digitWidth = 6.6;
const gap = 6;
const volumeHeight = 40;
const labelHeight = 21;
/** The share of the height that stays free above and below what is drawn. */
const air = 0.06;

/** Called in the drawing process. */
export function chartOption(chart: CandleChart): EChartsOption {
  const candles = chart.candles.slice(-mostCandles);
  const { up, down } = movementColors(chart.theme, chart.language);
  const hasVolume = candles.some(({ volume }) => volume !== undefined);
  const height = candleChartSize.height - top - bottom - (hasVolume ? volumeHeight + gap : 0);
  const range = priceRange(candles, chart.levels);
  const format = priceFormat(range, chart.language);
  const right = 14 + digitWidth * Math.max(...[range.low, range.high].map((price) => format(price).length));
  // The two parts would otherwise be inset by different labels, and their bars not stand below one another.
  const grid = { left, right, outerBoundsMode: "none" as const };
  return {
    title: {
      text: chart.title,
      subtext: chart.subtitle,
      left: left - 4,
      top: 6,
      itemGap: 2,
      textStyle: { fontSize: 18, lineHeight: 26 },
      subtextStyle: { fontSize: 13, lineHeight: 18 },
    },
    grid: [
      { ...grid, top, height },
      ...(hasVolume ? [{ ...grid, top: top + height + gap, height: volumeHeight }] : []),
    ],
    xAxis: timeAxes(chart, candles, hasVolume),
    yAxis: [priceAxis(range, format), ...(hasVolume ? [volumeAxis] : [])],
    series: [
      {
        type: "candlestick",
        data: candles.map(({ open, close, low, high }) => [open, close, low, high]),
        barMaxWidth: 14,
        itemStyle: { color: up, color0: down, borderColor: up, borderColor0: down },
        // ECharts would round the levels to two decimals.
        markLine: { silent: true, symbol: "none", precision: 20, data: levelLines(chart) },
      },
      levelLabels(chart, range, height),
      ...(hasVolume ? [volumeSeries(candles, { up, down })] : []),
    ],
  };
}

function timeAxes(chart: CandleChart, candles: readonly ChartCandle[], hasVolume: boolean): XAxes {
  const name = timeNames(chart, candles);
  const axis = (gridIndex: number, isShown: boolean): XAxes[number] => ({
    type: "category",
    gridIndex,
    data: candles.map(({ atMs }) => String(atMs)),
    axisLabel: isShown
      ? { fontSize: 12, hideOverlap: true, alignMinLabel: "left", formatter: (value: string) => name(Number(value)) }
      : { show: false },
    axisLine: { show: isShown },
  });
  return hasVolume ? [axis(0, false), axis(1, true)] : [axis(0, true)];
}

type XAxes = Extract<NonNullable<EChartsOption["xAxis"]>, readonly unknown[]>;
type YAxis = Exclude<NonNullable<EChartsOption["yAxis"]>, readonly unknown[]>;
type Series = Extract<NonNullable<EChartsOption["series"]>, readonly unknown[]>[number];

const priceSteps = 4;

/** With as many decimals as it takes to tell the steps of the axis apart. */
function priceFormat({ low, high }: Range, language: string): (price: number) => string {
  const needed = Math.ceil(-Math.log10((high - low) / priceSteps));
  const decimals = Math.min(Math.max(needed, 0), 20);
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return (price) => format.format(price);
}

function priceAxis({ low, high }: Range, formatter: (price: number) => string): YAxis {
  return {
    type: "value",
    position: "right",
    min: low,
    max: high,
    splitNumber: priceSteps,
    axisLabel: { fontSize: 11, showMinLabel: false, showMaxLabel: false, formatter },
  };
}

const volumeAxis: YAxis = {
  type: "value",
  gridIndex: 1,
  axisLabel: { show: false },
  splitLine: { show: false },
};

interface Range {
  readonly low: number;
  readonly high: number;
}

/** From the lowest to the highest of everything drawn, with some air. */
function priceRange(candles: readonly ChartCandle[], levels: readonly ChartLevel[]): Range {
  const prices = [...candles.flatMap(({ low, high }) => [low, high]), ...levels.map(({ price }) => price)];
  const low = Math.min(...prices);
  const high = Math.max(...prices);
  const margin = (high - low) * air || high * air || 1;
  return { low: low - margin, high: high + margin };
}

function levelLines({ levels, theme }: CandleChart): { readonly yAxis: number }[] {
  return levels.map(({ kind, price }) => ({
    yAxis: price,
    label: { show: false },
    lineStyle: { color: chartPalette[theme][kind], width: 1.5, type: kind === "entry" ? "solid" : "dashed" },
  }));
}

/** Points that cannot be seen carry the labels, over the oldest candles: the newest are what people look at. */
function levelLabels({ levels, theme }: CandleChart, { low, high }: Range, height: number): Series {
  const palette = chartPalette[theme];
  const middles = levels.map(({ price }) => ((high - price) / (high - low)) * height);
  const shifts = spreadLabels(middles, { height: labelHeight, from: 0, to: height });
  return {
    type: "scatter",
    silent: true,
    symbolSize: 0,
    itemStyle: { opacity: 1 },
    z: 10,
    data: levels.map(({ kind, price, label }, index) => ({
      value: [0, price],
      label: {
        show: true,
        formatter: label,
        position: "right",
        distance: 0,
        offset: [0, shifts[index] ?? 0],
        color: palette.onLevel,
        backgroundColor: palette[kind],
        borderRadius: 4,
        padding: [0, 7],
        lineHeight: labelHeight - 1,
        fontSize: 12,
        fontWeight: 700,
      },
    })),
  };
}

function volumeSeries(candles: readonly ChartCandle[], { up, down }: ReturnType<typeof movementColors>): Series {
  return {
    type: "bar",
    xAxisIndex: 1,
    yAxisIndex: 1,
    barMaxWidth: 14,
    data: candles.map(({ open, close, volume = 0 }) => ({
      value: volume,
      itemStyle: { color: close >= open ? up : down, opacity: 0.45 },
    })),
  };
}

const dayMs = 24 * 60 * 60_000;

/** Hours for a few days of candles, else days. */
function timeNames({ language, timeZone }: CandleChart, candles: readonly ChartCandle[]): (atMs: number) => string {
  const span = (candles.at(-1)?.atMs ?? 0) - (candles[0]?.atMs ?? 0);
  const hour: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const day: Intl.DateTimeFormatOptions = { month: "short", day: "numeric" };
  const format = new Intl.DateTimeFormat(language, {
    timeZone,
    ...(span <= 1.5 * dayMs ? hour : span <= 6 * dayMs ? { ...day, ...hour } : day),
  });
  return (atMs) => format.format(atMs);
}
