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
  /** Tells Telegram where to post, trying until it succeeds or the signal aborts. */
  readonly register: (signal: AbortSignal) => Promise<void>;
  /** Why Telegram does not know the webhook yet; undefined when it does. */
  readonly problem: () => string | undefined;
}

export interface WebhookDeps {
  readonly api: BotApi;
  /** The public URL of this server, or of the webhook itself. */
  readonly url: string;
  readonly secret: Secret;
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
  subscription: z.looseObject({ user: withId }).optional(),
});

/** The same in every replica without being configured: whoever knows the token may receive the updates anyway. */
export function defaultWebhookSecret(token: Secret): Secret {
  return new Secret(createHmac("sha256", token.reveal()).update("telecast webhook").digest("base64url"));
}

export function createWebhook({ api, url, secret, clock, ids, log, store }: WebhookDeps): Webhook {
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
      await store([body]);
      return "stored";
    },
    register: async (signal) => {
      for (let attempt = 1; !signal.aborted; attempt += 1) {
        try {
          await api.call(
            "setWebhook",
            {
              url: address,
              secret_token: secret.reveal(),
              allowed_updates: allowedUpdates,
              drop_pending_updates: false,
            },
            { signal },
          );
          problem = undefined;
          log.info("webhook registered");
          return;
        } catch (error) {
          problem = toError(error).message;
          log.warn({ err: problem }, "webhook could not be registered");
          await pause(clock, backoffMs(backoff, attempt, ids.random()), signal);
        }
      }
    },
    problem: () => problem,
  };
}

function isUpdate(body: unknown): body is Update {
  return updateSchema.safeParse(body).success;
}
