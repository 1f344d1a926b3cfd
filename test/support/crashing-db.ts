import type { Db, Tx } from "#kernel/db/index.ts";

/** Which transaction is the process's last one, and whether it still commits. */
export interface CrashPoint {
  /** 1 for the first. */
  readonly transaction: number;
  readonly when: "before_commit" | "after_commit";
}

/** What the process would have died of. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export interface CrashingDb {
  readonly db: Db;
  /** Arms the next crash; undefined: none. Counting begins anew. */
  readonly crashAt: (point: CrashPoint | undefined) => void;
  /** How many transactions were begun since. */
  readonly transactions: () => number;
}

/**
 * The same database, whose user dies at a chosen point: just before a commit (which is rolled back) or just after it (what
 * should have followed never happens). With all points tried in turn, every state a dead process can leave is met.
 */
export function crashingDb(db: Db): CrashingDb {
  let point: CrashPoint | undefined;
  let count = 0;
  const transaction = (): { execute: <T>(work: (tx: Tx) => Promise<T>) => Promise<T> } => ({
    execute: async (work) => {
      count += 1;
      const when = count === point?.transaction ? point.when : undefined;
      const result = await db.transaction().execute(async (tx) => {
        const done = await work(tx);
        if (when === "before_commit") throw new Crash("before the commit");
        return done;
      });
      if (when === "after_commit") throw new Crash("after the commit");
      return result;
    },
  });
  const proxy = new Proxy(db, {
    get: (target, property) => {
      if (property === "transaction") return transaction;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  return {
    db: proxy,
    crashAt: (next) => {
      point = next;
      count = 0;
    },
    transactions: () => count,
  };
}
