import { seeded } from "../../bench/harness/seeded.ts";

/** What the nemesis can do. Each kind says how long it lasts; what is killed is started again when it is over. */
export const faultKinds = [
  "kill-owner",
  "kill-any",
  "kill-all",
  "kill-database",
  "kill-both",
  "stop-owner",
  "cut-database",
  "deaf-database",
  "slow-database",
  "stall-database",
  "cut-telegram",
  "deaf-telegram",
  "slow-telegram",
  "outage",
  "drop",
  "hang",
  "error",
  "flood-chats",
  "flood-bot",
  "clock",
] as const;
/** `peace` does nothing: for what must hold in any case. */
export type FaultKind = (typeof faultKinds)[number] | "peace";

export interface Step {
  readonly afterMs: number;
  readonly kind: FaultKind;
  readonly forMs: number;
  /** Whom it is done to: the replica that sends, or the one with this index. */
  readonly target: "owner" | number;
}

/** How long each lasts at least and at most. A lease is 8 s long: who is stopped for longer has lost it. */
const lengths: Readonly<Record<FaultKind, readonly [leastMs: number, mostMs: number]>> = {
  "kill-owner": [300, 2000],
  "kill-any": [300, 2000],
  "kill-all": [300, 1000],
  "kill-database": [500, 500],
  "kill-both": [500, 1000],
  "stop-owner": [9000, 16_000],
  "cut-database": [0, 0],
  "deaf-database": [2000, 4000],
  "slow-database": [2000, 4000],
  "stall-database": [9000, 13_000],
  "cut-telegram": [0, 0],
  "deaf-telegram": [1000, 3000],
  "slow-telegram": [2000, 4000],
  outage: [3000, 5000],
  drop: [1000, 3000],
  hang: [1000, 4000],
  error: [500, 2000],
  "flood-chats": [2000, 4000],
  "flood-bot": [2000, 3000],
  clock: [3000, 5000],
  peace: [0, 0],
};

export interface ScheduleOptions {
  readonly seed: number;
  readonly forMs: number;
  readonly only: readonly FaultKind[];
  readonly replicas: number;
}

/** About one fault in so long. */
const everyMs = 3000;

/** The same for the same options, always. The first fault of a run goes round the kinds, so that a row of seeds meets all. */
export function scheduleOf({ seed, forMs, only, replicas }: ScheduleOptions): readonly Step[] {
  const random = seeded(seed ^ 0x5eed);
  const count = Math.max(1, Math.round(forMs / everyMs));
  const steps = Array.from({ length: count }, (_, index): Step => {
    const drawn = only[Math.floor(random() * only.length)];
    const kind = (index === 0 ? only[seed % only.length] : drawn) ?? "kill-owner";
    const [least, most] = lengths[kind];
    const slot = forMs / count;
    return {
      afterMs: Math.round(500 + (index + random() * 0.7) * slot),
      kind,
      forMs: Math.round(least + random() * (most - least)),
      target: targetOf(kind, random, replicas),
    };
  });
  return steps;
}

/** Who sends has the most to lose. */
const ownerShare = 0.6;

function targetOf(kind: FaultKind, random: () => number, replicas: number): Step["target"] {
  const index = Math.floor(random() * replicas);
  const isOwner = random() < ownerShare;
  if (kind.endsWith("-owner") || kind === "kill-both") return "owner";
  return isOwner && kind !== "kill-any" && kind !== "clock" ? "owner" : index;
}

export function describe({ afterMs, kind, forMs, target }: Step): string {
  const length = forMs > 0 ? ` ${(forMs / 1000).toFixed(1)} s` : "";
  return `${(afterMs / 1000).toFixed(1)} s ${kind}${length} (${target === "owner" ? target : target + 1})`;
}
