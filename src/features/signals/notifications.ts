import type { NotificationType } from "#kernel/delivery/index.ts";

/** A signal, to those whose filters it passes; its outcome and its cancellation are told under the same topic. */
export const signalTopic = "signals.signal";
/** A price alert that somebody has set. */
export const priceAlertTopic = "signals.price_alert";
/** Performance, daily, weekly or monthly. */
export const reportTopic = "signals.report";
/** To the admins: a source has fallen silent, or is back. */
export const sourceTopic = "signals.source";

export const notifications: readonly NotificationType[] = [
  { topic: signalTopic, lane: "signal", label: "signals-topic-signal", optOut: true, duringQuietHours: "hold" },
  { topic: priceAlertTopic, lane: "alert", label: "signals-topic-price", optOut: true, duringQuietHours: "deliver" },
  { topic: reportTopic, lane: "report", label: "signals-topic-report", optOut: true, duringQuietHours: "hold" },
  {
    topic: sourceTopic,
    lane: "alert",
    label: "signals-topic-source",
    optOut: true,
    duringQuietHours: "deliver",
    forOperators: true,
  },
];
