import type { Translate } from "#kernel/lib/texts.ts";

/** `0.634` → `63%`. */
export function formatShare(share: number, { language }: Translate): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** `-3.2` → `−3.20%`. */
export function formatSignedPercent(percent: number, { language }: Translate): string {
  return new Intl.NumberFormat(language, {
    style: "percent",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: "exceptZero",
  })
    .format(percent / 100)
    .replace("-", "−");
}
