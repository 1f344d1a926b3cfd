import type { Language } from "./language.ts";

/** Credits are counted in thousandths, so that a price can be 0.125 and sums stay exact. */
export const thousandths = 1000n;

/** `1500n` → `1.5`, in the language's own digits grouping. At most three decimals, none that say nothing. */
export function formatCredits(amount: bigint, language: Language): string {
  const sign = amount < 0n ? "−" : "";
  const size = amount < 0n ? -amount : amount;
  const whole = new Intl.NumberFormat(language).format(size / thousandths);
  const rest = String(size % thousandths)
    .padStart(3, "0")
    .replace(/0+$/, "");
  return `${sign}${whole}${rest === "" ? "" : `.${rest}`}`;
}

/** `+5`, `-2.5`, `0.125` → thousandths; undefined for anything else, and beyond a million credits. */
export function parseCredits(text: string): bigint | undefined {
  const match = /^([+-]?)(\d{1,7})(?:\.(\d{1,3}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = "", whole = "", rest = ""] = match;
  const size = BigInt(whole) * thousandths + BigInt(rest.padEnd(3, "0"));
  return sign === "-" ? -size : size;
}
