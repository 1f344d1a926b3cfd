import { seeded } from "../../bench/harness/seeded.ts";
import { markerOf, type Note, type Planned, planRequests } from "./plan.ts";
import { type FaultKind, faultKinds, scheduleOf, type Step } from "./schedule.ts";

/** What is asked, what is done to it, and under which settings. All of it follows from the seed. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly seconds: number;
  readonly replicas: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly requests: (seed: number) => readonly Planned[];
  readonly schedule: (seed: number) => readonly Step[];
  /** Rules that its settings make meaningless. */
  readonly except: readonly string[];
}

/** A bit of everything. */
export function mixed(of: {
  readonly seconds: number;
  readonly replicas: number;
  readonly only: readonly FaultKind[];
}): Scenario {
  const forMs = of.seconds * 1000;
  return {
    ...of,
    name: "mixed",
    title: "mixed load, mixed faults",
    environment: {},
    requests: (seed) => planRequests(seed, forMs),
    schedule: (seed) => scheduleOf({ ...of, seed, forMs }),
    except: [],
  };
}

const kills = 50;
const killEveryMs = 2000;
const deliveriesInEach = 5000;
/** So that there is something to send at every kill. */
const sendsPerSecond = "160";

const manyKills: Scenario = {
  name: "kills",
  title: "50 kills of the sending process while 10,000 deliveries go out",
  seconds: (kills * killEveryMs) / 1000,
  replicas: 3,
  environment: { DELIVERY_GLOBAL_PER_SECOND: sendsPerSecond },
  requests: () =>
    (["test", "announcement"] as const).map((topic, index) => ({
      afterMs: index,
      request: { kind: "notify", note: toMany(index, topic) },
    })),
  schedule: (seed) => {
    const random = seeded(seed);
    return Array.from({ length: kills }, (_, index) => ({
      afterMs: Math.round(1000 + (index + random()) * killEveryMs),
      kind: "kill-owner",
      forMs: 100,
      target: "owner",
    }));
  },
  except: ["limits are kept"],
};

function toMany(index: number, topic: Note["topic"]): Note {
  const firstChat = 10_000 + index * deliveriesInEach;
  return {
    marker: markerOf(index + 1),
    topic,
    chatIds: Array.from({ length: deliveriesInEach }, (_, chat) => firstChat + chat),
    isCritical: false,
    dedupeKey: undefined,
    expiresInMs: undefined,
    isRepeated: true,
  };
}

const paymentSeconds = 60;
const buyers = 500;
/** With those of the buyers about 5,000 updates. */
const commands = 2700;
const people = 300;

const manyPayments: Scenario = {
  name: "payments",
  title: "kills of any process while 5,000 updates with 500 payments arrive",
  seconds: paymentSeconds,
  replicas: 2,
  environment: { DELIVERY_GLOBAL_PER_SECOND: "0" },
  requests: (seed) => {
    const random = seeded(seed);
    const at = (): number => Math.floor(random() * paymentSeconds * 1000);
    const purchases = Array.from({ length: buyers }, (_, index): Planned => {
      const purchase = { personId: 20_000 + index, toldTwice: random() < 0.5, regrets: false, orders: false };
      return { afterMs: at(), request: { kind: "buy", purchase } };
    });
    const words = Array.from({ length: commands }, (_, index): Planned => {
      const personId = 30_000 + (index % people);
      return { afterMs: at(), request: { kind: "command", personId, marker: markerOf(index + 1) } };
    });
    return [...purchases, ...words].toSorted((a, b) => a.afterMs - b.afterMs);
  },
  schedule: (seed) => {
    const random = seeded(seed);
    return Array.from({ length: paymentSeconds / 3 }, (_, index) => ({
      afterMs: Math.round(500 + (index + random()) * 3000),
      kind: random() < 0.2 ? "kill-all" : "kill-any",
      forMs: 200,
      target: Math.floor(random() * 2),
    }));
  },
  except: ["limits are kept"],
};

const longOutage: Scenario = {
  ...mixed({ seconds: 70, replicas: 2, only: faultKinds }),
  name: "outage",
  title: "60 s without Telegram, a stop of 15 s, and the database killed meanwhile",
  schedule: () => [
    { afterMs: 2000, kind: "outage", forMs: 60_000, target: "owner" },
    { afterMs: 20_000, kind: "kill-database", forMs: 500, target: "owner" },
    { afterMs: 35_000, kind: "stop-owner", forMs: 15_000, target: "owner" },
  ],
  // What people have typed in that minute is answered at 30 a second: the last of them waits its turn behind the others.
  except: ["replies pass broadcasts"],
};

/** The sizes that are promised: too long for every change. */
export const scenarios: readonly Scenario[] = [manyKills, manyPayments, longOutage];
