import { afterCommit } from "#kernel/db/index.ts";
import type { Job, JobQueue } from "#kernel/jobs/index.ts";
import type { ManualClock } from "#kernel/lib/manual-clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";

/** A job queue in a test's hands: nothing runs before the test says so, and everything can be lost. */
export interface JobLine extends JobQueue {
  /** Runs what is due by the clock, and what becomes due by that, in the order of time. @returns what was thrown. */
  readonly run: () => Promise<readonly unknown[]>;
  /** Runs one job that is not in the line, such as a schedule's. */
  readonly runNow: (job: Job<Record<string, never>>) => Promise<void>;
  /** What waits, by name. */
  readonly waiting: () => readonly string[];
  readonly lose: () => void;
}

interface Entry {
  readonly job: Job;
  readonly payload: unknown;
  readonly key: string | undefined;
  runAt: number;
  attempt: number;
}

/** Like the real queue's: a job that threw is tried again, later each time, 8 times in all. */
const retryMs = 1000;
const mostAttempts = 8;

export function jobLine(clock: ManualClock): JobLine {
  const entries = new Set<Entry>();
  const nowMs = (): number => clock.now().getTime();
  const nextDue = (): Entry | undefined =>
    [...entries].filter(({ runAt }) => runAt <= nowMs()).toSorted((a, b) => a.runAt - b.runAt)[0];
  const runOne = async (job: Job, payload: unknown, attempt: number): Promise<void> => {
    await job.run(payload, { id: "1", attempt, log: silentLogger(), signal: new AbortController().signal });
  };

  return {
    enqueue: async (tx, job, payload, { runAt, dedupeKey: key } = {}) => {
      afterCommit(tx, () => {
        const isKnown =
          key !== undefined && [...entries].some((each) => each.key === key && each.job.name === job.name);
        if (!isKnown) entries.add({ job, payload, key, runAt: runAt?.getTime() ?? nowMs(), attempt: 1 });
      });
      await Promise.resolve();
    },
    run: async () => {
      const thrown: unknown[] = [];
      for (let entry = nextDue(); entry !== undefined; entry = nextDue()) {
        try {
          await runOne(entry.job, entry.payload, entry.attempt);
          entries.delete(entry);
        } catch (error) {
          thrown.push(error);
          entry.runAt = nowMs() + retryMs * 2 ** (entry.attempt - 1);
          entry.attempt += 1;
          if (entry.attempt > mostAttempts) entries.delete(entry);
        }
      }
      return thrown;
    },
    runNow: async (job) => {
      await runOne(job, {}, 1);
    },
    waiting: () => [...entries].map(({ job }) => job.name),
    lose: () => {
      entries.clear();
    },
  };
}
