import { type Backoff, backoffMs } from "../lib/backoff.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Logger } from "../observability/index.ts";
import type { BotApi } from "./bot-api.ts";
import { startParameter } from "./start-link.ts";

export interface Bot {
  readonly id: number;
  /** Without the `@`. */
  readonly username: string;
  readonly firstName: string;
}

/** Who the token belongs to, as Telegram says. */
export interface BotIdentity {
  /** Undefined until Telegram has been reached once. */
  readonly current: () => Bot | undefined;
  /** Resolves when it is known; rejects when the signal aborts. */
  readonly known: (signal: AbortSignal) => Promise<Bot>;
}

/** `https://t.me/<bot>?start=…`; undefined until Telegram has been reached once. */
export function makeDeepLink({ current }: Pick<BotIdentity, "current">): DeepLink {
  return (name, value) => {
    const bot = current();
    return bot && `https://t.me/${bot.username}?start=${startParameter(name, value)}`;
  };
}

/** The address of a `StartLink`. @throws RangeError when it would be longer than Telegram takes. */
export type DeepLink = (name: string, value?: string) => string | undefined;

export interface BotIdentityDeps {
  readonly api: BotApi;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

const backoff: Backoff = { firstMs: 300, longestMs: 10_000 };

export function createBotIdentity({ api, clock, ids, log }: BotIdentityDeps): BotIdentity {
  let bot: Bot | undefined;
  let told: string | undefined;

  return {
    current: () => bot,
    known: async (signal) => {
      for (let attempt = 1; bot === undefined; attempt += 1) {
        signal.throwIfAborted();
        try {
          const { id, username, first_name } = await api.call("getMe", {}, { signal });
          bot = { id, username, firstName: first_name };
          log.info({ botId: id, username }, "bot identified");
        } catch (error) {
          signal.throwIfAborted();
          const { message } = toError(error);
          // Once, however long Telegram is away.
          if (message !== told) log.warn({ err: message }, "bot could not be identified");
          told = message;
          await pause(clock, backoffMs(backoff, attempt, ids.random()), signal);
        }
      }
      return bot;
    },
  };
}
