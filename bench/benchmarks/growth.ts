import { setTimeout } from "node:timers/promises";

import type { Database } from "#kernel/db/index.ts";
// Below the module's index: what is measured here are its tables and statements.
import { contentToJson } from "#kernel/delivery/content-json.ts";
import { makeDays } from "#kernel/delivery/retention.ts";
import { Html } from "#kernel/lib/html.ts";

import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import { median, round } from "../harness/statistics.ts";
import { fillQueue, timeStatements } from "./claiming.ts";

const days = 10;
const megabyte = 1024 * 1024;
const rounds = 5;
/** As a sender moves what it has sent out of the queue. */
const movedAtOnce = 500;

/** What ten million messages leave on disk, what a day's work leaves in the queue, and whether that slows anything down. */
export const growth: Benchmark = {
  name: "growth",
  title: "Ten million deliveries in the history, a day's churn of the queue",
  run: async (bench) => {
    const inHistory = bench.size(10_000_000, 200_000);
    const waiting = bench.size(50_000, 10_000);
    const churned = bench.size(1_000_000, 50_000);
    const sample = bench.size(20_000, 2000);
    const database = await bench.server.newDatabase();
    await fillQueue(database, waiting);
    // Nothing happens to this one: what else the machine does meets both alike.
    const control = await bench.server.newDatabase();
    await fillQueue(control, waiting);
    const before = await compareClaims(database, control, sample);

    const size = await fillHistory(database, inHistory);
    const withHistory = await compareClaims(database, control, sample);

    const churn = await churnQueue(database, churned);
    const afterChurn = await compareClaims(database, control, sample);

    const clearedSeconds = await untilVacuumed(database, bench.quick ? 0 : vacuumPatienceMs);
    const dropMs = await dropDay(database);
    const rows: Row[] = [
      { what: "history: MB for a million rows, with indexes", value: round(size.perMillion, 0) },
      { what: "history: of which indexes, MB", value: round(size.indexesPerMillion, 0) },
      { what: `dropping a day of ${Math.round(inHistory / days)} rows, ms`, value: round(dropMs, 1) },
      { what: `queue: dead rows left by ${churned} messages`, value: churn.dead },
      { what: "queue: automatic vacuums meanwhile", value: churn.vacuums },
      { what: "queue: seconds until the next one has cleared them", value: clearedSeconds ?? "not awaited" },
      { what: "queue: size afterwards over its size before", value: round(churn.sizeRatio, 2) },
      { what: "read and claim one, µs; over the same without history and churn", value: claimsText(before) },
      { what: `… with ${inHistory} in the history`, value: claimsText(withHistory) },
      { what: "… after the churn", value: claimsText(afterChurn) },
    ];
    return {
      rows,
      goals: [
        { what: "claiming with the history over without", measured: round(withHistory.ratio, 2), atMost: 1.3 },
        { what: "claiming after the churn over before", measured: round(afterChurn.ratio, 2), atMost: 1.3 },
        { what: "milliseconds to drop a day", measured: round(dropMs, 1), atMost: 2000 },
      ],
    };
  },
};

interface Claims {
  readonly us: number;
  /** Over the control, round by round. */
  readonly ratio: number;
}

/** In turns, and without the first round, which warms up. */
async function compareClaims(database: Database, control: Database, count: number): Promise<Claims> {
  const measured: number[] = [];
  const ratios: number[] = [];
  for (let turn = 0; turn <= rounds; turn += 1) {
    const own = await timeStatements(database, count);
    const other = await timeStatements(control, count);
    if (turn === 0) continue;
    measured.push(own.readUs + own.claimUs);
    ratios.push((own.readUs + own.claimUs) / (other.readUs + other.claimUs));
  }
  return { us: median(measured), ratio: median(ratios) };
}

function claimsText({ us, ratio }: Claims): string {
  return `${round(us, 2)} (× ${round(ratio, 2)})`;
}

/** Rows as broadcasts to known chats leave them: every thousandth failed, each sent has its message id. */
async function fillHistory(
  { db, pool }: Database,
  count: number,
): Promise<{ perMillion: number; indexesPerMillion: number }> {
  const now = Date.now();
  const dayMs = 86_400_000;
  await makeDays(db, new Date(now - days * dayMs));
  await makeDays(db, new Date(now - 3 * dayMs));
  const perDay = Math.round(count / days);
  for (let day = 1; day <= days; day += 1) {
    const ends = new Date(Math.floor(now / dayMs) * dayMs - (day - 1) * dayMs);
    await pool.query(
      `insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat, attempts,
         created_at, held, claimed_at, finished_at, message_id, error)
       select nextval('delivery.delivery_id'), 5, 1000000 + n % 200000, 1 + n / 100000,
         case when n % 1000 = 0 then 'failed' else 'sent' end, false, false, false, 1, at - interval '1 minute', false,
         at - interval '1 second', at, case when n % 1000 = 0 then null else n end,
         case when n % 1000 = 0 then 'Bad Request: chat not found' end
       from generate_series(1, $1::int) as n,
         lateral (select $2::timestamptz - interval '1 day' + n * (interval '1 day' / ($1::int + 1)) as at) as moment`,
      [perDay, ends],
    );
  }
  const { rows } = await pool.query<{ total: string; indexes: string; rows: string; stray: string }>(
    `select sum(pg_total_relation_size(inhrelid)) as total, sum(pg_indexes_size(inhrelid)) as indexes,
       (select count(*) from delivery.history) as rows, (select count(*) from delivery.history_default) as stray
     from pg_inherits where inhparent = 'delivery.history'::regclass`,
  );
  const [row] = rows;
  believe(Number(row?.rows) === perDay * days, "the history was not filled");
  believe(Number(row?.stray) === 0, "rows went to the default partition");
  const perMillion = (bytes: string | undefined): number => (Number(bytes) / megabyte / (perDay * days)) * 1_000_000;
  return { perMillion: perMillion(row?.total), indexesPerMillion: perMillion(row?.indexes) };
}

/** A day of the queue, set by set: so many come in at its end and leave it at its beginning. */
async function churnQueue(
  { pool }: Database,
  count: number,
): Promise<{ dead: number; vacuums: number; sizeRatio: number }> {
  const state = async (): Promise<{ dead: number; vacuums: number; bytes: number }> => {
    const { rows } = await pool.query<{ dead: number; vacuums: number; bytes: number }>(
      `select n_dead_tup as dead, autovacuum_count as vacuums, pg_total_relation_size(relid) as bytes
       from pg_stat_user_tables where relid = 'delivery.outbox'::regclass`,
    );
    return rows[0] ?? { dead: 0, vacuums: 0, bytes: 0 };
  };
  const before = await state();
  const { rows: contents } = await pool.query<{ id: number }>(
    `insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
     values ('bench.bulk', $1, true, 'deliver', false, true) returning id`,
    [contentToJson({ kind: "text", html: Html.text("Good morning!") })],
  );
  for (let done = 0; done < count; done += movedAtOnce) {
    await pool.query(
      `insert into delivery.outbox (lane, chat_id, content_id)
       select 5, 1000000 + n, $2 from generate_series(1, $1::int) as n`,
      [movedAtOnce, contents[0]?.id],
    );
    await pool.query(
      `delete from delivery.outbox where id in (
         select id from delivery.outbox where lane = 5 and state = 'queued' order by id limit $1
       )`,
      [movedAtOnce],
    );
  }
  await tellStatistics(pool);
  const after = await state();
  return { dead: after.dead, vacuums: after.vacuums - before.vacuums, sizeRatio: after.bytes / before.bytes };
}

/** PostgreSQL looks around once a minute. */
const vacuumPatienceMs = 180_000;

/** @returns undefined when it was not awaited. @throws Unbelievable when it did not come. */
async function untilVacuumed({ pool }: Database, patienceMs: number): Promise<number | undefined> {
  if (patienceMs === 0) return undefined;
  const began = performance.now();
  for (;;) {
    const { rows } = await pool.query<{ dead: number }>(
      "select n_dead_tup as dead from pg_stat_user_tables where relid = 'delivery.outbox'::regclass",
    );
    // What the settings of the table leave: 5,000 and a hundredth.
    if ((rows[0]?.dead ?? 0) < 10_000) return round((performance.now() - began) / 1000, 0);
    believe(performance.now() - began < patienceMs, "no automatic vacuum came");
    await setTimeout(500);
  }
}

/** Each connection tells what it has done when it has been idle for a while: here at once, on all of the pool's. */
async function tellStatistics(pool: Database["pool"]): Promise<void> {
  const clients = await Promise.all(Array.from({ length: pool.options.max }, async () => await pool.connect()));
  for (const client of clients) {
    await client.query("select pg_stat_force_next_flush()");
    await client.query("select 1");
    client.release();
  }
}

async function dropDay({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ name: string }>(
    `select c.relname as name from pg_inherits join pg_class as c on c.oid = inhrelid
     where inhparent = 'delivery.history'::regclass and c.relname ~ '^history_[0-9]{8}$' and c.reltuples <> 0
     order by c.relname limit 1`,
  );
  const name = rows[0]?.name;
  believe(name !== undefined, "there is no day to drop");
  const began = performance.now();
  await pool.query(`drop table delivery.${name}`);
  return performance.now() - began;
}
