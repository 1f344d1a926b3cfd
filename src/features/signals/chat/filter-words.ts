import { oneLine } from "#kernel/lib/foreign-text.ts";
import { Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";

import type { Filter } from "../subscriber.ts";
import { formatConfidence } from "./signal-message.ts";

const mostListed = 8;
const longestName = 40;

/** A filter as people say it: `buy or sell signals · confidence 80% or more · BTC/USD · on 1H`. */
export function filterWords({ types, minConfidence, assets, timeframes, models }: Filter, t: Translate): Html {
  const typeNames = types.map((type) => t.plain(`signals-type-${type}`));
  const parts = [
    types.length === 0
      ? t("signals-filter-every-type")
      : t("signals-filter-types", { types: listed(typeNames, t), count: types.length }),
  ];
  if (minConfidence > 0) {
    parts.push(t("signals-filter-confidence", { confidence: formatConfidence(minConfidence, t) }));
  }
  if (assets.length > 0) parts.push(t("signals-filter-assets", { assets: listed(assets, t) }));
  if (timeframes.length > 0) parts.push(t("signals-filter-timeframes", { timeframes: listed(timeframes, t) }));
  if (models.length > 0) parts.push(t("signals-filter-models", { models: listed(models, t) }));
  return Html.join(parts, " · ");
}

/** `A, B or C`; of a long list the first ones and how many more. */
export function listed(names: readonly string[], t: Translate): string {
  const shown = names.slice(0, mostListed).map((name) => oneLine(name, longestName));
  const missing = names.length - shown.length;
  const all = missing > 0 ? [...shown, t.plain("signals-filter-more", { count: missing })] : shown;
  return new Intl.ListFormat(t.language, { type: "disjunction", style: "long" }).format(all);
}
