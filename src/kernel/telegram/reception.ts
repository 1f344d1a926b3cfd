import type { Update } from "grammy/types";

import { createLease, type Db } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Ids } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";
import type { HealthResult, Logger } from "../observability/index.ts";
import type { Background } from "./background.ts";
import type { BotApi } from "./bot-api.ts";
import { createPolling } from "./polling.ts";
import { createWebhook, type WebhookOutcome } from "./webhook.ts";

/** How updates reach us: by polling in one replica, or by webhook in any. */
export interface Reception {
  readonly start: () => void;
  /** Confirms nothing more and gives the right to poll to another replica. */
  readonly stop: () => Promise<void>;
  readonly receive: (body: unknown, secret: string | undefined) => Promise<WebhookOutcome>;
  readonly state: () => HealthResult;
}

export interface ReceptionDeps {
  readonly db: Db;
  readonly api: BotApi;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly owner: string;
  readonly background: Background;
  /** Instead of polling. */
  readonly webhook?: { readonly url: string; readonly secret: Secret };
  /** Stores the batch and commits; only then is it confirmed to Telegram. */
  readonly store: (updates: readonly Update[]) => Promise<void>;
  /** Telegram has told the bot as a whole to wait. */
  readonly onFloodControl: (retryAfterMs: number) => void;
}

/** Without an answer from Telegram for so long, polling does not work. */
const longestSilenceMs = 60_000;

export function createReception(deps: ReceptionDeps): Reception {
  return deps.webhook === undefined ? byPolling(deps) : byWebhook(deps, deps.webhook);
}

function byPolling(deps: ReceptionDeps): Reception {
  const polling = createPolling(deps);
  const lease = createLease({ ...deps, name: `telegram.poll:${deps.api.botId}` });
  return {
    start: () => {
      lease.start(async (_epoch, lost) => {
        await polling.run(AbortSignal.any([lost, deps.background.signal]));
      });
    },
    stop: lease.stop,
    // Nobody was told of this address.
    receive: async () => await Promise.resolve("unauthorized"),
    state: () => {
      const { silentMs, problem } = polling.state();
      if (silentMs === undefined) return { ok: true, detail: "another replica polls" };
      const heard = `polling, last answer ${Math.round(silentMs / 1000)} s ago`;
      return { ok: silentMs < longestSilenceMs, detail: problem ?? heard };
    },
  };
}

function byWebhook(deps: ReceptionDeps, address: { readonly url: string; readonly secret: Secret }): Reception {
  const webhook = createWebhook({ ...deps, ...address });
  return {
    start: () => {
      deps.background.begin("registering the webhook", webhook.register(deps.background.signal));
    },
    stop: async () => {},
    receive: webhook.receive,
    state: () => {
      const problem = webhook.problem();
      return { ok: problem === undefined, detail: problem ?? "updates come by webhook" };
    },
  };
}
