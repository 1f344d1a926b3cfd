import { createHmac, timingSafeEqual } from "node:crypto";

import type { Update } from "grammy/types";
import { z } from "zod";

import { type Backoff, backoffMs } from "../lib/backoff.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import { Secret } from "../lib/secret.ts";
import type { Logger } from "../observability/index.ts";
import type { BotApi } from "./bot-api.ts";
import { makeStoreTogether } from "./store-together.ts";
import { allowedUpdates } from "./update-facts.ts";

/** What the HTTP answer is to be: 200, 401 (nothing was stored), 400. */
export type WebhookOutcome = "stored" | "unauthorized" | "malformed";

export interface Webhook {
  /**
   * Takes an update that Telegram posted. `stored` only after the commit.
   * @param secret the header `X-Telegram-Bot-Api-Secret-Token`.
   * @throws when it could not be stored: a 5xx makes Telegram send it again.
   */
  readonly receive: (body: unknown, secret: string | undefined) => Promise<WebhookOutcome>;
  /**
   * Tells Telegram where to post, trying until it succeeds; then looks now and then whether Telegram still does and gets
   * through, and registers again when something else has taken our place. Until the signal aborts.
   */
  readonly keep: (signal: AbortSignal) => Promise<void>;
  /** Why updates do not come, in plain words; undefined when they do. */
  readonly problem: () => string | undefined;
}

export interface WebhookDeps {
  readonly api: BotApi;
  /** The public URL of this server, or of the webhook itself. */
  readonly url: string;
  readonly secret: Secret;
  /** How often Telegram is asked whether it gets through. Default a minute. */
  readonly lookMs?: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** Stores the batch and commits. */
  readonly store: (updates: readonly Update[]) => Promise<void>;
}

const path = "/api/telegram/webhook";
const backoff: Backoff = { firstMs: 1000, longestMs: 60_000 };

const withId = z.looseObject({ id: z.int() });
/** Only what storing depends on: the rest is Telegram's word, and stays as it came. */
const updateSchema = z.looseObject({
  update_id: z.int().min(0),
  message: z.looseObject({ chat: withId, from: withId.optional() }).optional(),
  callback_query: z.looseObject({ id: z.string(), from: withId }).optional(),
  pre_checkout_query: z.looseObject({ id: z.string(), from: withId }).optional(),
  my_chat_member: z.looseObject({ chat: withId, from: withId }).optional(),
  inline_query: z.looseObject({ id: z.string(), from: withId }).optional(),
  subscription: z.looseObject({ user: withId }).optional(),
});

/** The same in every replica without being configured: whoever knows the token may receive the updates anyway. */
export function defaultWebhookSecret(token: Secret): Secret {
  return new Secret(createHmac("sha256", token.reveal()).update("telecast webhook").digest("base64url"));
}

export function createWebhook(deps: WebhookDeps): Webhook {
  const { url, secret, clock, ids, log, lookMs = 60_000 } = deps;
  const store = makeStoreTogether(deps.store);
  const address = url.endsWith(path) ? url : url + path;
  let problem: string | undefined = "not registered yet";
  // Two strings of one length compare in constant time; the key keeps what is compared out of the caller's hands.
  const key = ids.token(32);
  const digest = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const expected = digest(secret.reveal());

  return {
    receive: async (body, given) => {
      if (given === undefined || !timingSafeEqual(digest(given), expected)) return "unauthorized";
      if (!isUpdate(body)) return "malformed";
      await store(body);
      return "stored";
    },
    keep: async (signal) => {
      let isOurs = false;
      for (let attempt = 1; !signal.aborted; attempt += 1) {
        try {
          if (!isOurs) {
            await register(deps, address, signal);
            log.info("webhook registered");
          }
          const seen: Seen = isOurs ? await look(deps, address, signal) : { isOurs: true, problem: undefined };
          if (seen.problem !== undefined && seen.problem !== problem)
            log.warn({ reason: seen.problem }, "webhook had trouble");
          ({ isOurs, problem } = seen);
          attempt = 0;
          // What somebody else has set is replaced at once, and only then looked at again.
          if (isOurs) await pause(clock, lookMs, signal);
        } catch (error) {
          if (signal.aborted) return;
          problem = toError(error).message;
          log.warn({ err: problem }, isOurs ? "webhook could not be looked at" : "webhook could not be registered");
          await pause(clock, backoffMs(backoff, attempt, ids.random()), signal);
        }
      }
    },
    problem: () => problem,
  };
}

type Asking = Pick<WebhookDeps, "api" | "secret" | "clock">;

async function register({ api, secret }: Asking, address: string, signal: AbortSignal): Promise<void> {
  const terms = { secret_token: secret.reveal(), allowed_updates: allowedUpdates, drop_pending_updates: false };
  await api.call("setWebhook", { url: address, ...terms }, { signal });
}

interface Seen {
  readonly isOurs: boolean;
  readonly problem: string | undefined;
}

/** An older failure is over: Telegram tries again at least this often. */
const recentMs = 5 * 60_000;

async function look({ api, clock }: Asking, address: string, signal: AbortSignal): Promise<Seen> {
  const info = await api.call("getWebhookInfo", {}, { signal });
  if (info.url !== address) {
    const what = info.url === undefined || info.url === "" ? "removed" : "replaced";
    return { isOurs: false, problem: `something ${what} the webhook of this bot: it is set again` };
  }
  const { last_error_date: failedAt, last_error_message: failure, pending_update_count: waiting } = info;
  const isRecent = failedAt !== undefined && clock.now().getTime() - failedAt * 1000 < recentMs;
  if (!isRecent || waiting === 0) return { isOurs: true, problem: undefined };
  const problem = `Telegram cannot deliver: ${failure ?? "no reason was given"}; ${waiting} updates wait there`;
  // Refused for the secret: somebody else has set this address with another one.
  return { isOurs: failure?.includes("401") !== true, problem };
}

function isUpdate(body: unknown): body is Update {
  return updateSchema.safeParse(body).success;
}
