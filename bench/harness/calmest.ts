import { type ProcessorTime, processorTime, stolenPercent } from "./machine.ts";

export interface Turn<T> {
  readonly result: T;
  /** Of the processors, what the machine's host gave to others meanwhile. */
  readonly stolenPercent: number;
}

/** So little is there on a quiet machine as well. */
const calmPercent = 2;
const mostTimes = 3;

/**
 * Takes turns until `count` of them were left in peace by the host of a virtual machine, or three times as many.
 * Which turns count is decided by the host alone, never by their results. @returns the calmest, in their order.
 */
export async function calmest<T>(count: number, take: () => Promise<T>): Promise<readonly Turn<T>[]> {
  const turns: Turn<T>[] = [];
  const calm = (): number => turns.filter((turn) => turn.stolenPercent <= calmPercent).length;
  while (calm() < count && turns.length < count * mostTimes) {
    const before: ProcessorTime | undefined = await processorTime();
    const result = await take();
    turns.push({ result, stolenPercent: stolenPercent(before, await processorTime()) });
  }
  const chosen = new Set(turns.toSorted((a, b) => a.stolenPercent - b.stolenPercent).slice(0, count));
  return turns.filter((turn) => chosen.has(turn));
}
