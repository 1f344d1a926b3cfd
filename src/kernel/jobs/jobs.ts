import { sql } from "kysely";
import { fromKysely, PgBoss } from "pg-boss";

import type { Db } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Ids } from "../lib/ids.ts";
import type { HealthResult, Logger, Metrics } from "../observability/index.ts";
import { type DeadLetter, listDeadLetters } from "./dead-letters.ts";
import { createDueSweep, type DueSweep } from "./due-sweep.ts";
import type { Job, JobQueue, Schedule } from "./job.ts";
import { measureJobs } from "./measure-jobs.ts";
import { deadLetterQueue, ensureQueues, ensureSchedules } from "./queues.ts";
import { runJob } from "./run-job.ts";

export interface JobsParts {
  readonly jobs?: readonly Job[];
  readonly schedules?: readonly Schedule[];
}

/** The job queue with its workers. */
export interface Jobs extends JobQueue {
  /**
   * Makes jobs and schedules known; to be called before `start`, by everybody who has some. A schedule's job need not
   * be listed again.
   * @throws when a name is taken: two owners would run each other's jobs.
   */
  readonly register: (parts: JobsParts) => void;
  /** Brings the schema `pgboss` up to date and starts working. Nothing can be enqueued before. */
  readonly start: () => Promise<void>;
  /** Aborts the signals of running jobs and waits for them (10 s unless said otherwise); what is left is tried again elsewhere. */
  readonly stop: () => Promise<void>;
  /** For the health page: whether due jobs are found and begin in time. */
  readonly check: () => Promise<HealthResult>;
  readonly deadLetters: (db: Db, limit: number) => Promise<readonly DeadLetter[]>;
  /** Puts dead letters back into their queues. @returns how many. */
  readonly redrive: (ids: readonly string[]) => Promise<number>;
}

export interface JobsDeps {
  /** pg-boss keeps a few connections of its own, so that a pool drained by business work cannot stall it. */
  readonly url: string;
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** How often jobs of dead processes are looked for. */
  readonly supervisorSeconds?: number;
  /** How long a stop waits for running jobs; 1 s at least. */
  readonly stopWithinMs?: number;
}

/** Two, because pg-boss drains a backlog without pauses only when it fetches more than one job at a time. */
const batchSize = 2;
/** Workers are woken by notifications and by the sweep; their own poll is only the last resort. */
const pollSeconds = 60;
const longestWaitSeconds = 300;
const sweepSilenceMs = 15_000;
/**
 * pg-boss has connections of its own and hands this to its driver, though its type does not name it: a query on one whose
 * other end is gone without a word must not take a worker away for ever. Its longest statements take seconds.
 */
const queryLimit = { query_timeout: 30_000 };

export function createJobs(deps: JobsDeps): Jobs {
  const { url, db, clock, ids, log, metrics, supervisorSeconds = 10, stopWithinMs = 10_000 } = deps;
  const boss = openBoss({ url, log, supervisorSeconds });
  const jobs = new Map<string, Job>();
  const schedules = new Map<string, Schedule>();
  const workers = new Map<string, string[]>();
  const stopping = new AbortController();
  let sweep: DueSweep | undefined;
  const onFinished = measureJobs({ metrics, db, isRunning: () => sweep !== undefined });

  const startWorkers = async (job: Job): Promise<void> => {
    const started: string[] = [];
    for (let slots = 0; slots < job.concurrency; slots += batchSize) {
      const options = {
        batchSize,
        burstWhenBatchFull: true,
        perJobResults: true,
        includeMetadata: true,
        pollingIntervalSeconds: pollSeconds,
        notifyPollingIntervalSeconds: pollSeconds,
      } as const;
      const id = await boss.work(job.name, options, async (batch) => {
        const runDeps = { clock, log, stopping: stopping.signal, onFinished };
        return await Promise.all(batch.map(async (fetched) => await runJob(job, fetched, runDeps)));
      });
      started.push(id);
    }
    workers.set(job.name, started);
  };

  const addJob = (job: Job): void => {
    if (jobs.has(job.name) && jobs.get(job.name) !== job) throw new Error(`two jobs are named ${job.name}`);
    jobs.set(job.name, job);
  };

  return {
    register: (parts) => {
      if (sweep !== undefined) throw new Error("jobs were registered after the start");
      for (const job of parts.jobs ?? []) addJob(job);
      for (const schedule of parts.schedules ?? []) {
        if (schedules.has(schedule.name)) throw new Error(`two schedules are named ${schedule.name}`);
        schedules.set(schedule.name, schedule);
        addJob(schedule.job);
      }
    },
    enqueue: async (tx, job, payload, { runAt, dedupeKey } = {}) => {
      if (jobs.get(job.name) !== job) throw new Error(`the job ${job.name} is not registered`);
      // pg-boss stores any JSON value but types it as an object.
      await boss.send(job.name, payload as object, {
        db: fromKysely(tx),
        singletonKey: dedupeKey ?? ids.next(),
        ...(runAt && { startAfter: runAt }),
      });
    },
    start: async () => {
      await boss.start();
      await ensureQueues(boss, jobs.values());
      await ensureSchedules(boss, jobs, [...schedules.values()]);
      for (const job of jobs.values()) await startWorkers(job);
      const wake = (name: string): void => {
        for (const id of workers.get(name) ?? []) boss.notifyWorker(id);
      };
      sweep = createDueSweep({ db, clock, log, names: [...jobs.keys()], wake });
      sweep.start();
    },
    stop: async () => {
      stopping.abort();
      await sweep?.stop();
      await boss.stop({ graceful: true, timeout: stopWithinMs });
    },
    check: async () => {
      if (sweep === undefined) return { ok: false, detail: "jobs have not started" };
      if (clock.monotonicMs() - sweep.lookedAtMs() > sweepSilenceMs) {
        return { ok: false, detail: "due jobs are not being looked for" };
      }
      const seconds = await oldestDueSeconds(db, [...jobs.keys()]);
      return { ok: seconds < longestWaitSeconds, detail: `the oldest due job has waited ${Math.round(seconds)} s` };
    },
    deadLetters: listDeadLetters,
    redrive: async (dead) => (dead.length === 0 ? 0 : await boss.redrive(deadLetterQueue, { ids: [...dead] })),
  };
}

function openBoss({
  url,
  log,
  supervisorSeconds,
}: Required<Pick<JobsDeps, "url" | "log" | "supervisorSeconds">>): PgBoss {
  const boss = new PgBoss({
    connectionString: url,
    application_name: "telecast jobs",
    max: 4,
    ...queryLimit,
    useListenNotify: true,
    // How soon a dead worker's jobs go on: its heartbeat (20 s) and one turn of the supervisor.
    superviseIntervalSeconds: supervisorSeconds,
    monitorIntervalSeconds: supervisorSeconds,
    maintenanceIntervalSeconds: 600,
    // Jobs that wait for other jobs are not used.
    flowIntervalSeconds: 3600,
  });
  boss.on("error", (error) => {
    log.warn({ err: error }, "job queue had trouble");
  });
  boss.on("warning", ({ message }) => {
    log.warn({ detail: message }, "job queue warned");
  });
  return boss;
}

async function oldestDueSeconds(db: Db, names: readonly string[]): Promise<number> {
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from now() - min(start_after))::float8 as seconds
    from pgboss.job
    where name = any(${names}::text[]) and state < 'active' and start_after <= now()`.execute(db);
  return rows[0]?.seconds ?? 0;
}
