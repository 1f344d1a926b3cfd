import type { Language } from "#kernel/lib/language.ts";

import { numberFormat } from "./formatters.ts";

/** A decimal number as it was sent: `45250`, `0.00001234`, `1.10`. Prices stay in this form, so that no digit is lost. */
const pattern = /^(\d+)(?:\.(\d+))?$/;

/**
 * A price in its own precision, grouped as the language does it: `45250.50` → `45,250.50`.
 * @throws RangeError for anything but a decimal number without a sign.
 */
export function formatPrice(price: string, language: Language): string {
  const { whole, fraction } = partsOf(price);
  const grouped = numberFormat(language).format(BigInt(whole));
  return fraction === "" ? grouped : `${grouped}.${fraction}`;
}

/** What moving `from` one price `to` another earns: negative for a loss. A sell earns when the price falls. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly side: "buy" | "sell";
}

/** The move in per cent with its sign: `+8.07%`, `−3.20%`, `+0.0042%`. Two decimals, four for what is very small. */
export function formatMove({ from, to, side }: Move, language: Language): string {
  const [start, end] = sameScale(from, to);
  if (start === 0n) throw new RangeError("a move from a price of zero");
  const earned = side === "buy" ? end - start : start - end;
  return formatPercent({ over: earned * 100n, under: start }, language);
}

/** A return as it is kept (`8.0663`, `-3.2`), as people read it: `+8.07%`, `−3.20%`. */
export function formatReturn(percent: string, language: Language): string {
  const match = /^(-?)(\d+(?:\.\d+)?)$/.exec(percent);
  if (match === null) throw new RangeError(`not a percentage: ${percent.slice(0, 40)}`);
  const [, sign, size = ""] = match;
  const { fraction } = partsOf(size);
  const over = scaled(size, fraction.length);
  return formatPercent({ over: sign === "-" ? -over : over, under: 10n ** BigInt(fraction.length) }, language);
}

/** A per cent value as a fraction, so that it is rounded only once. */
interface Percent {
  readonly over: bigint;
  /** Above zero. */
  readonly under: bigint;
}

function formatPercent({ over, under }: Percent, language: Language): string {
  const size = over < 0n ? -over : over;
  const isTiny = size * 10n < under;
  const digits = isTiny ? 4 : 2;
  const unit = 10n ** BigInt(digits);
  const rounded = divideRounded(size * unit, under);
  const whole = numberFormat(language).format(rounded / unit);
  const rest = rounded === 0n ? "00" : String(rounded % unit).padStart(digits, "0");
  const sign = rounded === 0n ? "" : over < 0n ? "−" : "+";
  return `${sign}${whole}.${rest}%`;
}

/** How often the way to the stop fits into the way to the target: `2.5`; undefined when there is no way to the stop. */
export function rewardToRisk(levels: {
  readonly entry: string;
  readonly target: string;
  readonly stop: string;
}): string | undefined {
  const [entry, target] = sameScale(levels.entry, levels.target, levels.stop);
  const [, stop] = sameScale(levels.entry, levels.stop, levels.target);
  const risk = distance(entry, stop);
  if (risk === 0n) return undefined;
  const tenths = divideRounded(distance(entry, target) * 10n, risk);
  return `${tenths / 10n}.${tenths % 10n}`;
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}

/** The first two as whole numbers of the smallest unit that any of the prices has. */
function sameScale(a: string, b: string, ...others: readonly string[]): readonly [bigint, bigint] {
  const scale = Math.max(...[a, b, ...others].map((price) => partsOf(price).fraction.length));
  return [scaled(a, scale), scaled(b, scale)];
}

function scaled(price: string, scale: number): bigint {
  const { whole, fraction } = partsOf(price);
  return BigInt(whole + fraction.padEnd(scale, "0"));
}

function partsOf(price: string): { readonly whole: string; readonly fraction: string } {
  const match = pattern.exec(price);
  if (match === null) throw new RangeError(`not a price: ${price.slice(0, 40)}`);
  return { whole: match[1] ?? "", fraction: match[2] ?? "" };
}

/** Half away from zero, for values that are not negative. */
function divideRounded(value: bigint, by: bigint): bigint {
  return (value * 2n + by) / (by * 2n);
}
