import type { Pool } from "undici";

/**
 * Connections that are given up together. An answer that never comes may mean that a connection is dead without a word,
 * and then those that were idle beside it are too: the next calls would wait as long, one after the other, on each of them.
 */
export interface RenewablePool {
  /** Works on the connections of the moment. After a failure that `isDeaf` says so of, later work gets new ones; what is under way may end. */
  readonly use: <T>(work: (pool: Pool) => Promise<T>) => Promise<T>;
  /** Waits for all that is under way. */
  readonly close: () => Promise<void>;
}

export function renewablePool(open: () => Pool, isDeaf: (error: unknown) => boolean): RenewablePool {
  let pool = open();
  const closing = new Set<Promise<void>>();
  const giveUp = (deaf: Pool): void => {
    pool = open();
    const closed = deaf.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };
  return {
    use: async (work) => {
      const used = pool;
      try {
        return await work(used);
      } catch (error) {
        if (used === pool && isDeaf(error)) giveUp(used);
        throw error;
      }
    },
    close: async () => {
      await Promise.all([...closing, pool.close()]);
    },
  };
}
