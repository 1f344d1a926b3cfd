import type { Update } from "grammy/types";

import { createLease, type Db, leaseHolder } from "../db/index.ts";
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
  readonly state: () => Promise<HealthResult>;
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
  readonly webhook?: { readonly url: string; readonly secret: Secret; readonly lookMs?: number };
  /** Stores the batch and commits; only then is it confirmed to Telegram. */
  readonly store: (updates: readonly Update[]) => Promise<void>;
  /** Telegram has told the bot as a whole to wait. */
  readonly onFloodControl: (retryAfterMs: number) => void;
}

/** A lease moves within 10 s; without a holder for longer, nobody polls. */
const longestVacancyMs = 15_000;
/** Without an answer from Telegram for so long, polling does not work. */
const longestSilenceMs = 60_000;

export function createReception(deps: ReceptionDeps): Reception {
  return deps.webhook === undefined ? byPolling(deps) : byWebhook(deps, deps.webhook);
}

function byPolling(deps: ReceptionDeps): Reception {
  const polling = createPolling(deps);
  const { db, clock } = deps;
  const name = `telegram.poll:${deps.api.botId}`;
  const lease = createLease({ ...deps, name });
  let vacantSinceMs: number | undefined;

  /** Of a replica that does not poll itself. */
  const stateOfOthers = async (): Promise<HealthResult> => {
    if ((await leaseHolder(db, name))?.isCurrent === true) {
      vacantSinceMs = undefined;
      return { ok: true, detail: "another replica polls" };
    }
    vacantSinceMs ??= clock.monotonicMs();
    const vacantMs = clock.monotonicMs() - vacantSinceMs;
    return { ok: vacantMs < longestVacancyMs, detail: `no replica has polled for ${Math.round(vacantMs / 1000)} s` };
  };
  return {
    start: () => {
      lease.start(async (_epoch, lost) => {
        await polling.run(AbortSignal.any([lost, deps.background.signal]));
      });
    },
    stop: lease.stop,
    // Nobody was told of this address.
    receive: async () => await Promise.resolve("unauthorized"),
    state: async () => {
      const { silentMs, problem } = polling.state();
      if (silentMs === undefined) return await stateOfOthers();
      vacantSinceMs = undefined;
      const heard = `polling, last answer ${Math.round(silentMs / 1000)} s ago`;
      return { ok: silentMs < longestSilenceMs, detail: problem ?? heard };
    },
  };
}

function byWebhook(deps: ReceptionDeps, address: NonNullable<ReceptionDeps["webhook"]>): Reception {
  const webhook = createWebhook({ ...deps, ...address });
  return {
    start: () => {
      deps.background.begin("the webhook", webhook.keep(deps.background.signal));
    },
    stop: async () => {},
    receive: webhook.receive,
    state: async () => {
      const problem = webhook.problem();
      return await Promise.resolve({ ok: problem === undefined, detail: problem ?? "updates come by webhook" });
    },
  };
}
