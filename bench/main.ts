import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";

import { benchmarks } from "./benchmarks.ts";
import { type Benchmark, isMet, Unbelievable } from "./harness/benchmark.ts";
import { startBenchServer } from "./harness/database.ts";
import { machineMs } from "./harness/machine-clock.ts";
import { machine, processorTime, stolenPercent } from "./harness/machine.ts";
import { printMachine, printOutcome } from "./harness/print.ts";
import { openWorkbench } from "./harness/workbench.ts";

const usage = `Measures the program on this machine; starts and ends everything it needs.

  npm run bench                    all benchmarks (about a quarter of an hour)
  npm run bench -- <name> …        these
  npm run bench -- --quick         small sizes: to see that it works, not for numbers
  npm run bench -- --profile <dir> keeps processor profiles of the program there
`;

interface Options {
  readonly quick: boolean;
  readonly profileIn: string | undefined;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: "boolean" }, help: { type: "boolean" }, profile: { type: "string" } },
  });
  const chosen = positionals.length === 0 ? benchmarks : benchmarks.filter(({ name }) => positionals.includes(name));
  const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (values.help === true || unknown.length > 0) {
    console.log(usage + benchmarks.map(({ name, title }) => `  ${name.padEnd(12)} ${title}`).join("\n"));
    process.exitCode = unknown.length;
    return;
  }
  if (values.profile !== undefined) await mkdir(values.profile, { recursive: true });
  const { version, stop } = await startBenchServer({ quick: true });
  await stop();
  printMachine(machine(version));
  for (const benchmark of chosen) await runOne(benchmark, { quick: values.quick === true, profileIn: values.profile });
}

/** One that fails does not keep the others from running, but the command fails. */
async function runOne(benchmark: Benchmark, options: Options): Promise<void> {
  // Each has a server of its own: what one has left behind is not the next one's burden.
  const server = await startBenchServer(options);
  const { bench, close } = openWorkbench({ ...options, server });
  const began = machineMs();
  const before = await processorTime();
  try {
    const outcome = await benchmark.run(bench);
    const seconds = (machineMs() - began) / 1000;
    printOutcome(benchmark, outcome, { seconds, stolenPercent: stolenPercent(before, await processorTime()) });
    if (!options.quick && !(outcome.goals ?? []).every(isMet)) process.exitCode = 2;
  } catch (error) {
    process.exitCode = 1;
    console.error(`\n## ${benchmark.title}\n`);
    console.error(error instanceof Unbelievable ? `NOT BELIEVABLE: ${error.message}` : error);
  } finally {
    await close();
    await server.stop();
  }
}

await main();
