import { readFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";

import type { Row } from "./benchmark.ts";

/** What the numbers depend on. */
export function machine(postgresVersion: string): Row {
  const [cpu] = cpus();
  return {
    processor: cpu?.model.trim() ?? "unknown",
    cores: cpus().length,
    "memory GB": Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    postgresql: postgresVersion,
    "load average": loadAverage(),
  };
}

export function loadAverage(): string {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(" ");
}

/** Processor time since the machine started, in hundredths of a second. */
export interface ProcessorTime {
  readonly all: number;
  /** What the host gave to others while somebody here wanted it. */
  readonly stolen: number;
}

/** Undefined where there is no `/proc`. */
export async function processorTime(): Promise<ProcessorTime | undefined> {
  try {
    const [line = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted among them already.
    const ticks = line.split(/\s+/).slice(1, 9).map(Number);
    return { all: ticks.reduce((sum, each) => sum + each, 0), stolen: ticks[7] ?? 0 };
  } catch {
    return undefined;
  }
}

/** Of all processor time between the two. With much of it, a number says more about the machine's neighbours than about us. */
export function stolenPercent(before: ProcessorTime | undefined, after: ProcessorTime | undefined): number {
  if (before === undefined || after === undefined || after.all === before.all) return 0;
  return Math.round((100 * (after.stolen - before.stolen)) / (after.all - before.all));
}
