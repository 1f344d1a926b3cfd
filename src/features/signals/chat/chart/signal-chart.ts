import type { Kernel } from "#kernel/feature.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import type { Translate } from "#kernel/lib/texts.ts";

import type { Candle, NewSignal } from "../../signal.ts";
import { formatPrice } from "../format-price.ts";
import { formatConfidence } from "../signal-message.ts";
import { type CandleChart, candleChartSize, type ChartLevel, mostCandles } from "./candle-chart.ts";

const longestTitle = 28;
/** Sits well in light and in dark chats, and is what people who trade are used to. */
const theme = "dark";

interface Shown {
  readonly signal: NewSignal;
  readonly candles: readonly Candle[];
  readonly t: Translate;
  readonly timeZone: string;
}

/** Candles with the entry, the target and the stop drawn in. */
export function candleChart({ signal, candles, t, timeZone }: Shown): CandleChart {
  const { asset, type, timeframe, confidence } = signal;
  const title = [asset, timeframe].filter((part) => part !== undefined).join(" · ");
  return {
    title: oneLine(title, longestTitle),
    subtitle: t.plain("signals-chart-subtitle", {
      type,
      confidence: formatConfidence(confidence, t),
      zone: zoneName(timeZone, t.language),
    }),
    candles: candles.slice(-mostCandles).map(({ at, open, high, low, close, volume }) => ({
      atMs: at.getTime(),
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
      ...(volume !== undefined && { volume: Number(volume) }),
    })),
    levels: levelsOf(signal, t),
    language: t.language,
    timeZone,
    theme,
  };
}

/** As PNG. @throws when it cannot be drawn. */
export async function chartPicture(
  charts: Kernel["charts"],
  chart: CandleChart,
  signal?: AbortSignal,
): Promise<Buffer> {
  const builder = new URL("./candle-chart.ts", import.meta.url);
  return await charts.render({ builder, input: chart }, { ...candleChartSize, theme: chart.theme }, signal);
}

function levelsOf({ entryPrice, targetPrice, stopLoss }: NewSignal, t: Translate): readonly ChartLevel[] {
  const levels: ChartLevel[] = [];
  for (const [kind, price] of [
    ["target", targetPrice],
    ["entry", entryPrice],
    ["stop", stopLoss],
  ] as const) {
    if (price === undefined) continue;
    const label = t.plain(`signals-chart-${kind}`, { price: formatPrice(price, t.language) });
    levels.push({ kind, price: Number(price), label });
  }
  return levels;
}

function zoneName(timeZone: string, language: string): string {
  const parts = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: "short" }).formatToParts(0);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}
