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

export function makePoller(clock: Clock, queue: UpdateQueue): Poller {
  let waiting: WaitingPoll | undefined;
  queue.onPush(() => waiting?.finish());

  const read = (limit: number): readonly Update[] => queue.peek(limit).map(({ update }) => update);

  const waitForUpdates = async ({ limit, timeoutSeconds, signal }: PollRequest): Promise<readonly Update[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Update[]>();
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
        reject(error);
      },
    };
    waiting = self;
    timer = clock.schedule(Math.min(timeoutSeconds, longestPollSeconds) * 1000, finish);
    signal.addEventListener("abort", finish);
    return await promise;
  };

  return {
    poll: async (request) => {
      waiting?.fail(
        conflict("terminated by other getUpdates request; make sure that only one bot instance is running"),
      );
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
