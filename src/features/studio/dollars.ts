import type { Language } from "#kernel/lib/language.ts";

/** Millionths of a US dollar, as an amount of money. */
export function formatDollars(micros: number, language: Language): string {
  return new Intl.NumberFormat(language, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
  }).format(micros / 1_000_000);
}
