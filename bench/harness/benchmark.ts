import type { Workbench } from "./workbench.ts";

/** One question with a number for an answer. */
export interface Benchmark {
  /** As given on the command line. */
  readonly name: string;
  readonly title: string;
  /** @throws Unbelievable when what was measured cannot be trusted. */
  readonly run: (bench: Workbench) => Promise<Outcome>;
}

export type Row = Readonly<Record<string, string | number>>;

export interface Outcome {
  readonly rows: readonly Row[];
  readonly goals?: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  readonly measured: number;
  /** The bound, and on which side of it we want to be. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function isMet({ measured, atLeast, atMost }: Goal): boolean {
  return measured >= (atLeast ?? Number.NEGATIVE_INFINITY) && measured <= (atMost ?? Number.POSITIVE_INFINITY);
}

/** Something was lost, repeated or not measured: the number would be worth nothing. */
export class Unbelievable extends Error {
  override readonly name = "Unbelievable";
}

export function believe(condition: boolean, complaint: string): asserts condition {
  if (!condition) throw new Unbelievable(complaint);
}
