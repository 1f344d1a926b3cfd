import type { NotificationType } from "#kernel/delivery/index.ts";

/** The video itself: what was paid for always arrives. */
export const videoTopic = "studio.video";
/** The live card of a job. */
export const jobTopic = "studio.job";
/** To the person alone, for a video in a group: what it cost, or that nothing was charged. */
export const receiptTopic = "studio.receipt";
/** To the admins: sales paused, a provider out of money. */
export const alertTopic = "studio.alert";

export const notifications: readonly NotificationType[] = [
  { topic: videoTopic, lane: "reply", label: "studio-topic-video", optOut: false, duringQuietHours: "deliver" },
  { topic: jobTopic, lane: "reply", label: "studio-topic-job", optOut: false, duringQuietHours: "deliver" },
  { topic: receiptTopic, lane: "reply", label: "studio-topic-receipt", optOut: true, duringQuietHours: "deliver" },
  {
    topic: alertTopic,
    lane: "alert",
    label: "studio-topic-alert",
    optOut: true,
    duringQuietHours: "deliver",
    forOperators: true,
  },
];
