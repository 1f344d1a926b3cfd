import { type Histogram, type Metrics, secondsBuckets } from "../observability/index.ts";
import type { Claimed, Outcome } from "./claimed.ts";
import type { Attempt } from "./deliver.ts";
import { lanes } from "./delivery.ts";
import type { Leader } from "./lead.ts";

/** What of the queue is known without asking the database; refreshed by the sender. */
export interface QueueDepth {
  readonly byLane: readonly { readonly queued: number; readonly oldestSeconds: number }[];
  readonly held: number;
}

export interface DeliveryMeter {
  readonly attempt: (claimed: Claimed, attempt: Attempt, tookSeconds: number) => void;
  readonly flood: (scope: "chat" | "bot") => void;
}

export interface MeterDeps {
  readonly metrics: Metrics;
  /** The sender of this process while it is the one that sends. */
  readonly leader: () => Leader | undefined;
}

/** Counts attempts and waits, and shows the queue and the budget at each scrape. */
export function createDeliveryMeter({ metrics, leader }: MeterDeps): DeliveryMeter {
  const waits = perLane(
    metrics.histogram({
      name: "telecast_delivery_wait_seconds",
      help: "Time from when a delivery might go until Telegram has answered",
      labels: ["lane"],
      buckets: [...secondsBuckets, 300, 1800, 7200],
    }),
  );
  const attempts = metrics.counter({
    name: "telecast_delivery_attempts_total",
    help: "Attempts by lane and by what became of them",
    labels: ["lane", "outcome"],
  });
  const failures = metrics.counter({
    name: "telecast_delivery_failures_total",
    help: "Deliveries that ended without having arrived, by reason",
    labels: ["reason"],
  });
  const floods = metrics.counter({
    name: "telecast_delivery_floods_total",
    help: "Times that Telegram asked to wait (429), for a chat or for the whole bot",
    labels: ["scope"],
  });
  showSender(metrics, leader);
  const sent = lanes.map((lane) => attempts.labels(lane, "sent"));
  return {
    attempt: ({ lane, waitedSeconds }, { outcome }, tookSeconds) => {
      if (outcome.type === "sent") {
        // Label lookups are kept: at 14,000 a second they would cost more than the rest.
        sent[lane]?.inc();
        waits[lane]?.observe(waitedSeconds + tookSeconds);
        return;
      }
      attempts.inc({ lane: lanes[lane] ?? "bulk", outcome: outcome.type === "again" ? outcome.event : outcome.state });
      if (outcome.type === "ended") failures.inc({ reason: reasonOf(outcome) });
    },
    flood: (scope) => {
      floods.inc({ scope });
    },
  };
}

function showSender(metrics: Metrics, leader: MeterDeps["leader"]): void {
  const gauge = (name: string, help: string, value: (leader: Leader | undefined) => number): void => {
    metrics.gauge({
      name: `telecast_delivery_${name}`,
      help,
      collect: (of) => {
        of.set(value(leader()));
      },
    });
  };
  gauge("sending", "1 when this process is the one that sends", (sender) => (sender === undefined ? 0 : 1));
  gauge("epoch", "Epoch of this process as the sender, 0 while another one sends", (sender) => sender?.epoch ?? 0);
  gauge("on_wire", "Calls under way", (sender) => sender?.sender.onWire() ?? 0);
  gauge(
    "unrecorded",
    "Claimed deliveries whose end is not written down yet",
    (sender) => sender?.sender.inFlight().size ?? 0,
  );
  gauge(
    "allowed_per_second",
    "Pace over all chats now, 0 without a limit",
    (sender) => sender?.pacer().view().perSecond ?? 0,
  );
  gauge("pace_factor", "1, or less for a while after a flood", (sender) => sender?.pacer().view().factor ?? 1);
  gauge(
    "budget_messages",
    "Messages that could leave at once now, 0 without a limit",
    (sender) => sender?.pacer().view().tokens ?? 0,
  );
  gauge(
    "blocked_seconds",
    "How long Telegram has asked the whole bot to wait",
    (sender) => (sender?.pacer().view().blockedMs ?? 0) / 1000,
  );
  gauge(
    "blocked_chats",
    "Chats in which Telegram has asked to wait",
    (sender) => sender?.pacer().view().blockedChats ?? 0,
  );
  gauge("held", "Deliveries held by quiet hours", (sender) => sender?.depth().held ?? 0);
  for (const [name, help, of] of [
    ["queued", "Deliveries that wait, by lane", "queued"],
    ["oldest_seconds", "Age of the oldest delivery that waits, by lane", "oldestSeconds"],
  ] as const) {
    metrics.gauge({
      name: `telecast_delivery_${name}`,
      help,
      labels: ["lane"],
      collect: (gaugeOf) => {
        const depth = leader()?.depth();
        for (const [index, lane] of lanes.entries()) gaugeOf.set({ lane }, depth?.byLane[index]?.[of] ?? 0);
      },
    });
  }
}

function perLane(histogram: Histogram): readonly Histogram.Internal<string>[] {
  return lanes.map((lane) => histogram.labels(lane));
}

/** Few different ones: Telegram's texts may hold anything. */
function reasonOf(outcome: Outcome & { type: "ended" }): string {
  if (outcome.suspend !== undefined) return outcome.suspend;
  return outcome.state === "unknown" ? "unknown" : "refused";
}
