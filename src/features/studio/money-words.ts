import { formatCredits, thousandths } from "#kernel/lib/money.ts";
import type { Translate } from "#kernel/lib/texts.ts";

import { formatDollars } from "./dollars.ts";

/** What came in, in thousandths of a credit, and what it cost. */
export interface Takings {
  readonly revenue: bigint;
  readonly costUsdMicros: number;
}

/** Millionths of a dollar that an amount of credits brings in. */
export function worthOf(credits: bigint, usdPerCredit: number): number {
  return (Number(credits) / Number(thousandths)) * usdPerCredit * 1_000_000;
}

/** What was captured and what of it is left after the providers, in the words of a language. */
export function moneyWords(
  { revenue, costUsdMicros }: Takings,
  { t, usdPerCredit }: { readonly t: Translate; readonly usdPerCredit: number },
): Readonly<Record<"credits" | "revenue" | "cost" | "margin" | "share", string>> {
  const revenueMicros = worthOf(revenue, usdPerCredit);
  const margin = revenueMicros - costUsdMicros;
  return {
    credits: formatCredits(revenue, t.language),
    revenue: formatDollars(revenueMicros, t.language),
    cost: formatDollars(costUsdMicros, t.language),
    margin: formatDollars(margin, t.language),
    share: revenueMicros === 0 ? "–" : formatShare(margin / revenueMicros, t),
  };
}

export function formatShare(share: number, { language }: Translate): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(share);
}
