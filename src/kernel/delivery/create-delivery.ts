import type { Accounts } from "../accounts/index.ts";
import {
  afterCommit,
  createLease,
  type Database,
  type Db,
  type Listener,
  type MigrationSource,
  openDatabase,
  type Tx,
} from "../db/index.ts";
import type { Schedule } from "../jobs/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Ids } from "../lib/ids.ts";
import type { Texts, Translate } from "../lib/texts.ts";
import type { MediaStore } from "../media/index.ts";
import type { Health, Logger, Metrics } from "../observability/index.ts";
import type { Settings } from "../settings/index.ts";
import type { BotApi } from "../telegram/index.ts";
import { createCards } from "./cards.ts";
import { createContents } from "./contents.ts";
import { makeDeliver } from "./deliver.ts";
import type { Delivery, NotificationType, SettlementHandler } from "./delivery.ts";
import { lead, type Leader } from "./lead.ts";
import { createPreferences } from "./preferences.ts";
import { makeRecordSpecial } from "./record-special.ts";
import { createRecorder } from "./recorder.ts";
import { records } from "./records.ts";
import { deliveryRetention, makeDays } from "./retention.ts";
import { makeRetry } from "./retry-delivery.ts";
import { createRules, type DeliveryEnvironment } from "./settings.ts";
import { createSettlements, nameHandlers } from "./settlements.ts";
import { moveDeliveries } from "./sql/finish.ts";
import { recordSent } from "./sql/record-sent.ts";
import { createTopics } from "./topics.ts";
import { createUploads } from "./uploads.ts";
import { createWakeup, deliveryChannel, oldPayload } from "./wakeup.ts";
import { createWriter } from "./write-deliveries.ts";

export const deliveryMigrations: MigrationSource = {
  module: "delivery",
  directory: new URL("./migrations/", import.meta.url),
};

export interface DeliveryDeps {
  /** The program's: for its URL. The sender has connections of its own, so that no handler can take the last one. */
  readonly database: Database;
  readonly api: BotApi;
  readonly accounts: Accounts;
  readonly media: MediaStore;
  readonly settings: Settings;
  /** `DELIVERY_*`: over the stored settings. */
  readonly environment: DeliveryEnvironment;
  readonly texts: Texts;
  /** Every feature's; the kernel's own are added. */
  readonly notificationTypes: readonly NotificationType[];
  /** Asked when the first delivery is settled: features declare theirs after the engine is made. */
  readonly settlements: () => readonly SettlementHandler[];
  readonly listener: Listener;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** This process, different after each start. */
  readonly owner: string;
  /** How long a dead sender blocks the others; the lease's own default unless a test is in a hurry. */
  readonly leaseTtlMs?: number;
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
  readonly schedules: readonly Schedule[];
}

const senderConnections = 5;

export function createDelivery(deps: DeliveryDeps): DeliveryEngine {
  const { database, api, accounts, media, clock, ids, log } = deps;
  const topics = createTopics(deps.notificationTypes);
  const rules = createRules(deps.settings, deps.environment);
  const wakeup = createWakeup();
  const settlements = createSettlements({ handlers: deps.settlements, ids, log });
  const own = openDatabase({ url: database.url, log, connections: senderConnections });
  const contents = createContents({ db: own.db, marksRepeat: rules.marksRepeat });
  const uploads = createUploads({ db: own.db, media });
  const textsOf = makeTextsOf(deps);
  const stopping = new AbortController();
  let leader: Leader | undefined;
  let led: Promise<void> = Promise.resolve();

  const forgetChat = (chatId: number): void => {
    for (const horizon of leader?.backlog.lanes ?? []) horizon.forget(chatId);
    leader?.wake(true);
  };
  const recordSpecial = makeRecordSpecial({
    db: own.db,
    accounts,
    media,
    settlements,
    onSuspended: () => leader?.sweep(),
    onMoved: forgetChat,
    onDissolved: () => leader?.wake(true),
  });
  const recorder = createRecorder({
    clock,
    log,
    recordSent: async (sent) => await recordSent(own.pool, sent),
    recordSpecial,
    onRecorded: (landing, recorded) => {
      if (landing.epoch === leader?.epoch) leader.sender.recorded(landing, recorded);
    },
  });
  const deliver = makeDeliver({
    api,
    uploads,
    random: ids.random,
    ...rules,
    repeatMark: async (chatId) => (await textsOf(own.db, chatId))("delivery-perhaps-repeat"),
  });
  const lease = createLease({
    db: own.db,
    clock,
    log,
    name: `delivery.send:${api.botId}`,
    owner: deps.owner,
    ...(deps.leaseTtlMs !== undefined && { ttlMs: deps.leaseTtlMs }),
  });
  deps.listener.on(deliveryChannel, (payload) => leader?.wake(payload === oldPayload));

  return {
    ...createWriter({ topics, wakeup }),
    ...createCards({ topics, wakeup }),
    ...records,
    retry: makeRetry(wakeup),
    preferences: createPreferences({ topics, wakeup }),
    start: () => {
      nameHandlers(deps.settlements());
      lease.start(async (epoch, signal) => {
        await makeDays(own.db, clock.now());
        led = lead(
          {
            ...deps,
            database: own,
            random: ids.random,
            rules,
            contents,
            uploads,
            deliver,
            recorder,
            recordSpecial,
            settlements,
            wakeup,
            textsOf,
            maySend: () => lease.held()?.epoch === epoch,
            onAttempt: () => undefined,
          },
          epoch,
          AbortSignal.any([signal, stopping.signal]),
          (now) => {
            leader = now;
          },
        );
        await led;
      });
    },
    stop: async () => {
      // The lease is renewed until everything has come back: it must not run out under a slow upload.
      stopping.abort();
      await led.catch(() => undefined);
      await lease.stop();
      recorder.close();
      await own.close();
    },
    noteFloodControl: (retryAfterMs) => leader?.pacer().floodBot(retryAfterMs),
    moveChat: async (tx, from, to) => {
      await moveDeliveries(tx, from, to);
      afterCommit(tx, () => {
        forgetChat(from);
      });
    },
    schedules: [deliveryRetention({ db: database.db, clock, settings: deps.settings })],
  };
}

function makeTextsOf({ accounts, texts }: DeliveryDeps): (db: Db, chatId: number) => Promise<Translate> {
  return async (db, chatId) => {
    const chat = await accounts.chatById(db, chatId);
    const user = chat?.userId === undefined ? undefined : await accounts.userById(db, chat.userId);
    return texts(user?.language ?? "en");
  };
}
