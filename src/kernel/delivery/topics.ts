import { lanes, type NotificationType } from "./delivery.ts";

/** The kernel's own topics. */
export const kernelTopics: readonly NotificationType[] = [
  { topic: "reply", lane: "reply", label: "delivery-topic-reply", optOut: false, duringQuietHours: "deliver" },
  { topic: "payment", lane: "payment", label: "delivery-topic-payment", optOut: false, duringQuietHours: "deliver" },
  { topic: "announcement", lane: "bulk", label: "delivery-topic-announcement", optOut: true, duringQuietHours: "hold" },
  {
    topic: "system_error",
    lane: "alert",
    label: "delivery-topic-system-error",
    optOut: true,
    duringQuietHours: "silent",
    forOperators: true,
  },
  {
    topic: "refund",
    lane: "alert",
    label: "delivery-topic-refund",
    // Somebody's money waits for a decision: nobody switches that off.
    optOut: false,
    duringQuietHours: "silent",
    forOperators: true,
  },
  { topic: "test", lane: "reply", label: "delivery-topic-test", optOut: false, duringQuietHours: "deliver" },
];

export interface Topics {
  /** @throws for a topic nobody has declared: a mistake of the caller. */
  readonly get: (topic: string) => NotificationType;
  readonly all: readonly NotificationType[];
}

/** @throws when two declarations share a name. */
export function createTopics(declared: readonly NotificationType[]): Topics {
  const byName = new Map<string, NotificationType>();
  for (const type of [...kernelTopics, ...declared]) {
    if (byName.has(type.topic)) throw new Error(`two notification types are named ${type.topic}`);
    byName.set(type.topic, type);
  }
  return {
    get: (topic) => {
      const type = byName.get(topic);
      if (type === undefined) throw new Error(`no notification type is named ${topic}`);
      return type;
    },
    all: [...byName.values()],
  };
}

/** Lanes as the database keeps them: their place in the order. */
export function laneIndex(lane: (typeof lanes)[number]): number {
  return lanes.indexOf(lane);
}
