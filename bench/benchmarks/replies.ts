import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import { sleep } from "../harness/machine-clock.ts";
import { percentile, round } from "../harness/statistics.ts";
import type { Workbench } from "../harness/workbench.ts";

const perSecond = 30;
const settleMs = 3000;
const firstPerson = 5_000_000;
const patienceMs = 15_000;

/** People ask for help while a broadcast goes out as fast as Telegram allows. */
export const replies: Benchmark = {
  name: "replies",
  title: `A reply while a broadcast waits, at ${perSecond}/s`,
  run: async (bench) => {
    const sizes = bench.quick ? [1000] : [10_000, 100_000];
    const measured: Measured[] = [];
    for (const waiting of sizes) measured.push(await measure(bench, waiting));
    return {
      rows: measured.map(({ row }) => row),
      goals: measured.map(({ p99, waiting }) => ({
        what: `p99 of a reply while ${waiting} wait, ms`,
        measured: round(p99, 1),
        atMost: 1000,
      })),
    };
  },
};

interface Measured {
  readonly waiting: number;
  readonly p99: number;
  readonly row: Row;
}

async function measure(bench: Workbench, waiting: number): Promise<Measured> {
  const database = await bench.server.newDatabase();
  const telegram = await bench.startTelegram();
  const environment = { DELIVERY_GLOBAL_PER_SECOND: String(perSecond), DELIVERY_CHAT_PER_SECOND: "1" };
  const app = await bench.startApp({ database, telegram, environment });
  await telegram.process.call("reset", { globalPerSecond: perSecond, chatPerSecond: 1, groupPerMinute: 20 });
  await app.process.call("fanOut", waiting, 100_000, "bench.bulk");
  await sleep(settleMs);
  const count = bench.size(200, 30);
  const latencies = await telegram.process.call("converse", {
    text: "/help",
    perSecond: 5,
    count,
    people: count,
    firstPerson,
    patienceMs,
  });
  const { accepted, refused } = await telegram.process.call("counts");
  const { rows } = await database.pool.query<{ left: number }>(
    "select count(*) as left from delivery.outbox where lane = 5",
  );
  await app.stop();
  believe(latencies.length === count, `${latencies.length} of ${count} questions were answered`);
  believe((rows[0]?.left ?? 0) > 0 || waiting < 10_000, "the broadcast was over before the measurement was");
  const p99 = percentile(latencies, 0.99);
  return {
    waiting,
    p99,
    row: {
      "broadcast waiting": waiting,
      replies: count,
      "p50 ms": round(percentile(latencies, 0.5), 1),
      "p99 ms": round(p99, 1),
      "longest ms": round(Math.max(...latencies), 1),
      "broadcast sent meanwhile": accepted - count,
      "429s": refused,
    },
  };
}
