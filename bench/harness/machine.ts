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
