import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { sql } from "kysely";
import { pino } from "pino";
import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import { pause, systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { createMetrics, type Metrics } from "#kernel/observability/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { createJobs, defineJob, type EnqueueOptions, type Job, type Jobs, type JobsParts } from "./index.ts";

const { db, url } = await testDatabase();

const running: Jobs[] = [];
const logged: Record<string, unknown>[] = [];
const log = pino(
  { level: "info" },
  {
    write: (line: string) => {
      logged.push(JSON.parse(line) as Record<string, unknown>);
    },
  },
);

afterEach(async () => {
  await Promise.all(running.splice(0).map(async (jobs) => await jobs.stop()));
});

function build(metrics: Metrics = createMetrics({ process: false })): Jobs {
  const quick = { supervisorSeconds: 1, stopWithinMs: 1000 };
  return createJobs({ url, db, clock: systemClock, ids: systemIds, log, metrics, ...quick });
}

async function startJobs(parts: JobsParts, metrics?: Metrics): Promise<Jobs> {
  const jobs = build(metrics);
  jobs.register(parts);
  await jobs.start();
  running.push(jobs);
  return jobs;
}

async function add<P>(jobs: Jobs, job: Job<P>, payload: P, options?: EnqueueOptions): Promise<void> {
  await inTransaction(db, async (tx) => {
    await jobs.enqueue(tx, job, payload, options);
  });
}

async function stored(name: string): Promise<readonly { readonly state: string; readonly retry_count: number }[]> {
  const { rows } = await sql<{ state: string; retry_count: number }>`
    select state, retry_count from pgboss.job where name = ${name} order by created_on`.execute(db);
  return rows;
}

const number = z.object({ n: z.number() });

test("a job exists exactly when the transaction that added it commits", async () => {
  const seen: number[] = [];
  const job = defineJob({ name: "test.commits", payload: number, run: async ({ n }) => void seen.push(n) });
  const jobs = await startJobs({ jobs: [job] });
  await assert.rejects(
    inTransaction(db, async (tx) => {
      await jobs.enqueue(tx, job, { n: 1 });
      throw new Error("rolled back");
    }),
  );
  await add(jobs, job, { n: 2 });
  await until("the job", () => seen.length > 0);
  assert.deepEqual(seen, [2]);
  assert.equal((await stored(job.name)).length, 1);
});

test("a backlog is drained at once, several at a time", async () => {
  let most = 0;
  let now = 0;
  let done = 0;
  const job = defineJob({
    name: "test.backlog",
    payload: number,
    run: async () => {
      now += 1;
      most = Math.max(most, now);
      await pause(systemClock, 5);
      now -= 1;
      done += 1;
    },
  });
  const jobs = await startJobs({ jobs: [job] });
  await inTransaction(db, async (tx) => {
    for (let n = 0; n < 50; n += 1) await jobs.enqueue(tx, job, { n });
  });
  await until("all 50", () => done === 50, 3000);
  assert.ok(most > 1 && most <= 8, `${most} at a time`);
});

test("a delayed job waits for its time and is not forgotten when it comes", async () => {
  const ran: number[] = [];
  const job = defineJob({ name: "test.delayed", payload: number, run: async () => void ran.push(Date.now()) });
  const jobs = await startJobs({ jobs: [job] });
  const runAt = new Date(Date.now() + 1200);
  await add(jobs, job, { n: 1 }, { runAt });
  await until("the delayed job", () => ran.length > 0, 5000);
  const late = (ran[0] ?? 0) - runAt.getTime();
  assert.ok(late >= 0 && late < 2500, `${late} ms late`);
});

test("while a job with a key waits or runs no second one is added; afterwards one is", async () => {
  const gate = Promise.withResolvers<void>();
  const ran: number[] = [];
  const job = defineJob({
    name: "test.dedupe",
    payload: number,
    run: async ({ n }) => {
      ran.push(n);
      await gate.promise;
    },
  });
  const jobs = await startJobs({ jobs: [job] });
  await Promise.all([1, 1, 1].map(async (n) => await add(jobs, job, { n }, { dedupeKey: "k" })));
  await until("the first to run", () => ran.length === 1);
  await add(jobs, job, { n: 2 }, { dedupeKey: "k" });
  await add(jobs, job, { n: 3 }, { dedupeKey: "other" });
  await add(jobs, job, { n: 4 });
  await until("those with other keys", () => ran.length === 3);
  gate.resolve();
  await until("the end of the first", async () => (await stored(job.name)).every(({ state }) => state === "completed"));
  await add(jobs, job, { n: 5 }, { dedupeKey: "k" });
  await until("the next with the key", () => ran.includes(5));
  assert.deepEqual(ran, [1, ...ran.slice(1, 3), 5]);
  assert.deepEqual(new Set(ran), new Set([1, 3, 4, 5]));
});

test("a job that fails is tried again after a while, and ends among the dead letters, from where it can return", async () => {
  const attempts: number[] = [];
  let heal = false;
  const job = defineJob({
    name: "test.fails",
    payload: number,
    maxAttempts: 2,
    run: async (_, { attempt }) => {
      attempts.push(attempt);
      if (!heal) throw new Error("not today");
    },
  });
  const jobs = await startJobs({ jobs: [job] });
  await add(jobs, job, { n: 7 });
  const dead = await until("the dead letter", async () =>
    (await jobs.deadLetters(db, 10)).find((letter) => letter.job === job.name),
  );
  assert.deepEqual(attempts, [1, 2]);
  assert.deepEqual(dead.payload, { n: 7 });
  assert.equal(dead.error, "not today");
  assert.equal(dead.attempts, 2);
  heal = true;
  assert.equal(await jobs.redrive([dead.id]), 1);
  await until("the third run", () => attempts.length === 3);
  assert.ok((await jobs.deadLetters(db, 10)).every(({ id }) => id !== dead.id));
});

test("a payload its schema refuses goes to the dead letters at once; the log names fields, not values", async () => {
  let ran = false;
  const old = defineJob({
    name: "test.refused",
    payload: z.object({ n: z.string() }),
    run: async () => void (ran = true),
  });
  const jobs = await startJobs({ jobs: [old] });
  await sql`insert into pgboss.job (name, data, policy, dead_letter, retry_limit, singleton_key)
    values (${old.name}, '{"n": 424242}', 'exclusive', 'dead-letters', 7, 'x')`.execute(db);
  await until("the dead letter", async () => (await jobs.deadLetters(db, 10)).some((dead) => dead.job === old.name));
  assert.equal(ran, false);
  const lines = logged.filter((line) => line["job"] === old.name);
  assert.equal(lines[0]?.["fields"], "n: invalid_type");
  assert.ok(!JSON.stringify(lines).includes("424242"));
});

test("a job over its time is told so and tried again; the other one of its batch is not touched", async () => {
  const ended: string[] = [];
  const job = defineJob({
    name: "test.slow",
    payload: z.object({ slow: z.boolean() }),
    timeoutSeconds: 1,
    run: async ({ slow }, { signal, attempt }) => {
      if (slow && attempt === 1) {
        await pause(systemClock, 60_000, signal);
        ended.push("aborted");
        await new Promise(() => undefined);
      }
      ended.push(slow ? "slow" : "quick");
    },
  });
  const jobs = await startJobs({ jobs: [job] });
  await inTransaction(db, async (tx) => {
    await jobs.enqueue(tx, job, { slow: true });
    await jobs.enqueue(tx, job, { slow: false });
  });
  await until("both", () => ended.length === 3);
  assert.deepEqual(ended, ["quick", "aborted", "slow"]);
  await until("the end", async () => (await stored(job.name)).every(({ state }) => state === "completed"));
  const retries = (await stored(job.name)).map(({ retry_count }) => retry_count);
  assert.deepEqual(new Set(retries), new Set([0, 1]));
});

test("a stop tells running jobs, waits for them, and leaves nothing running", async () => {
  const events: string[] = [];
  const job = defineJob({
    name: "test.stops",
    payload: number,
    run: async (_, { signal }) => {
      events.push("began");
      await pause(systemClock, 60_000, signal);
      await pause(systemClock, 50);
      events.push("ended");
    },
  });
  const jobs = await startJobs({ jobs: [job] });
  await add(jobs, job, { n: 1 });
  await until("the job", () => events.length === 1);
  await jobs.stop();
  assert.deepEqual(events, ["began", "ended"]);
  assert.deepEqual(await stored(job.name), [{ state: "completed", retry_count: 0 }]);
});

test("a job that does not heed the stop is left behind, to be tried again", async () => {
  let began = false;
  const job = defineJob({
    name: "test.deaf",
    payload: number,
    run: async () => {
      began = true;
      await new Promise(() => undefined);
    },
  });
  const jobs = await startJobs({ jobs: [job] });
  await add(jobs, job, { n: 1 });
  await until("the job", () => began);
  await running.pop()?.stop();
  assert.deepEqual(await stored(job.name), [{ state: "retry", retry_count: 0 }]);
});

test("the job of a process that died runs elsewhere", async () => {
  const attempts: number[] = [];
  const job = defineJob({
    name: "test.orphan",
    payload: number,
    run: async (_, { attempt }) => void attempts.push(attempt),
  });
  const first = await startJobs({ jobs: [job] });
  await add(first, job, { n: 1 }, { runAt: new Date(Date.now() + 3_600_000) });
  // What a killed worker leaves behind: claimed, and silent ever since.
  await sql`
    update pgboss.job set state = 'active', started_on = now(), heartbeat_on = now() - interval '1 minute'
    where name = ${job.name}`.execute(db);
  await until("the second attempt", () => attempts.length > 0);
  assert.deepEqual(attempts, [2]);
});

test("jobs and schedules of other versions of the program are left alone", async () => {
  const gone = defineJob({ name: "test.gone", payload: z.object({}), run: async () => undefined });
  const kept = defineJob({ name: "test.kept", payload: z.object({}), run: async () => undefined });
  const schedule = { cron: "0 9 * * *", timeZone: "Asia/Seoul" };
  const before = await startJobs({
    schedules: [
      { ...schedule, name: "gone", job: gone },
      { ...schedule, name: "old-name", job: kept },
    ],
  });
  await add(before, gone, {}, { runAt: new Date(Date.now() + 500) });
  await running.pop()?.stop();
  const now = await startJobs({ schedules: [{ ...schedule, name: "new-name", job: kept }] });
  const { rows } = await sql`
    select name, key, cron, timezone, options ->> 'missed' as missed from pgboss.schedule order by name`.execute(db);
  const same = { cron: "0 9 * * *", timezone: "Asia/Seoul", missed: "once" };
  assert.deepEqual(rows, [
    { name: "test.gone", key: "gone", ...same },
    { name: "test.kept", key: "new-name", ...same },
  ]);
  assert.equal((await now.check()).ok, true);
});

test("a schedule that every replica registers runs once each time", async () => {
  let runs = 0;
  const job = defineJob({ name: "test.ticks", payload: z.object({}), run: async () => void (runs += 1) });
  const schedules = [{ name: "each-minute", cron: "* * * * *", timeZone: "UTC", job }];
  await startJobs({ schedules });
  // Every start looks for what is due, at most once in 30 s over all replicas.
  for (let more = 0; more < 2; more += 1) {
    await sql`update pgboss.version set cron_on = null`.execute(db);
    await startJobs({ schedules });
    await until("the look at what is due, and its end", async () => {
      const { rows } = await sql<{ over: boolean }>`
        select cron_on is not null and not exists (
          select from pgboss.job where name = '__pgboss__send-it' and state < 'completed'
        ) as over from pgboss.version`.execute(db);
      return rows[0]?.over;
    });
  }
  await until("the run", () => runs > 0);
  // Two when the minute has just changed.
  assert.ok((await stored(job.name)).length <= 2);
});

test("what runs and waits is measured, and the health check sees a working queue", async () => {
  const metrics = createMetrics({ process: false });
  const job = defineJob({ name: "test.measured", payload: number, run: async () => undefined });
  const jobs = build(metrics);
  assert.equal((await jobs.check()).ok, false);
  assert.match((await metrics.expose()).body, /telecast_jobs_waiting/);
  jobs.register({ jobs: [job] });
  await jobs.start();
  running.push(jobs);
  await add(jobs, job, { n: 1 });
  await until("the metric", async () =>
    (await metrics.expose()).body.includes('telecast_jobs_runs_total{job="test.measured",outcome="completed"} 1'),
  );
  assert.deepEqual(await jobs.check(), { ok: true, detail: "the oldest due job has waited 0 s" });
});

test("two owners of one name are refused, as are jobs nobody registered", async () => {
  const one = defineJob({ name: "test.name", payload: number, run: async () => undefined });
  const two = defineJob({ name: "test.name", payload: number, run: async () => undefined });
  const jobs = build();
  jobs.register({ jobs: [one] });
  assert.throws(() => {
    jobs.register({ jobs: [two] });
  }, /two jobs are named test\.name/);
  const schedule = {
    name: "s",
    cron: "* * * * *",
    timeZone: "UTC",
    job: defineJob({ name: "test.s", payload: z.object({}), run: async () => undefined }),
  };
  assert.throws(() => {
    jobs.register({ schedules: [schedule, schedule] });
  }, /two schedules are named s/);
  await assert.rejects(add(jobs, two, { n: 1 }), /test\.name is not registered/);
  // A wrong payload is a compile error.
  // @ts-expect-error n is a number
  await assert.rejects(add(jobs, two, { n: "1" }));
});
