import { z } from "zod";

import type { Config } from "../config/index.ts";
import { defineSettings, type Settings } from "../settings/index.ts";
import { lanes } from "./delivery.ts";
import type { PaceLimits } from "./pace-limits.ts";

/** How fast and how many at once. The environment's `DELIVERY_*` go before what is stored. */
export const paceSettings = defineSettings({
  key: "delivery.pace",
  title: "Pace of sending",
  schema: z.object({
    globalPerSecond: z.number().min(0).max(10_000).default(30),
    chatPerSecond: z.number().min(0).max(1000).default(1),
    chatBurst: z.int().min(1).max(30).default(3),
    groupPerMinute: z.number().min(0).max(60_000).default(20),
    concurrency: z.int().min(1).max(1000).default(64),
    /** Telegram bills the bot in Stars for what goes beyond its free 30 a second. */
    paidBroadcast: z.boolean().default(false),
  }),
});

const afterDoubt = z.enum(["repeat", "unknown"]);

/** What becomes of a message that may have arrived. */
export const doubtSettings = defineSettings({
  key: "delivery.doubt",
  title: "When nobody knows whether a message has arrived",
  schema: z.object({
    payment: afterDoubt.default("repeat"),
    reply: afterDoubt.default("repeat"),
    alert: afterDoubt.default("repeat"),
    signal: afterDoubt.default("unknown"),
    report: afterDoubt.default("unknown"),
    bulk: afterDoubt.default("unknown"),
  }),
});

export const retentionSettings = defineSettings({
  key: "delivery.retention",
  title: "How long deliveries are kept",
  schema: z.object({
    /** At least as long as dedupe keys must hold. */
    historyDays: z.int().min(31).max(3650).default(35),
    cardDays: z.int().min(7).max(3650).default(90),
  }),
});

export const deliverySettings = [paceSettings, doubtSettings, retentionSettings] as const;

export type DeliveryEnvironment = Partial<
  Pick<
    Config,
    "DELIVERY_GLOBAL_PER_SECOND" | "DELIVERY_CHAT_PER_SECOND" | "DELIVERY_GROUP_PER_MINUTE" | "DELIVERY_CONCURRENCY"
  >
>;

/** The rules in force now: the environment's over the stored. */
export interface Rules {
  readonly limits: () => PaceLimits;
  readonly concurrency: () => number;
  /** May the lane go beyond the free limits, for Stars? What people wait for goes free. */
  readonly paidBroadcast: (lane: number) => boolean;
  readonly repeatsAfterDoubt: (lane: number) => boolean;
  /** Whether a possible repeat says so. */
  readonly marksRepeat: (lane: number) => boolean;
}

const markedLanes: ReadonlySet<string> = new Set(["payment", "alert"]);
const broadcastLanes: ReadonlySet<string> = new Set(["signal", "report", "bulk"]);

export function createRules(settings: Pick<Settings, "current">, environment: DeliveryEnvironment): Rules {
  const laneOf = (index: number): (typeof lanes)[number] => lanes[index] ?? "bulk";
  return {
    limits: () => {
      const { globalPerSecond, chatPerSecond, chatBurst, groupPerMinute } = settings.current(paceSettings);
      return {
        globalPerSecond: environment.DELIVERY_GLOBAL_PER_SECOND ?? globalPerSecond,
        chatPerSecond: environment.DELIVERY_CHAT_PER_SECOND ?? chatPerSecond,
        chatBurst,
        groupPerMinute: environment.DELIVERY_GROUP_PER_MINUTE ?? groupPerMinute,
      };
    },
    concurrency: () => environment.DELIVERY_CONCURRENCY ?? settings.current(paceSettings).concurrency,
    paidBroadcast: (lane) => settings.current(paceSettings).paidBroadcast && broadcastLanes.has(laneOf(lane)),
    repeatsAfterDoubt: (lane) => settings.current(doubtSettings)[laneOf(lane)] === "repeat",
    marksRepeat: (lane) => markedLanes.has(laneOf(lane)),
  };
}
