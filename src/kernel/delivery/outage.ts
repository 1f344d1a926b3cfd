import { type Backoff, backoffMs } from "../lib/backoff.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import { type BotApi, TelegramRefused } from "../telegram/index.ts";

export type OutageReason = "unclear" | "unreachable" | "unauthorized";

/** Notices that Telegram is away, and when it is back. */
export interface Outage {
  /** Why nothing should be sent now; undefined when all is well. */
  readonly reason: () => OutageReason | undefined;
  /** An answer has come: Telegram is there. */
  readonly answered: () => void;
  readonly failed: (reason: OutageReason) => void;
  /** Asks now. */
  readonly isThere: () => Promise<boolean>;
}

export interface OutageDeps {
  readonly api: Pick<BotApi, "call">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onRecovered: () => void;
}

/** So many in a row without any answer between them. */
const failuresInARow = 3;
const probing: Backoff = { firstMs: 500, longestMs: 10_000 };
/** A token that was refused is seldom taken back. */
const unauthorizedMs = 60_000;
const probeTimeoutMs = 5000;

export function createOutage({ api, clock, log, random, signal, onRecovered }: OutageDeps): Outage {
  let reason: OutageReason | undefined;
  let failures = 0;

  const isThere = async (): Promise<boolean> => {
    try {
      await api.call("getMe", {}, { timeoutMs: probeTimeoutMs, signal });
      return true;
    } catch (error) {
      const unauthorized = error instanceof TelegramRefused && (error.errorCode === 401 || error.errorCode === 404);
      if (unauthorized) reason = "unauthorized";
      // Any other refusal, even "too many requests", is an answer.
      if (error instanceof TelegramRefused && !unauthorized) return true;
      log.debug({ err: toError(error).message }, "telegram was probed without success");
      return false;
    }
  };

  const probe = async (): Promise<void> => {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      await pause(clock, reason === "unauthorized" ? unauthorizedMs : backoffMs(probing, attempt, random()), signal);
      if (signal.aborted || !(await isThere())) continue;
      log.info({ attempt }, "telegram is back: sending goes on");
      reason = undefined;
      failures = 0;
      onRecovered();
      return;
    }
  };

  return {
    isThere,
    reason: () => reason,
    answered: () => {
      failures = 0;
    },
    failed: (why) => {
      failures += 1;
      if (reason !== undefined || (why !== "unauthorized" && failures < failuresInARow)) return;
      reason = why;
      if (why === "unauthorized") {
        log.error("telegram refused the bot's token: nothing is sent until TELEGRAM_BOT_TOKEN is valid again");
      } else log.warn({ reason: why, failures }, "telegram does not answer: sending is paused until it does");
      void probe();
    },
  };
}
