import { parseArgs } from "node:util";

import { machine } from "../../bench/harness/machine.ts";
import { table } from "../../bench/harness/print.ts";
import { rules } from "./checker.ts";
import { evidenceOf, type Figures, figuresOf, spreadOf } from "./report.ts";
import { type ChaosServer, startChaosServer } from "./rig.ts";
import { runOnce } from "./run.ts";
import { describe, type FaultKind, faultKinds, scheduleOf } from "./schedule.ts";

const usage = `Does to the program what happens to programs, and checks that it keeps its promises.

  npm run chaos                        one run with a seed of its own
  npm run chaos -- --seed 7            this run again: the same schedule, the same load
  npm run chaos -- --seeds 50          so many, from the seed on
  npm run chaos -- --seconds 20        how long each is asked for things (20)
  npm run chaos -- --replicas 2        how many processes (2)
  npm run chaos -- --only kill-owner,drop

Kinds of faults: ${faultKinds.join(", ")}, and peace, which is none
`;

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly seconds: number;
  readonly replicas: number;
  readonly only: readonly FaultKind[];
}

function read(): Options | undefined {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      seeds: { type: "string", default: "1" },
      seconds: { type: "string", default: "20" },
      replicas: { type: "string", default: "2" },
      only: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const asked = values.only?.split(",") ?? [];
  const only =
    values.only === undefined
      ? faultKinds
      : [...faultKinds, "peace" as const].filter((kind) => asked.some((a) => kind.startsWith(a)));
  if (values.help === true || only.length === 0) return undefined;
  return {
    seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
    seeds: Number(values.seeds),
    seconds: Number(values.seconds),
    replicas: Number(values.replicas),
    only,
  };
}

async function runSeed(server: ChaosServer, options: Options, seed: number): Promise<Figures> {
  const { seconds, only, replicas } = options;
  const schedule = scheduleOf({ seed, forMs: seconds * 1000, only, replicas });
  console.log(`seed ${seed}: ${schedule.map(describe).join(" | ")}`);
  const run = await runOnce(server, { seed, seconds, only, replicas });
  const figures = figuresOf(run);
  const { accepted, repeated, unknown, lost, payments } = figures;
  console.log(
    `  ${figures.verdict}: ${accepted} accepted, ${lost} lost, ${repeated} repeated, ${unknown} unknown, ${payments} payments; ` +
      `from a kill to the next message ${spreadOf(figures.recoveriesMs)}`,
  );
  const evidence = evidenceOf(run);
  if (evidence !== "") console.log(evidence);
  console.log(JSON.stringify({ chaos: figures }));
  return figures;
}

function summarise(options: Options, all: readonly Figures[]): void {
  const sum = (of: (figures: Figures) => number): number => all.reduce((total, figures) => total + of(figures), 0);
  const verdicts = rules.map(({ name, says }) => {
    const broken = all.filter((figures) => figures.broken.includes(name)).map(({ seed }) => seed);
    return { rule: name, "that is": says, verdict: broken.length === 0 ? "held" : `BROKEN by ${broken.join(", ")}` };
  });
  const recoveriesMs = all.flatMap((figures) => figures.recoveriesMs);
  const totals = {
    runs: all.length,
    "seconds each": options.seconds,
    faults: sum(({ faults }) => faults),
    notifications: sum(({ submitted }) => submitted),
    updates: sum(({ updates }) => updates),
    "messages accepted": sum(({ accepted }) => accepted),
    lost: sum(({ lost }) => lost),
    repeated: sum(({ repeated }) => repeated),
    unknown: sum(({ unknown }) => unknown),
    payments: sum(({ payments }) => payments),
    refunds: sum(({ refunds }) => refunds),
    "kill to next message": spreadOf(recoveriesMs),
    "pre-checkout": spreadOf(all.flatMap(({ preCheckoutsMs }) => preCheckoutsMs)),
    "pre-checkout unanswered": sum(({ unanswered }) => unanswered),
  };
  console.log(`\n${table(verdicts)}\n\n${table(Object.entries(totals).map(([what, value]) => ({ what, value })))}\n`);
  console.log(
    JSON.stringify({ chaos: totals, broken: all.filter(({ broken }) => broken.length > 0).map(({ seed }) => seed) }),
  );
}

const options = read();
if (options === undefined) {
  console.log(usage);
} else {
  const server = await startChaosServer();
  console.log(`${table([machine(server.version)])}\n`);
  const all: Figures[] = [];
  try {
    for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
      all.push(await runSeed(server, options, seed));
    }
  } finally {
    await server.stop();
  }
  summarise(options, all);
  if (all.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
}
