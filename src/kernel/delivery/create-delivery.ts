import { afterCommit, type Listener, type Tx } from "../db/index.ts";
import type { Schedule } from "../jobs/index.ts";
import { createStallWatch, type Health } from "../observability/index.ts";
import { createBatches } from "./batches.ts";
import { createCards } from "./cards.ts";
import { checkSending } from "./check-sending.ts";
import type { Delivery, NotificationType } from "./delivery.ts";
import type { PaceView } from "./pacer.ts";
import { createPreferences } from "./preferences.ts";
import { records } from "./records.ts";
import { deliveryRetention } from "./retention.ts";
import { makeRetry } from "./retry-delivery.ts";
import { createSending, type SendingDeps, sendingLease } from "./sending.ts";
import { moveDeliveries } from "./sql/finish.ts";
import { createTopics } from "./topics.ts";
import { createWakeup, deliveryChannel, oldPayload } from "./wakeup.ts";
import { makeLookAtSending } from "./watch-sending.ts";
import { createWriter } from "./write-deliveries.ts";

export interface DeliveryDeps extends SendingDeps {
  /** Every feature's; the kernel's own are added. */
  readonly notificationTypes: readonly NotificationType[];
  readonly listener: Listener;
  readonly health: Health;
  /** How long deliveries that could go may wait without any being tried, before health says so. Default 30 s. */
  readonly stallMs?: number;
}

/** The engine: what features may ask of it, and its life. */
export interface DeliveryEngine extends Delivery {
  /** Begins to compete for the lease, and to send when it is held. */
  readonly start: () => void;
  /** Lets what is on the wire come back (10 s), then gives the lease to another replica. */
  readonly stop: () => Promise<void>;
  /** A call without a chat (`getUpdates`) was told to wait: everybody waits. */
  readonly noteFloodControl: (retryAfterMs: number) => void;
  /** The group has become a supergroup: what waits for it, and its history, stand under the new id. */
  readonly moveChat: (tx: Tx, from: number, to: number) => Promise<void>;
  /** What may be sent now, for the console; undefined while another replica sends. */
  readonly budget: () => PaceView | undefined;
  /** This process is to send, and cannot because of Telegram. */
  readonly isTelegramAway: () => boolean;
  readonly schedules: readonly Schedule[];
}

export function createDelivery(deps: DeliveryDeps): DeliveryEngine {
  const { clock } = deps;
  const topics = createTopics(deps.notificationTypes);
  const wakeup = createWakeup();
  const sending = createSending(deps, wakeup);
  deps.listener.on(deliveryChannel, (payload) => sending.leader()?.wake(payload === oldPayload));
  const watch = createStallWatch({
    clock,
    log: deps.log,
    name: "the sender",
    limitMs: deps.stallMs ?? 30_000,
    look: makeLookAtSending({
      db: deps.database.db,
      owner: deps.owner,
      leaseName: sendingLease,
      leader: sending.leader,
    }),
  });
  deps.health.add(
    "sending",
    () => checkSending(sending.leader(), { nowMs: clock.monotonicMs(), watched: watch.check() }),
    { outside: true },
  );
  return {
    ...createWriter({ topics, wakeup }),
    batches: createBatches({ topics, wakeup }),
    ...createCards({ topics, wakeup }),
    ...records,
    retry: makeRetry(wakeup),
    preferences: createPreferences({ topics, wakeup }),
    start: () => {
      sending.start();
      watch.start();
    },
    stop: async () => {
      await watch.stop();
      await sending.stop();
    },
    noteFloodControl: sending.noteFlood,
    moveChat: async (tx, from, to) => {
      await moveDeliveries(tx, from, to);
      afterCommit(tx, () => {
        sending.forgetChat(from);
      });
    },
    budget: () => sending.leader()?.pacer().view(),
    isTelegramAway: () => sending.leader()?.outage.reason() !== undefined,
    schedules: [deliveryRetention({ db: deps.database.db, clock, settings: deps.settings })],
  };
}
