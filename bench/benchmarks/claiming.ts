import { type Database, openDatabase } from "#kernel/db/index.ts";
// Below the module's index: what is timed here are its statements.
import { contentToJson } from "#kernel/delivery/content-json.ts";
import { claimDeliveries } from "#kernel/delivery/sql/claim.ts";
import { lookForward } from "#kernel/delivery/sql/look.ts";
import { Html } from "#kernel/lib/html.ts";
import { silentLogger } from "#kernel/observability/index.ts";

import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import { median, round, spread } from "../harness/statistics.ts";
import type { Workbench } from "../harness/workbench.ts";
import { concurrency } from "./send-rig.ts";

const patienceMs = 120_000;
const bulkLane = 5;
/** As the sender reads and claims when much waits. */
const readAtOnce = 1024;
const claimAtOnce = concurrency;
const rounds = 5;

/** The sender's own statements, one after the other, and then the whole program. */
export const claiming: Benchmark = {
  name: "claiming",
  title: "Reading and claiming, by the length of the queue",
  run: async (bench) => {
    const lengths = bench.quick ? [10_000, 50_000] : [50_000, 500_000, 5_000_000];
    const queues: Queue[] = [];
    for (const waiting of lengths) {
      const database = await bench.server.newDatabase();
      await fillQueue(database, waiting);
      queues.push({ waiting, database, statementUs: [], readUs: [], claimUs: [] });
    }
    // In turns: what else the machine does meets all lengths alike.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { database, statementUs, readUs, claimUs } of queues) {
        const timed = await timeStatements(database, bench.size(20_000, 2000));
        if (round === 0) continue;
        readUs.push(timed.readUs);
        claimUs.push(timed.claimUs);
        statementUs.push(timed.readUs + timed.claimUs);
      }
    }
    const [shortest] = queues;
    const longest = queues.at(-1);
    believe(shortest !== undefined && longest !== undefined, "nothing was measured");
    const overShortest = ({ statementUs }: Queue): readonly number[] =>
      statementUs.map((us, round) => us / (shortest.statementUs[round] ?? Number.NaN));
    const rows: Row[] = [];
    for (const queue of queues) {
      rows.push({
        waiting: queue.waiting,
        "read µs": round(median(queue.readUs), 2),
        "claim µs": round(median(queue.claimUs), 2),
        "× the shortest": spread(overShortest(queue)),
        ...(await measureSender(bench, queue)),
      });
    }
    const what = `cost at ${longest.waiting} over that at ${shortest.waiting}`;
    return { rows, goals: [{ what, measured: round(median(overShortest(longest)), 2), atMost: 1.3 }] };
  },
};

interface Queue {
  readonly waiting: number;
  readonly database: Database;
  /** Reading and claiming, round by round. */
  readonly statementUs: number[];
  readonly readUs: number[];
  readonly claimUs: number[];
}

/** The whole program at the beginning of the queue. */
async function measureSender(bench: Workbench, { database, waiting }: Queue): Promise<Row> {
  const telegram = await bench.startTelegram();
  const environment = { DELIVERY_CONCURRENCY: String(concurrency) };
  const app = await bench.startApp({ database, telegram, environment });
  const warm = bench.size(5000, 500);
  const count = bench.size(20_000, 2000);
  believe(await telegram.process.call("reached", warm, patienceMs), "sending did not begin");
  const began = performance.now();
  const postgresBefore = await bench.server.processorMs();
  const { accepted: before } = await telegram.process.call("counts");
  believe(before + count <= waiting, "the queue was too short for a machine this busy");
  believe(await telegram.process.call("reached", before + count, patienceMs), "sending did not go on");
  const seconds = (performance.now() - began) / 1000;
  const postgresMs = (await bench.server.processorMs()) - postgresBefore;
  const { accepted: after } = await telegram.process.call("counts");
  await app.stop();
  await database.pool.query("truncate delivery.outbox");
  return {
    "sent/s": round((after - before) / seconds),
    "PostgreSQL µs for one sent": round((postgresMs * 1000) / (after - before), 1),
  };
}

/** Microseconds for one delivery, from here and back; the claims are taken back afterwards. */
export async function timeStatements({ url }: Database, count: number): Promise<{ readUs: number; claimUs: number }> {
  // As the sender's own connections.
  const { pool, close } = openDatabase({ url, log: silentLogger(), connections: 1, byIndex: true });
  let after = 0;
  let readMs = 0;
  let claimMs = 0;
  let claimed = 0;
  while (claimed < count) {
    const began = performance.now();
    const [found = []] = await lookForward(pool, [{ lane: bulkLane, after, limit: readAtOnce, turn: 0 }]);
    const read = performance.now();
    believe(found.length === readAtOnce, "the queue ran dry");
    after = found.at(-1)?.id ?? after;
    for (let from = 0; from < found.length; from += claimAtOnce) {
      const ids = found.slice(from, from + claimAtOnce).map(({ id }) => id);
      const taken = await claimDeliveries(pool, ids, 0);
      believe(taken.length === ids.length, "a waiting delivery could not be claimed");
    }
    readMs += read - began;
    claimMs += performance.now() - read;
    claimed += found.length;
  }
  await pool.query("truncate delivery.flight");
  await close();
  return { readUs: (readMs * 1000) / claimed, claimUs: (claimMs * 1000) / claimed };
}

/** Rows as a broadcast leaves them. Written directly: what is measured is reading them. */
export async function fillQueue({ pool }: Database, waiting: number): Promise<void> {
  await pool.query(
    `with content as (
      insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
      values ('bench.bulk', $2, true, 'deliver', false, true) returning id
    )
    insert into delivery.outbox (lane, chat_id, content_id)
    select 5, 1000000 + n, content.id from content, generate_series(1, $1::int) as n`,
    [waiting, contentToJson({ kind: "text", html: Html.text("Good morning!") })],
  );
  await pool.query("vacuum analyze delivery.outbox");
  await pool.query("checkpoint");
}
