import type { Database } from "#kernel/db/index.ts";

import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import type { BenchServer } from "../harness/database.ts";
import { round } from "../harness/statistics.ts";
import type { Workbench } from "../harness/workbench.ts";
import { concurrency } from "./send-rig.ts";

const patienceMs = 120_000;
/** The claim, and the statement that reads what comes next. */
const claimPattern = "%insert into delivery.flight%";
const readPattern = "%from delivery.outbox%";
const writePattern = "%delete from delivery.outbox%";

/** How long PostgreSQL takes for one message of a queue, by its length: asked of PostgreSQL itself. */
export const claiming: Benchmark = {
  name: "claiming",
  title: "Reading and claiming, by the length of the queue",
  run: async (bench) => {
    const server = await bench.startServer({
      shared_preload_libraries: "pg_stat_statements",
      "pg_stat_statements.track": "top",
    });
    const lengths = bench.quick ? [5000, 50_000] : [50_000, 500_000, 5_000_000];
    const measured: Measured[] = [];
    for (const waiting of lengths) measured.push(await measure(bench, server, waiting));
    const first = measured[0];
    const last = measured.at(-1);
    believe(first !== undefined && last !== undefined, "nothing was measured");
    return {
      rows: measured.map(({ row, claimUs }) => ({ ...row, "× the shortest": round(claimUs / first.claimUs, 2) })),
      goals: [
        {
          what: `cost at ${last.waiting} over that at ${first.waiting}`,
          measured: round(last.claimUs / first.claimUs, 2),
          atMost: 1.3,
        },
      ],
    };
  },
};

interface Measured {
  readonly waiting: number;
  readonly claimUs: number;
  readonly row: Row;
}

async function measure(bench: Workbench, server: BenchServer, waiting: number): Promise<Measured> {
  const database = await server.newDatabase();
  const telegram = await bench.startTelegram();
  await database.pool.query("create extension pg_stat_statements");
  await fill(database, waiting);
  const environment = { DELIVERY_CONCURRENCY: String(concurrency) };
  const app = await bench.startApp({ database, telegram, environment });
  const warm = bench.size(10_000, 1000);
  const count = bench.size(30_000, 3000);
  believe(await telegram.process.call("reached", warm, patienceMs), "sending did not begin");
  await database.pool.query("select pg_stat_statements_reset()");
  const began = performance.now();
  const { accepted: before } = await telegram.process.call("counts");
  believe(await telegram.process.call("reached", before + count, patienceMs), "sending did not go on");
  const seconds = (performance.now() - began) / 1000;
  const statements = await costs(database);
  const { accepted: after } = await telegram.process.call("counts");
  await app.stop();
  const perMessageUs = (ms: number): number => (ms * 1000) / (after - before);
  const claimUs = perMessageUs(statements.claimMs + statements.readMs);
  believe(statements.claimMs > 0 && statements.readMs > 0, "PostgreSQL saw no claims");
  const row = {
    waiting,
    "claim µs": round(perMessageUs(statements.claimMs), 2),
    "read µs": round(perMessageUs(statements.readMs), 2),
    "record µs": round(perMessageUs(statements.recordMs), 2),
    "messages/s": round((after - before) / seconds),
  };
  return { waiting, claimUs, row };
}

/** Rows as a broadcast leaves them. Written directly: what is measured is reading them. */
async function fill({ pool }: Database, waiting: number): Promise<void> {
  await pool.query(
    `with content as (
      insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
      values ('bench.bulk', '{"kind":"text","html":"Good morning!"}', true, 'deliver', false, true) returning id
    )
    insert into delivery.outbox (lane, chat_id, content_id)
    select 5, 1000000 + n, content.id from content, generate_series(1, $1::int) as n`,
    [waiting],
  );
  await pool.query("vacuum analyze delivery.outbox");
  await pool.query("checkpoint");
}

async function costs({ pool }: Database): Promise<{ claimMs: number; readMs: number; recordMs: number }> {
  const { rows } = await pool.query<{ query: string; ms: number; claim: boolean; record: boolean }>(
    `select query like $1 as claim, query like $3 as record, sum(total_exec_time + total_plan_time)::float8 as ms
     from pg_stat_statements
     join pg_database on pg_database.oid = dbid and datname = current_database()
     where query like $1 or query like $2 or query like $3 group by 1, 2`,
    [claimPattern, readPattern, writePattern],
  );
  const sum = (matches: (row: (typeof rows)[number]) => boolean): number =>
    rows.filter(matches).reduce((total, { ms }) => total + ms, 0);
  return {
    claimMs: sum(({ claim }) => claim),
    recordMs: sum(({ record }) => record),
    readMs: sum(({ claim, record }) => !claim && !record),
  };
}
