import type { Update } from "@grammyjs/types";

import type { Clock, Timer } from "#kernel/lib/clock.ts";

import { BotApiError } from "../api/bot-api-error.ts";
import type { UpdateQueue } from "./update-queue.ts";

export interface PollRequest {
  readonly offset: number;
  readonly limit: number;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** `getUpdates`: one long poll at a time, the newest wins. */
export interface Poller {
  readonly poll: (request: PollRequest) => Promise<readonly Update[]>;
  /** Ends the waiting poll with 409, as `setWebhook` does, or with an empty answer when the sandbox stops. */
  readonly interrupt: (reason: "webhook" | "stop") => void;
}

interface WaitingPoll {
  readonly finish: () => void;
  readonly fail: (error: BotApiError) => void;
}

/** Telegram's own ceiling for `timeout`. */
const longestPollSeconds = 50;
/** Bots that fight over the updates get their conflicts this far apart. */
const conflictPauseMs = 3000;

export function makePoller(clock: Clock, queue: UpdateQueue): Poller {
  let waiting: WaitingPoll | undefined;
  let nextConflictMs = -Infinity;
  queue.onPush(() => waiting?.finish());

  const read = (limit: number): readonly Update[] => queue.peek(limit).map(({ update }) => update);

  const waitForUpdates = async ({ limit, timeoutSeconds, signal }: PollRequest): Promise<readonly Update[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Update[]>();
    // Only a poll that waits drives out the one that waits; a quick look disturbs nobody.
    waiting?.fail(conflict("terminated by other getUpdates request; make sure that only one bot instance is running"));
    let timer: Timer | undefined;
    const stop = (): void => {
      timer?.cancel();
      signal.removeEventListener("abort", finish);
      if (waiting === self) waiting = undefined;
    };
    const finish = (): void => {
      stop();
      resolve(signal.aborted ? [] : read(limit));
    };
    const self: WaitingPoll = {
      finish,
      fail: (error) => {
        stop();
        const waitMs = Math.max(0, nextConflictMs - clock.monotonicMs());
        if (waitMs === 0) reject(error);
        else
          clock.schedule(waitMs, () => {
            reject(error);
          });
        nextConflictMs = clock.monotonicMs() + waitMs + conflictPauseMs;
      },
    };
    waiting = self;
    timer = clock.schedule(Math.min(timeoutSeconds, longestPollSeconds) * 1000, finish);
    signal.addEventListener("abort", finish);
    return await promise;
  };

  return {
    poll: async (request) => {
      if (request.offset !== 0) queue.confirm(request.offset);
      const ready = read(request.limit);
      if (ready.length > 0 || request.timeoutSeconds <= 0) return ready;
      return await waitForUpdates(request);
    },
    interrupt: (reason) => {
      if (reason === "webhook") waiting?.fail(conflict("terminated by setWebhook request"));
      else waiting?.finish();
    },
  };
}

export function conflict(reason: string): BotApiError {
  return new BotApiError(409, `Conflict: ${reason}`);
}
