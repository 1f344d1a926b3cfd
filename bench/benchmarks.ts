import { api } from "./benchmarks/api.ts";
import { claiming } from "./benchmarks/claiming.ts";
import { fanOut } from "./benchmarks/fan-out.ts";
import { growth } from "./benchmarks/growth.ts";
import { pace } from "./benchmarks/pace.ts";
import { replies } from "./benchmarks/replies.ts";
import { sending } from "./benchmarks/sending.ts";
import { shapes } from "./benchmarks/shapes.ts";
import { signals } from "./benchmarks/signals.ts";
import { start } from "./benchmarks/start.ts";
import { studio, studioDemo, studioFairness } from "./benchmarks/studio.ts";
import { updates } from "./benchmarks/updates.ts";
import type { Benchmark } from "./harness/benchmark.ts";

/** All there are, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  sending,
  shapes,
  pace,
  replies,
  fanOut,
  signals,
  claiming,
  growth,
  updates,
  api,
  start,
  studio,
  studioFairness,
  studioDemo,
];
