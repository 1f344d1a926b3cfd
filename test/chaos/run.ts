import { type Verdict, judge } from "./checker.ts";
import { gather, type History } from "./history.ts";
import { askAll } from "./load.ts";
import { runNemesis } from "./nemesis.ts";
import { planRequests } from "./plan.ts";
import { type ChaosServer, openRig } from "./rig.ts";
import { type FaultKind, scheduleOf, type Step } from "./schedule.ts";
import { settle } from "./settle.ts";

export interface RunOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly only: readonly FaultKind[];
  readonly replicas: number;
}

export interface Run {
  readonly seed: number;
  readonly schedule: readonly Step[];
  readonly history: History;
  readonly verdicts: readonly Verdict[];
  /** What each replica printed last. */
  readonly outputs: readonly string[];
}

/** How long everything may take to end when nothing is wrong any more. */
const settleMs = 90_000;

/** One run from start to verdict: load and nemesis side by side, then peace until everything has ended. */
export async function runOnce(server: ChaosServer, options: RunOptions): Promise<Run> {
  const { seed, seconds, only, replicas } = options;
  const forMs = seconds * 1000;
  const schedule = scheduleOf({ seed, forMs, only, replicas });
  const rig = await openRig({ server, replicas });
  try {
    await Promise.all(rig.replicas.map(async ({ start }) => await start()));
    const [asked, deeds] = await Promise.all([
      askAll(rig, planRequests(seed, forMs), forMs),
      runNemesis(rig, schedule),
    ]);
    await rig.telegram.call("heal");
    const left = await settle(rig, settleMs);
    const history = await gather(rig, { asked, deeds, left });
    const outputs = rig.replicas.map(({ output }) => output());
    return { seed, schedule, history, verdicts: judge(history), outputs };
  } finally {
    await rig.close();
  }
}
