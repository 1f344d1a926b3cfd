import { sending } from "./benchmarks/sending.ts";
import type { Benchmark } from "./harness/benchmark.ts";

/** All there are, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [sending];
