import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";

/** Work that nobody waits for until the program stops. */
export interface Background {
  /** Aborts when it is time to end. */
  readonly signal: AbortSignal;
  readonly begin: (what: string, work: Promise<unknown>) => void;
  /** Ends it and waits for it. */
  readonly stop: () => Promise<void>;
}

export function createBackground(log: Logger): Background {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();

  const follow = async (what: string, work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      // What was cut short by the stop has nothing to tell.
      if (!stopping.signal.aborted) log.error({ err: toError(error).message, what }, "background work failed");
    }
  };

  return {
    signal: stopping.signal,
    begin: (what, work) => {
      const followed = follow(what, work).finally(() => underWay.delete(followed));
      underWay.add(followed);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}
