import { oneLine } from "#kernel/lib/foreign-text.ts";
import { Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";

import type { NamedSummary, Performance } from "../performance.ts";
import { formatShare, formatSignedPercent } from "./format-number.ts";

const mostNames = 4;
const longestName = 40;

/** The numbers of a period in words: what holds over all, then by model, by asset and by confidence. */
export function performanceLines(performance: Performance, t: Translate): Html {
  const { count, winRate, averagePercent, medianPercent, totalPercent, profitFactor, maxDrawdownPercent, unpriced } =
    performance;
  if (count === 0) return t(unpriced === 0 ? "signals-performance-none" : "signals-performance-unpriced", { unpriced });
  const signed = (value: number | undefined): string => (value === undefined ? "–" : formatSignedPercent(value, t));
  const summary = t("signals-performance-summary", {
    count,
    winRate: winRate === undefined ? "–" : formatShare(winRate, t),
    total: signed(totalPercent),
    average: signed(averagePercent),
    median: signed(medianPercent),
    factor: profitFactor === undefined ? "–" : formatFactor(profitFactor, t),
    drawdown: signed(-Math.abs(maxDrawdownPercent)),
  });
  return Html.join(
    [
      summary,
      ...group("model", performance.byModel, t),
      ...group("asset", performance.byAsset, t),
      ...group("confidence", performance.byConfidence, t),
    ],
    "\n\n",
  );
}

/** The busiest ones; nothing where there is only one, whose numbers stand above. */
function group(by: "model" | "asset" | "confidence", all: readonly NamedSummary[], t: Translate): readonly Html[] {
  if (all.length < 2) return [];
  const shown = by === "confidence" ? all : all.toSorted((a, b) => b.count - a.count).slice(0, mostNames);
  const lines = shown.map(({ name, count, winRate, averagePercent }) =>
    t("signals-performance-line", {
      name: by === "confidence" ? confidenceRange(name) : oneLine(name, longestName) || t.plain("signals-no-model"),
      count,
      winRate: winRate === undefined ? "–" : formatShare(winRate, t),
      average: averagePercent === undefined ? "–" : formatSignedPercent(averagePercent, t),
    }),
  );
  return [Html.join([t(`signals-performance-by-${by}`), ...lines])];
}

const upperBounds: Readonly<Record<string, string>> = { 0: "59", 60: "69", 70: "79", 80: "89", 90: "100" };

function confidenceRange(lower: string): string {
  const upper = upperBounds[lower];
  return upper === undefined ? lower : `${lower}–${upper}%`;
}

function formatFactor(factor: number, { language }: Translate): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(factor);
}
