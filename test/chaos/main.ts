import { parseArgs } from "node:util";

import { machine } from "../../bench/harness/machine.ts";
import { table } from "../../bench/harness/print.ts";
import { rules } from "./checker.ts";
import { evidenceOf, type Figures, figuresOf, spreadOf } from "./report.ts";
import { type ChaosServer, startChaosServer } from "./rig.ts";
import { runOnce } from "./run.ts";
import { mixed, type Scenario, scenarios } from "./scenario.ts";
import { describe, faultKinds } from "./schedule.ts";

const usage = `Does to the program what happens to programs, and checks that it keeps its promises.

  npm run chaos                        one run with a seed of its own
  npm run chaos -- --seed 7            this run again: the same schedule, the same load
  npm run chaos -- --seeds 50          so many, from the seed on
  npm run chaos -- --seconds 20        how long each is asked for things (20)
  npm run chaos -- --replicas 2        how many processes (2)
  npm run chaos -- --only kill-owner,drop
  npm run chaos -- --scenario kills    the sizes that are promised: ${scenarios.map(({ name }) => name).join(", ")}

Kinds of faults: ${faultKinds.join(", ")}, and peace, which is none
`;

interface Options {
  readonly seed: number;
  readonly seeds: number;
  readonly scenario: Scenario;
}

function read(): Options | undefined {
  const { values } = parseArgs({
    options: {
      seed: { type: "string" },
      seeds: { type: "string", default: "1" },
      seconds: { type: "string", default: "20" },
      replicas: { type: "string", default: "2" },
      only: { type: "string" },
      scenario: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const asked = values.only?.split(",") ?? [];
  const only =
    values.only === undefined
      ? faultKinds
      : [...faultKinds, "peace" as const].filter((kind) => asked.some((name) => kind.startsWith(name)));
  const scenario =
    values.scenario === undefined
      ? mixed({ seconds: Number(values.seconds), replicas: Number(values.replicas), only })
      : scenarios.find(({ name }) => name === values.scenario);
  if (values.help === true || only.length === 0 || scenario === undefined) return undefined;
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  return { seed, seeds: Number(values.seeds), scenario };
}

async function runSeed(server: ChaosServer, scenario: Scenario, seed: number): Promise<Figures> {
  console.log(`seed ${seed}: ${scenario.schedule(seed).map(describe).join(" | ")}`);
  const run = await runOnce(server, scenario, seed);
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

function summarise({ scenario }: Options, all: readonly Figures[]): void {
  const sum = (of: (figures: Figures) => number): number => all.reduce((total, figures) => total + of(figures), 0);
  const verdicts = rules.map(({ name, says }) => {
    const broken = all.filter((figures) => figures.broken.includes(name)).map(({ seed }) => seed);
    return { rule: name, "that is": says, verdict: broken.length === 0 ? "held" : `BROKEN by ${broken.join(", ")}` };
  });
  const recoveriesMs = all.flatMap((figures) => figures.recoveriesMs);
  const totals = {
    scenario: scenario.title,
    runs: all.length,
    "seconds each": scenario.seconds,
    faults: sum(({ faults }) => faults),
    notifications: sum(({ submitted }) => submitted),
    updates: sum(({ updates }) => updates),
    "messages accepted": sum(({ accepted }) => accepted),
    lost: sum(({ lost }) => lost),
    repeated: sum(({ repeated }) => repeated),
    unknown: sum(({ unknown }) => unknown),
    payments: sum(({ payments }) => payments),
    refunds: sum(({ refunds }) => refunds),
    videos: sum(({ videos }) => videos),
    "kill to next message, another replica ready": spreadOf(recoveriesMs),
    "the same, none ready: until one has started": spreadOf(all.flatMap(({ restartsMs }) => restartsMs)),
    "pre-checkout": spreadOf(all.flatMap(({ preCheckoutsMs }) => preCheckoutsMs)),
    "question to answer": spreadOf(all.flatMap(({ repliesMs }) => repliesMs)),
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
      all.push(await runSeed(server, options.scenario, seed));
    }
  } finally {
    await server.stop();
  }
  summarise(options, all);
  if (all.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
}
