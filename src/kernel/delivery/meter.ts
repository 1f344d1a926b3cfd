import type { Rate } from "./pace-limits.ts";

/**
 * Counts what one limit concerns. Two rules at once: the generic cell rate algorithm spreads messages evenly and allows a
 * burst, and a ring of the last times keeps any window of the limit's length within its count, which a burst followed by
 * the even pace would exceed.
 */
export interface Meter {
  /** When the next message would be due if all had come evenly spread. */
  dueAtMs: number;
  /** The last `count` times, a ring. */
  readonly times: Float64Array;
  next: number;
}

export function newMeter({ count }: Rate): Meter {
  return { dueAtMs: Number.NEGATIVE_INFINITY, times: new Float64Array(count).fill(Number.NEGATIVE_INFINITY), next: 0 };
}

/**
 * How long until one more is allowed that leaves `spare` of the burst to others; 0 when it is now.
 * @param rate the meter's own, or a slower one (its count is not above the meter's).
 */
export function meterWaitMs(meter: Meter, rate: Rate, nowMs: number, spare: number): number {
  const toleranceMs = Math.max(rate.burst - spare - 1, 0) * rate.intervalMs;
  const evenlyMs = meter.dueAtMs - toleranceMs - nowMs;
  const { length } = meter.times;
  const oldest = length === 0 ? undefined : meter.times[(meter.next - rate.count + length) % length];
  const windowMs = oldest === undefined ? 0 : oldest + rate.count * rate.intervalMs - nowMs;
  return Math.max(evenlyMs, windowMs, 0);
}

export function meterTake(meter: Meter, rate: Rate, nowMs: number): void {
  meter.dueAtMs = Math.max(meter.dueAtMs, nowMs) + rate.intervalMs;
  if (meter.times.length === 0) return;
  meter.times[meter.next] = nowMs;
  meter.next = (meter.next + 1) % meter.times.length;
}

/** Nothing that was counted matters any more: the meter is as good as new. */
export function meterIsIdle(meter: Meter, rate: Rate, nowMs: number): boolean {
  const { length } = meter.times;
  const last = length === 0 ? undefined : meter.times[(meter.next - 1 + length) % length];
  return meter.dueAtMs <= nowMs && (last === undefined || last + rate.count * rate.intervalMs <= nowMs);
}
