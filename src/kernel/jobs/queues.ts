import type { PgBoss, QueueOptions } from "pg-boss";

import type { Job, Schedule } from "./job.ts";

/** Where jobs end that failed for good or could not be read. Nothing works on it: people look at it. */
export const deadLetterQueue = "dead-letters";

const minute = 60;
const day = 24 * 60 * minute;

/**
 * Margin between a job's own time limit, which aborts its signal, and the moment pg-boss gives the whole batch up: the
 * job's other half of the batch must not fail with it.
 */
const expiryMarginSeconds = 30;

type QueueSettings = Required<QueueOptions> & { readonly deadLetter: string; readonly notify: boolean };

function optionsOf(job: Job): QueueSettings {
  return {
    retryLimit: job.maxAttempts - 1,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 15 * minute,
    expireInSeconds: job.timeoutSeconds + expiryMarginSeconds,
    // A dead process is noticed by this (30 s at most with the supervisor's 10 s), long before the job expires.
    heartbeatSeconds: 20,
    retentionSeconds: 14 * day,
    // Finished rows are of no use here, and the fewer there are the cheaper is every scan of the supervisor.
    deleteAfterSeconds: 60 * minute,
    deadLetter: deadLetterQueue,
    notify: true,
  };
}

/** Makes the queues of the jobs, or brings existing ones up to date. Queues of jobs this version does not know are left alone. */
export async function ensureQueues(boss: PgBoss, jobs: Iterable<Job>): Promise<void> {
  const existing = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  if (!existing.has(deadLetterQueue)) {
    await boss.createQueue(deadLetterQueue, { retentionSeconds: 30 * day, deleteAfterSeconds: day });
  }
  for (const job of jobs) {
    const options = optionsOf(job);
    const before = existing.get(job.name);
    // "exclusive": at most one job per key waits or runs. Jobs without a dedupe key get a key of their own.
    if (before === undefined) await boss.createQueue(job.name, { policy: "exclusive", ...options });
    else if (differs(before, options)) await boss.updateQueue(job.name, options);
  }
}

function differs(before: object, options: QueueSettings): boolean {
  const stored = new Map<string, unknown>(Object.entries(before));
  return Object.entries(options).some(([name, value]) => stored.get(name) !== value);
}

/**
 * Writes the schedules and removes those this version no longer has. Schedules of jobs it does not know may belong to a
 * newer version that runs beside it, and stay; their queue holds one job at most.
 */
export async function ensureSchedules(
  boss: PgBoss,
  jobs: ReadonlyMap<string, Job>,
  schedules: readonly Schedule[],
): Promise<void> {
  for (const { name, cron, timeZone, job } of schedules) {
    await boss.schedule(job.name, cron, {}, { key: name, tz: timeZone, missed: "once" });
  }
  const wanted = new Set(schedules.map(({ name, job }) => `${job.name} ${name}`));
  for (const { name, key } of await boss.getSchedules()) {
    if (jobs.has(name) && !wanted.has(`${name} ${key}`)) await boss.unschedule(name, key);
  }
}
