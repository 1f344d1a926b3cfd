import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import { calmest } from "../harness/calmest.ts";
import { freePort } from "../harness/free-port.ts";
import { sleep } from "../harness/machine-clock.ts";
import { percentile, round, spread } from "../harness/statistics.ts";
import type { Workbench } from "../harness/workbench.ts";

type Way = "polling" | "webhook";

const command = "/help";
const settleMs = 2000;
const patienceMs = 15_000;
const firstPerson = 5_000_000;
const judgedRate = 200;
/** A tenth of a second that the machine's host takes away is one in a hundred of ten: the calmest slices count. */
const slices = 5;

/** From the moment Telegram has an update to the moment the answer reaches Telegram: everything that we add. */
export const updates: Benchmark = {
  name: "updates",
  title: `From an update (${command}) to its reply at Telegram`,
  run: async (bench) => {
    const measured: Measured[] = [];
    for (const way of ["polling", "webhook"] as const) measured.push(...(await measureWay(bench, way)));
    const judged = measured.filter(({ perSecond }) => perSecond === judgedRate);
    return {
      rows: measured.map(({ row }) => row),
      goals: judged.flatMap(({ way, p50, p99 }) => [
        { what: `p50 at ${judgedRate}/s, ${way}, ms`, measured: round(p50, 1), atMost: 6 },
        { what: `p99 at ${judgedRate}/s, ${way}, ms`, measured: round(p99, 1), atMost: 30 },
      ]),
    };
  },
};

interface Measured {
  readonly way: Way;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly row: Row;
}

async function measureWay(bench: Workbench, way: Way): Promise<readonly Measured[]> {
  const database = await bench.server.newDatabase();
  const telegram = await bench.startTelegram();
  const environment = way === "webhook" ? await webhookEnvironment() : {};
  const app = await bench.startApp({ database, telegram, environment });
  await sleep(settleMs);
  const people = bench.size(3000, 500);
  const converse = async (perSecond: number, count: number): Promise<readonly number[]> => {
    await telegram.process.call("reset");
    const offer = { text: command, perSecond, count, people, firstPerson, patienceMs };
    const latencies = await telegram.process.call("converse", offer);
    const answered = `${way}, ${perSecond}/s: ${latencies.length} of ${count} were answered`;
    // Beyond what is promised it may fall behind, and the table says so; lose them it may not.
    believe(latencies.length === count || (perSecond > judgedRate && latencies.length > 0), answered);
    return latencies;
  };
  // Everybody once: what is measured are people the program knows.
  await converse(judgedRate, people);
  const measured: Measured[] = [];
  for (const perSecond of bench.quick ? [judgedRate] : [50, judgedRate, 500]) {
    const count = perSecond * bench.size(3, 1);
    const turns = await calmest(slices, async () => await converse(perSecond, count));
    const latencies = turns.flatMap(({ result }) => result);
    const p50 = percentile(latencies, 0.5);
    const p99 = percentile(latencies, 0.99);
    const row = {
      way,
      "updates/s": perSecond,
      updates: count * slices,
      answered: `${round((latencies.length * 100) / (count * slices), 1)} %`,
      "p50 ms": round(p50, 1),
      "p99 ms": round(p99, 1),
      "longest ms": round(Math.max(...latencies), 1),
      "stolen %": spread(
        turns.map(({ stolenPercent }) => stolenPercent),
        0,
      ),
    };
    measured.push({ way, perSecond, p50, p99, row });
  }
  await app.stop();
  return measured;
}

/** Telegram is told the address before the program knows its port, so the port is chosen here. */
async function webhookEnvironment(): Promise<Readonly<Record<string, string>>> {
  const port = await freePort();
  return { PORT: String(port), TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}` };
}
