import type { PreCheckoutQuery, Update } from "grammy/types";

import type { Db } from "../db/index.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import { languageFor } from "../lib/language.ts";
import type { Texts } from "../lib/texts.ts";
import type { Logger } from "../observability/index.ts";
import { TelegramRefused } from "./bot-api-errors.ts";
import type { BotApi } from "./bot-api.ts";
import type { InboxStore } from "./inbox-store.ts";
import type { PreCheckoutRoute } from "./route.ts";
import type { Turns } from "./turns.ts";
import { withinLimit } from "./within-limit.ts";

/** Answers the question "may this payment go through?", for which Telegram waits 10 s, outside every queue. */
export interface PreChecker {
  /** Answers a stored query now. Never rejects; what fails is found by the next sweep, here or in another replica. */
  readonly answer: (update: Update) => void;
  /** Answers what another process left, while it still can be answered. */
  readonly sweep: () => Promise<void>;
  /** Resolves when every answer under way has ended. */
  readonly settled: () => Promise<void>;
}

export interface PreCheckerDeps {
  readonly db: Db;
  readonly store: InboxStore;
  readonly turns: Turns;
  readonly api: BotApi;
  readonly routes: readonly PreCheckoutRoute[];
  readonly texts: Texts;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Telegram gives up after 10 s and tells the person that the bot did not answer. */
const answerableMs = 10_000;
/** Whoever received a query answers it in milliseconds; after this he is taken for dead. Answering twice does no harm. */
const abandonedMs = 1500;
const checkLimitMs = 4000;
const callTimeoutMs = 3000;
const retryPauseMs = 200;

export function createPreChecker(deps: PreCheckerDeps): PreChecker {
  const { db, store, turns, api, routes, texts, clock, log } = deps;
  const underWay = new Map<number, Promise<void>>();

  /** Money is not taken on a doubt: a check that fails, or that nobody makes, refuses. */
  const verdict = async (query: PreCheckoutQuery): Promise<string | undefined> => {
    const unavailable = texts(languageFor(query.from.language_code)).plain("telegram-payment-unavailable");
    if (routes.length === 0) return unavailable;
    try {
      const checks = Promise.all(routes.map(async (route) => await route.check(query)));
      const end = async (): Promise<void> => {};
      const refusals = await withinLimit(checks, { clock, limitMs: checkLimitMs, end });
      return refusals.find((refusal) => refusal !== undefined);
    } catch (error) {
      log.error({ err: toError(error).message }, "payment could not be checked");
      return unavailable;
    }
  };

  const tell = async (query: PreCheckoutQuery, refusal: string | undefined, untilMs: number): Promise<void> => {
    const answer = refusal === undefined ? { ok: true } : { ok: false, error_message: refusal };
    for (;;) {
      try {
        await api.call(
          "answerPreCheckoutQuery",
          { pre_checkout_query_id: query.id, ...answer },
          { timeoutMs: callTimeoutMs },
        );
        return;
      } catch (error) {
        // The same answer may be given again; only Telegram's own no ends it.
        if (error instanceof TelegramRefused && error.errorCode !== 429) throw error;
        if (clock.monotonicMs() + retryPauseMs > untilMs) throw error;
        await pause(clock, retryPauseMs);
      }
    }
  };

  const handle = async (update: Update, ageMs: number): Promise<void> => {
    const query = update.pre_checkout_query;
    if (query === undefined) return;
    const untilMs = clock.monotonicMs() + answerableMs - ageMs;
    try {
      const refusal = await verdict(query);
      await tell(query, refusal, untilMs);
      await turns.markHandled(db, update.update_id, "pre_checkout");
      log.info({ updateId: update.update_id, isRefused: refusal !== undefined }, "pre-checkout query answered");
    } catch (error) {
      log.warn({ err: toError(error).message, updateId: update.update_id }, "pre-checkout query not answered");
      if (error instanceof TelegramRefused) await putAside(update.update_id, error.description);
    }
  };

  const putAside = async (updateId: number, error: string): Promise<void> => {
    await turns.markFailed(db, updateId, { error, reference: undefined });
  };

  const begin = (update: Update, ageMs: number): void => {
    const id = update.update_id;
    if (underWay.has(id)) return;
    const work = handle(update, ageMs)
      .catch((error: unknown) => {
        log.warn({ err: toError(error).message, updateId: id }, "pre-checkout query could not be recorded");
      })
      .finally(() => underWay.delete(id));
    underWay.set(id, work);
  };

  return {
    answer: (update) => {
      begin(update, 0);
    },
    sweep: async () => {
      for (const { updateId, ageMs, read } of await store.waitingQueries("pre_checkout_query", abandonedMs)) {
        if (underWay.has(updateId)) continue;
        if (ageMs >= answerableMs) await putAside(updateId, "nobody answered within 10 s");
        else begin(read(), ageMs);
      }
    },
    settled: async () => {
      await Promise.all(underWay.values());
    },
  };
}
