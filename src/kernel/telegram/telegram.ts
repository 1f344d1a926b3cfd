import type { Update } from "grammy/types";

import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";
import type { Texts } from "../lib/texts.ts";
import { createStallWatch, type HealthCheck, type Logger, type Metrics } from "../observability/index.ts";
import type { Settings } from "../settings/index.ts";
import { type Background, createBackground } from "./background.ts";
import type { BotApi } from "./bot-api.ts";
import type { BotIdentity } from "./bot-identity.ts";
import { createChatQueue } from "./chat-queue.ts";
import { createDialogs } from "./dialogs.ts";
import { answerLeftOver } from "./effects.ts";
import { createUpdateHandler } from "./handle-update.ts";
import { createInboxMeter } from "./inbox-meter.ts";
import { createInboxStore } from "./inbox-store.ts";
import { createInlineAnswers } from "./inline-answers.ts";
import { createMenus } from "./menus.ts";
import type { Outgoing } from "./outgoing.ts";
import { createPreChecker } from "./pre-checkout.ts";
import { createReception } from "./reception.ts";
import { createRouteBook, type OwnedRoutes } from "./route-book.ts";
import { createRouter } from "./router.ts";
import { measureActivity } from "./statistics.ts";
import { createTurns } from "./turns.ts";
import { answeredAtOnce } from "./update-facts.ts";
import { makeLookAtInbox } from "./watch-inbox.ts";
import type { WebhookOutcome } from "./webhook.ts";

/** What comes from Telegram: stored before it is confirmed, handled once, in order within a chat. */
export interface Telegram {
  /** Begins to receive and to handle; does not wait for Telegram to be there. */
  readonly start: () => void;
  /** Confirms nothing more, lets what is being handled end, and gives the right to poll to another replica. */
  readonly stop: () => Promise<void>;
  /**
   * Takes an update that Telegram posted; `stored` only after the commit.
   * @param secret the header `X-Telegram-Bot-Api-Secret-Token`.
   * @throws when it could not be stored: a 5xx makes Telegram send it again.
   */
  readonly receive: (body: unknown, secret: string | undefined) => Promise<WebhookOutcome>;
  /** Says how updates come; fails when they do not. */
  readonly check: HealthCheck;
  /** Says what waits to be handled; fails when it waits and nothing is handled, here or elsewhere. */
  readonly checkHandling: HealthCheck;
}

export interface TelegramDeps {
  readonly db: Db;
  readonly api: BotApi;
  readonly identity: BotIdentity;
  readonly accounts: Accounts;
  readonly settings: Settings;
  readonly cipher: Cipher;
  readonly texts: Texts;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** This process, different after each start: for the lease. */
  readonly owner: string;
  /** Where answers go. */
  readonly outgoing: Outgoing;
  /** The kernel's own and each feature's. @throws at creation when two claim the same. */
  readonly routes: readonly OwnedRoutes[];
  /** Moves what others keep by chat. */
  readonly onChatMigrated: (tx: Tx, from: number, to: number) => Promise<void>;
  /** Telegram has told the bot as a whole to wait. */
  readonly onFloodControl: (retryAfterMs: number) => void;
  /** Instead of polling. */
  readonly webhook?: { readonly url: string; readonly secret: Secret; readonly lookMs?: number };
  /** How many chats are handled at once: each takes a database connection. Default 8. */
  readonly concurrency?: number;
  /** How long a handler may take. Default 30 s. */
  readonly handlerLimitMs?: number;
  /** How long the first in line may stay the same before `checkHandling` fails. Default 60 s: twice what a handler may take. */
  readonly stallMs?: number;
}

/** How often what a dead process left is looked for, and how old it must be not to be somebody's who is alive. */
const sweepMs = 1000;

export function createTelegram(deps: TelegramDeps): Telegram {
  const { db, api, identity, cipher, log, concurrency = 8, handlerLimitMs = 30_000 } = deps;
  const book = createRouteBook(deps.routes);
  const store = createInboxStore({ db, cipher, botId: api.botId });
  const turns = createTurns({ db, cipher, botId: api.botId });
  const meter = createInboxMeter(deps.metrics, deps.clock, store);
  measureActivity(deps);
  const background = createBackground(log);
  const menus = createMenus({ ...deps, book, adminChatIds: deps.accounts.adminChatIds });
  const router = createRouter({
    ...deps,
    book,
    dialogs: createDialogs(cipher),
    username: () => identity.current()?.username,
    onCommand: ({ chat }, name) => {
      if (name === "start") background.begin("a command menu", menus.syncAdminChat(chat.id, background.signal));
    },
  });
  const handler = createUpdateHandler({ ...deps, turns, router, meter, limitMs: handlerLimitMs });
  const queue = createChatQueue({ ...deps, concurrency, takeTurn: handler.takeTurn });
  const inline = createInlineAnswers({ ...deps, store, turns, meter, route: book.inline });
  const preChecker = createPreChecker({ ...deps, store, turns, routes: book.preCheckouts });

  /** Stores and commits; then everything goes its way without being waited for. */
  const accept = async (updates: readonly Update[]): Promise<void> => {
    const fresh = await store.add(updates);
    meter.received(fresh);
    const isFresh = new Set(fresh.map(({ updateId }) => updateId));
    // Ahead of everything: Telegram and the person wait.
    for (const update of updates) {
      if (!isFresh.has(update.update_id)) continue;
      if (update.pre_checkout_query !== undefined) preChecker.answer(update);
      if (update.inline_query !== undefined) inline.answer(update);
    }
    // Whoever reads commands in groups must know his own name; the sweep begins when he does.
    if (identity.current() === undefined) return;
    for (const { kind, queueId } of fresh) if (!answeredAtOnce.includes(kind)) queue.wake(queueId);
  };
  const watch = createStallWatch({
    ...deps,
    name: "the inbox",
    limitMs: deps.stallMs ?? 60_000,
    look: makeLookAtInbox({ db, botId: api.botId }),
  });
  const reception = createReception({ ...deps, background, store: accept });

  const sweepChats = async (): Promise<void> => {
    await identity.known(background.signal);
    await answerLeftOver(api, await store.answerableButtons(sweepMs), log);
    // Everything at first; later only what a process that is still alive would have taken up long ago.
    let olderThanMs = 0;
    await everySecond(deps, background, async () => {
      for (const chatId of await store.waitingChats(olderThanMs)) queue.wake(chatId);
      olderThanMs = sweepMs;
    });
  };

  return {
    start: () => {
      reception.start();
      watch.start();
      background.begin("the sweep of chats", sweepChats());
      background.begin("the sweep of payments", everySecond(deps, background, preChecker.sweep));
      background.begin("the sweep of inline queries", everySecond(deps, background, inline.sweep));
      background.begin("the command menus", menus.sync(background.signal));
    },
    stop: async () => {
      const stopped = background.stop();
      await watch.stop();
      await reception.stop();
      await queue.stop();
      await Promise.all([stopped, preChecker.settled(), inline.settled(), handler.settled()]);
    },
    receive: reception.receive,
    check: reception.state,
    checkHandling: watch.check,
  };
}

async function everySecond(
  { clock, log }: TelegramDeps,
  { signal }: Background,
  task: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await task();
    } catch (error) {
      log.warn({ err: toError(error).message }, "waiting updates could not be looked for");
    }
    await pause(clock, sweepMs, signal);
  }
}
