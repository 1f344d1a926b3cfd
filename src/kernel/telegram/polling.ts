import type { Update } from "grammy/types";

import { type Backoff, backoffMs } from "../lib/backoff.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Logger } from "../observability/index.ts";
import { isTelegramFailure, TelegramRefused } from "./bot-api-errors.ts";
import type { BotApi, CallOptions } from "./bot-api.ts";
import { allowedUpdates } from "./update-facts.ts";

/** Long polling, in one replica at a time. */
export interface Polling {
  /** Polls until the signal aborts: the work under the lease. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** For the health page. */
  readonly state: () => PollingState;
}

export interface PollingState {
  /** Milliseconds since this process began to poll or last heard from Telegram; undefined while it does not poll. */
  readonly silentMs: number | undefined;
  /** Why polling does not succeed, in plain words; undefined when it does. */
  readonly problem: string | undefined;
}

export interface PollingDeps {
  readonly api: BotApi;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** Stores the batch and commits; only then is it confirmed to Telegram. */
  readonly store: (updates: readonly Update[]) => Promise<void>;
  /** Telegram has told the bot as a whole to wait: not only we should. */
  readonly onFloodControl: (retryAfterMs: number) => void;
}

const pollSeconds = 30;
const timeoutMs = (pollSeconds + 10) * 1000;
/** Whoever takes over must know soon that a connection he had kept is dead: who pays waits 10 s for an answer. */
const firstCallTimeoutMs = 5000;
const batch = 100;
const backoff: Backoff = { firstMs: 500, longestMs: 15_000 };
/** Telegram itself delays repeated conflicts by 3 s. */
const conflictBackoff: Backoff = { firstMs: 4000, longestMs: 30_000 };
/** After this long the same problem is worth another line. */
const repeatMs = 10 * 60_000;

export function createPolling({ api, clock, ids, log, store, onFloodControl }: PollingDeps): Polling {
  let heardAtMs: number | undefined;
  let problem: string | undefined;
  let told: { readonly words: string; readonly atMs: number } | undefined;
  let isToldNow = false;

  const succeed = (): void => {
    heardAtMs = clock.monotonicMs();
    if (isToldNow) log.info({ after: problem }, "polling works again");
    isToldNow = false;
    problem = undefined;
  };
  /** One line for a problem, also for one that comes and goes: two programs that poll cut each other off every few seconds. */
  const fail = (error: unknown): void => {
    problem = explain(error);
    const atMs = clock.monotonicMs();
    if (told?.words === problem && atMs < told.atMs + repeatMs) return;
    told = { words: problem, atMs };
    isToldNow = true;
    log.warn({ err: toError(error).message }, problem);
  };

  const waitMs = (error: unknown, failures: number): number => {
    if (error instanceof TelegramRefused) {
      if (error.retryAfterSeconds !== undefined) {
        const retryAfterMs = error.retryAfterSeconds * 1000;
        onFloodControl(retryAfterMs);
        return retryAfterMs;
      }
      if (error.errorCode === 409) return backoffMs(conflictBackoff, failures, ids.random());
    }
    return backoffMs(backoff, failures, ids.random());
  };

  /** Polling and a webhook exclude each other: whoever polls has decided. What waits at Telegram is kept. */
  const removeWebhook = async (options: CallOptions & { readonly signal: AbortSignal }): Promise<void> => {
    const { url } = await api.call("getWebhookInfo", {}, options);
    if (url === undefined || url === "") return;
    await api.call("deleteWebhook", { drop_pending_updates: false }, { signal: options.signal });
    log.warn(
      { host: URL.canParse(url) ? new URL(url).host : undefined },
      "webhook removed, because this program polls",
    );
  };

  const session = async (signal: AbortSignal, isFirst: boolean): Promise<void> => {
    await removeWebhook({ signal, ...(isFirst && { timeoutMs: firstCallTimeoutMs }) });
    // Only ever confirms what this session has stored. Without one Telegram answers from the oldest unconfirmed update,
    // whatever its number: they start again at random after a week of silence.
    let offset: number | undefined;
    while (!signal.aborted) {
      const request = { limit: batch, timeout: pollSeconds, allowed_updates: allowedUpdates };
      const updates = await api.call("getUpdates", offset === undefined ? request : { ...request, offset }, {
        signal,
        timeoutMs,
      });
      succeed();
      await store(updates);
      const last = updates.at(-1);
      // An answer with nothing in it has confirmed everything before.
      offset = last === undefined ? undefined : last.update_id + 1;
    }
  };

  return {
    run: async (signal) => {
      heardAtMs = clock.monotonicMs();
      let failures = 0;
      while (!signal.aborted) {
        const heardBefore = heardAtMs;
        try {
          await session(signal, failures === 0);
        } catch (error) {
          if (signal.aborted) break;
          failures = heardAtMs === heardBefore ? failures + 1 : 1;
          fail(error);
          await pause(clock, waitMs(error, failures), signal);
        }
      }
      heardAtMs = undefined;
      problem = undefined;
    },
    state: () => ({ silentMs: heardAtMs === undefined ? undefined : clock.monotonicMs() - heardAtMs, problem }),
  };
}

/** Why polling fails, for somebody who does not know the Bot API. */
function explain(error: unknown): string {
  if (!isTelegramFailure(error)) return "updates could not be stored: Telegram keeps them until they can";
  if (!(error instanceof TelegramRefused)) return "Telegram cannot be reached: updates wait there";
  if (error.errorCode === 401) return "Telegram does not know this bot token: it was revoked or mistyped";
  if (error.errorCode !== 409) return `polling was refused: ${error.message}`;
  if (error.description.includes("webhook")) {
    return "polling stopped because something set a webhook for this bot: it is removed, but whatever set it should stop";
  }
  return "another program polls with the same bot token: stop it, or give this one a bot of its own";
}
