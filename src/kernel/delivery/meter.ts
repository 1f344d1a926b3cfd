import type { Rate } from "./pace-limits.ts";

/**
 * Counts what one limit concerns. Two rules at once: the generic cell rate algorithm spreads messages evenly and allows a
 * burst, and a ring of the last times keeps any window of the limit's length within its count, which a burst followed by
 * the even pace would exceed. What counts for the other side is when a message arrives, which is known only afterwards:
 * it is promised while it is being claimed, passes over the wire, and holds a place in the window all that time.
 */
export interface Meter {
  /** When the next message would be due if all had come evenly spread. */
  dueAtMs: number;
  /** When the last `count` arrived, a ring in the order of time. */
  readonly times: Float64Array;
  next: number;
  /** Places kept: for what is promised, and for what is on the wire. */
  promised: number;
  /** On the wire, in the order of leaving. */
  readonly passages: Passage[];
}

/** Some messages on the wire. */
export interface Passage {
  readonly leftMs: number;
  readonly messages: number;
  hasArrived: boolean;
}

/** What is on the wire for longer has arrived and is not answered, as far as a limit is concerned: it keeps no place any more. */
const longestPassageMs = 2000;

export function newMeter({ count }: Rate): Meter {
  return {
    dueAtMs: Number.NEGATIVE_INFINITY,
    times: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
    next: 0,
    promised: 0,
    passages: [],
  };
}

/** Some more messages: so many together, at least 1, that leave so many of the burst to others. */
export interface Wish {
  readonly wanted: number;
  readonly spare: number;
}

/**
 * How long until they are allowed; 0 when it is now.
 * @param rate the meter's own, or a slower one (its count is not above the meter's).
 */
export function meterWaitMs(meter: Meter, rate: Rate, nowMs: number, { wanted, spare }: Wish): number {
  settleOld(meter, nowMs);
  const toleranceMs = Math.max(rate.burst - spare - wanted, 0) * rate.intervalMs;
  const evenlyMs = meter.dueAtMs - toleranceMs - nowMs;
  return Math.max(evenlyMs, windowWaitMs(meter, rate, nowMs, wanted), 0);
}

function windowWaitMs({ times, next, promised }: Meter, rate: Rate, nowMs: number, wanted: number): number {
  const { length } = times;
  if (length === 0) return 0;
  // More than the whole window at once has to begin with an empty one.
  const back = Math.max(rate.count - promised - Math.min(wanted, rate.count) + 1, 0);
  // Places kept fill the window: when those arrive is not known yet.
  if (back === 0) return rate.intervalMs;
  const oldest = times[(next - back + length) % length] ?? Number.NEGATIVE_INFINITY;
  return oldest + rate.windowMs - nowMs;
}

export function meterPromise(meter: Meter, rate: Rate, nowMs: number, messages: number): void {
  // Whoever asks first is never further ahead than a burst; what a faster rate of before has sent is not held against this one.
  const mostAheadMs = Math.max(rate.burst, messages) * rate.intervalMs;
  const dueAtMs = Math.max(meter.dueAtMs, nowMs) + messages * rate.intervalMs;
  meter.dueAtMs = Math.min(dueAtMs, nowMs + mostAheadMs);
  meter.promised += messages;
}

/** @returns what `meterArrive` wants when the answer is there. */
export function meterLeave(meter: Meter, nowMs: number, messages: number): Passage {
  const passage = { leftMs: nowMs, messages, hasArrived: false };
  meter.passages.push(passage);
  return passage;
}

/** @param atMs when it arrived at the latest. */
export function meterArrive(meter: Meter, passage: Passage, atMs: number): void {
  if (passage.hasArrived) return;
  passage.hasArrived = true;
  while (meter.passages[0]?.hasArrived === true) meter.passages.shift();
  meterTakeBack(meter, passage.messages);
  const { times } = meter;
  if (times.length === 0) return;
  const latestMs = Math.max(atMs, times[(meter.next - 1 + times.length) % times.length] ?? atMs);
  for (let count = Math.min(passage.messages, times.length); count > 0; count -= 1) {
    times[meter.next] = latestMs;
    meter.next = (meter.next + 1) % times.length;
  }
}

function settleOld(meter: Meter, nowMs: number): void {
  for (;;) {
    const [oldest] = meter.passages;
    if (oldest === undefined || oldest.leftMs + longestPassageMs > nowMs) return;
    meterArrive(meter, oldest, oldest.leftMs + longestPassageMs);
  }
}

/** Promised, but it did not leave. */
export function meterTakeBack(meter: Meter, messages: number): void {
  meter.promised = Math.max(meter.promised - messages, 0);
}

/** Nothing that was counted matters any more: the meter is as good as new. */
export function meterIsIdle(meter: Meter, rate: Rate, nowMs: number): boolean {
  settleOld(meter, nowMs);
  const { length } = meter.times;
  const last = length === 0 ? undefined : meter.times[(meter.next - 1 + length) % length];
  if (meter.dueAtMs > nowMs || meter.promised > 0) return false;
  return last === undefined || last + rate.windowMs <= nowMs;
}
