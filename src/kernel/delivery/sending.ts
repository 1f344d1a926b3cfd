import type { Accounts } from "../accounts/index.ts";
import { createLease, type Database, type Db, openDatabase, type Tx } from "../db/index.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Texts, Translate } from "../lib/texts.ts";
import type { MediaStore } from "../media/index.ts";
import type { Logger, Metrics } from "../observability/index.ts";
import type { Settings } from "../settings/index.ts";
import type { BotApi } from "../telegram/index.ts";
import { createContents } from "./contents.ts";
import { makeDeliver } from "./deliver.ts";
import type { SettlementHandler } from "./delivery.ts";
import { lead, type LeadDeps, type Leader } from "./lead.ts";
import { createDeliveryMeter } from "./measure.ts";
import { makeRecordSpecial } from "./record-special.ts";
import { createRecorder } from "./recorder.ts";
import { makeDays } from "./retention.ts";
import { createRules, type DeliveryEnvironment } from "./settings.ts";
import { createSettlements, nameHandlers } from "./settlements.ts";
import { recordSent } from "./sql/record-sent.ts";
import { createUploads } from "./uploads.ts";
import type { Wakeup } from "./wakeup.ts";

export interface SendingDeps {
  /** The program's: for its URL. The sender has connections of its own, so that no handler can take the last one. */
  readonly database: Database;
  readonly api: BotApi;
  readonly accounts: Accounts;
  readonly media: MediaStore;
  readonly settings: Settings;
  /** `DELIVERY_*`: over the stored settings. */
  readonly environment: DeliveryEnvironment;
  readonly texts: Texts;
  readonly settlements: () => readonly SettlementHandler[];
  /** A group turned out to be a supergroup: whoever else keeps rows by chat moves them. Default: nobody does. */
  readonly onChatMigrated?: (tx: Tx, from: number, to: number) => Promise<void>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** This process, different after each start. */
  readonly owner: string;
  /** How long a dead sender blocks the others; the lease's own default unless a test is in a hurry. */
  readonly leaseTtlMs?: number;
}

/** The sending half of the engine: competes for the lease and sends while it is held. */
export interface Sending {
  /** While this process is the one that sends. */
  readonly leader: () => Leader | undefined;
  /** A call without a chat was told to wait. */
  readonly noteFlood: (retryAfterMs: number) => void;
  /** What is known of the chat is no longer so. */
  readonly forgetChat: (chatId: number) => void;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** One for the database: whoever holds it sends. */
export const sendingLease = "delivery.send";

const connections = 4;
/** Reads ahead, claims and records, one of each at a time, and now and then counts. */
const queueConnections = 4;
/** After a failure of the whole, such as a database that is away at the moment of taking over. */
const againMs = 1000;

export function createSending(deps: SendingDeps, wakeup: Wakeup): Sending {
  const { clock, log } = deps;
  const { url } = deps.database;
  const own = openDatabase({ url, log, connections });
  const queue = openDatabase({ url, log, connections: queueConnections, byIndex: true });
  const stopping = new AbortController();
  let leader: Leader | undefined;
  let led: Promise<void> = Promise.resolve();

  const forgetChat = (chatId: number): void => {
    for (const horizon of leader?.backlog.lanes ?? []) horizon.forget(chatId);
    leader?.wake(true);
  };
  const { recorder, ...parts } = assembleParts({ ...deps, db: own.db, pool: queue.pool }, () => leader, forgetChat);
  const lease = createLease({
    db: own.db,
    clock,
    log,
    owner: deps.owner,
    // One for the database, whatever the bot: the queue is one, and a deployment that changes its bot sends on.
    name: sendingLease,
    ...(deps.leaseTtlMs !== undefined && { ttlMs: deps.leaseTtlMs }),
  });

  /** Must not end before the signal: the lease would be held by nobody who works. */
  const leadUntil = async (epoch: number, signal: AbortSignal): Promise<void> => {
    const leadDeps: LeadDeps = { ...parts, recorder, wakeup, maySend: () => lease.held()?.epoch === epoch };
    while (!signal.aborted) {
      try {
        await makeDays(own.db, clock.now());
        await lead(leadDeps, epoch, signal, (now) => {
          leader = now;
        });
      } catch (error) {
        log.error({ err: toError(error), epoch }, "sending broke off");
        await pause(clock, againMs, signal);
      }
    }
  };

  return {
    leader: () => leader,
    noteFlood: (retryAfterMs) => leader?.heed({ type: "flood", retryAfterMs }),
    forgetChat,
    start: () => {
      nameHandlers(deps.settlements());
      lease.start(async (epoch, signal) => {
        led = leadUntil(epoch, AbortSignal.any([signal, stopping.signal]));
        await led;
      });
    },
    stop: async () => {
      // The lease is renewed until everything has come back: it must not run out under a slow upload.
      stopping.abort();
      await led;
      await lease.stop();
      recorder.close();
      await Promise.all([own.close(), queue.close()]);
    },
  };
}

function assembleParts(
  deps: Omit<SendingDeps, "database"> & Pick<LeadDeps, "db" | "pool">,
  leader: () => Leader | undefined,
  forgetChat: (chatId: number) => void,
): Omit<LeadDeps, "wakeup" | "maySend"> {
  const { db, pool, api, accounts, media, clock, ids, log } = deps;
  const rules = createRules(deps.settings, deps.environment);
  const settlements = createSettlements({ handlers: deps.settlements, ids, log });
  const contents = createContents({ db, marksRepeat: rules.marksRepeat });
  const uploads = createUploads({ db, media, mostFiles: () => Math.ceil(rules.concurrency() / 2) });
  const textsOf = makeTextsOf(deps);
  const recordSpecial = makeRecordSpecial({
    db,
    accounts,
    media,
    settlements,
    onChatMigrated: deps.onChatMigrated ?? (async () => {}),
    onSuspended: () => leader()?.sweep(),
    onMoved: forgetChat,
    onDissolved: () => leader()?.wake(true),
  });
  const recorder = createRecorder({
    clock,
    log,
    recordSpecial,
    recordSent: async (sent) => await recordSent(pool, sent),
    onRecorded: (landing, recorded) => {
      const now = leader();
      if (landing.epoch === now?.epoch) now.sender.recorded(landing, recorded);
    },
  });
  const deliver = makeDeliver({
    api,
    uploads,
    random: ids.random,
    ...rules,
    repeatMark: async (chatId) => (await textsOf(db, chatId))("delivery-perhaps-repeat"),
  });
  return {
    db,
    pool,
    api,
    clock,
    log,
    rules,
    contents,
    uploads,
    deliver,
    recorder,
    recordSpecial,
    settlements,
    textsOf,
    random: ids.random,
    meter: createDeliveryMeter({ metrics: deps.metrics, leader }),
  };
}

function makeTextsOf({
  accounts,
  texts,
}: Pick<SendingDeps, "accounts" | "texts">): (db: Db, chatId: number) => Promise<Translate> {
  return async (db, chatId) => {
    const chat = await accounts.chatById(db, chatId);
    const user = chat?.userId === undefined ? undefined : await accounts.userById(db, chat.userId);
    return texts(user?.language ?? "en");
  };
}
