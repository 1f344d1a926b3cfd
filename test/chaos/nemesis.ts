import { machineMs, sleep } from "../../bench/harness/machine-clock.ts";
import type { Replica, Rig } from "./rig.ts";
import type { FaultKind, Step } from "./schedule.ts";

/** What was done, when, to whom: what the checker may hold to be a reason for something. */
export interface Deed {
  readonly kind: FaultKind;
  readonly beganMs: number;
  /** Everything runs again, as far as it was ended by this. */
  readonly endedMs: number;
  /** Names of the replicas it was done to. */
  readonly replicas: readonly string[];
  /** Whether another replica was ready when it began. */
  readonly hasHeir: boolean;
}

const slowDatabaseMs = 40;
/** There and back nearly as long as a lease: what was asked before it ran out is done after another has it. */
const stalledDatabaseMs = 3000;
const slowTelegramMs = 300;
const clockStepMs = 3_600_000;

/** Does each step at its time; resolves when all are over and everything is healed. */
export async function runNemesis(rig: Rig, steps: readonly Step[]): Promise<readonly Deed[]> {
  const began = machineMs();
  const deeds = steps.map(async (step): Promise<Deed> => {
    await sleep(Math.max(0, began + step.afterMs - machineMs()));
    const target = await targetOf(rig, step);
    const heirs = rig.replicas.filter((replica) => replica !== target && replica.url() !== undefined);
    const hasHeir = step.kind !== "kill-all" && heirs.length > 0;
    const beganMs = machineMs();
    const replicas = await faults[step.kind](rig, step, target);
    return { kind: step.kind, beganMs, endedMs: machineMs(), replicas: replicas.map(({ name }) => name), hasHeir };
  });
  return (await Promise.all(deeds)).filter((deed) => !isPeace(deed));
}

/** Who owns is known by the database, while it is there. */
async function targetOf(rig: Rig, { target }: Step): Promise<Replica | undefined> {
  if (target !== "owner") return rig.replicas[target];
  return (await rig.owner().catch(() => undefined)) ?? rig.replicas[0];
}

type Fault = (rig: Rig, step: Step, target: Replica | undefined) => Promise<readonly Replica[]>;

async function killed(replicas: readonly Replica[], { forMs }: Step): Promise<readonly Replica[]> {
  await Promise.all(replicas.map(async ({ kill }) => await kill()));
  await sleep(forMs);
  await Promise.all(replicas.map(async ({ start }) => await start()));
  return replicas;
}

const one = (target: Replica | undefined): readonly Replica[] => (target === undefined ? [] : [target]);

const onLine =
  (side: "toDatabase" | "toTelegram", act: (proxy: Replica["toDatabase"], step: Step) => void): Fault =>
  async (_rig, step, target) => {
    if (target === undefined) return [];
    act(target[side], step);
    await sleep(step.forMs);
    await target[side].heal();
    return [target];
  };

const ofServer =
  (kind: "drop" | "hang" | "error" | "flood-bot"): Fault =>
  async ({ telegram, replicas }, { forMs }) => {
    await telegram.call("fault", { kind, forMs });
    await sleep(forMs);
    return replicas;
  };

const faults: Readonly<Record<FaultKind, Fault>> = {
  "kill-owner": async (_rig, step, target) => await killed(one(target), step),
  "kill-any": async (_rig, step, target) => await killed(one(target), step),
  "kill-all": async ({ replicas }, step) => await killed(replicas, step),
  "kill-database": async ({ server, replicas }, { forMs }) => {
    server.kill();
    await sleep(forMs);
    return replicas;
  },
  "kill-both": async ({ server }, step, target) => {
    server.kill();
    return await killed(one(target), step);
  },
  "stop-owner": async (_rig, { forMs }, target) => {
    target?.signal("SIGSTOP");
    await sleep(forMs);
    target?.signal("SIGCONT");
    return one(target);
  },
  "cut-database": onLine("toDatabase", (proxy) => {
    proxy.cut();
  }),
  "deaf-database": onLine("toDatabase", (proxy) => {
    proxy.swallow("new");
  }),
  "slow-database": onLine("toDatabase", (proxy) => {
    proxy.delay(slowDatabaseMs);
  }),
  "stall-database": onLine("toDatabase", (proxy) => {
    proxy.delay(stalledDatabaseMs);
  }),
  "cut-telegram": onLine("toTelegram", (proxy) => {
    proxy.cut();
  }),
  "deaf-telegram": onLine("toTelegram", (proxy) => {
    proxy.swallow("new");
  }),
  "slow-telegram": onLine("toTelegram", (proxy) => {
    proxy.delay(slowTelegramMs);
  }),
  outage: async ({ replicas }, { forMs }) => {
    await Promise.all(replicas.map(async ({ toTelegram }) => await toTelegram.refuse()));
    await sleep(forMs);
    await Promise.all(replicas.map(async ({ toTelegram }) => await toTelegram.heal()));
    return replicas;
  },
  drop: ofServer("drop"),
  hang: ofServer("hang"),
  error: ofServer("error"),
  "flood-bot": ofServer("flood-bot"),
  "flood-chats": async ({ telegram, replicas }, { forMs }) => {
    await telegram.call("fault", { kind: "flood-chats", forMs, chatIds: floodedChats });
    await sleep(forMs);
    return replicas;
  },
  peace: async () => await Promise.resolve([]),
  clock: async (_rig, { forMs }, target) => {
    const offsetMs = Math.round(forMs) % 2 === 0 ? clockStepMs : -clockStepMs;
    await target?.stepClock(offsetMs);
    await sleep(forMs);
    await target?.stepClock(0);
    return one(target);
  },
};

/** Never a reason for anything. */
const isPeace = ({ kind }: Deed): boolean => kind === "peace";

const floodedChats = [2001, 2002, 1001, -5001];
