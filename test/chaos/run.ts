import { type Verdict, judge } from "./checker.ts";
import { gather, type History } from "./history.ts";
import { askAll } from "./load.ts";
import { runNemesis } from "./nemesis.ts";
import { type ChaosServer, openRig } from "./rig.ts";
import type { Scenario } from "./scenario.ts";
import type { Step } from "./schedule.ts";
import { settle } from "./settle.ts";

export interface Run {
  readonly seed: number;
  readonly schedule: readonly Step[];
  readonly history: History;
  readonly verdicts: readonly Verdict[];
  /** What each replica printed last. */
  readonly outputs: readonly string[];
}

/** One run from start to verdict: load and nemesis side by side, then peace until everything has ended. */
export async function runOnce(server: ChaosServer, scenario: Scenario, seed: number): Promise<Run> {
  const { seconds, replicas, environment, except } = scenario;
  const schedule = scenario.schedule(seed);
  const rig = await openRig({ server, replicas, environment });
  try {
    await Promise.all(rig.replicas.map(async ({ start }) => await start()));
    const [asked, deeds] = await Promise.all([
      askAll(rig, scenario.requests(seed), seconds * 1000),
      runNemesis(rig, schedule),
    ]);
    await rig.telegram.call("heal");
    const left = await settle(rig);
    const history = await gather(rig, { asked, deeds, left });
    const outputs = rig.replicas.map(({ output }) => output());
    const verdicts = judge(history).filter(({ rule }) => !except.includes(rule.name));
    return { seed, schedule, history, verdicts, outputs };
  } finally {
    await rig.close();
  }
}
