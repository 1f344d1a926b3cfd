import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import { sleep } from "../harness/machine-clock.ts";
import { round } from "../harness/statistics.ts";
import type { Workbench } from "../harness/workbench.ts";

interface Trial {
  readonly configured: number;
  /** What the server really allows. */
  readonly allowed: number;
  /** Nothing is counted before. */
  readonly settleSeconds: number;
  readonly seconds: number;
}

const firstChat = 100_000;

/** The server counts over a sliding second and refuses what is too much; the share is of what it would have let pass. */
export const pace: Benchmark = {
  name: "pace",
  title: "Pace at a limit that the server enforces",
  run: async (bench) => {
    const seconds = bench.size(30, 8);
    const trials: readonly Trial[] = [
      { configured: 30, allowed: 30, settleSeconds: 3, seconds },
      { configured: 1000, allowed: 1000, settleSeconds: 3, seconds: bench.size(15, 5) },
      // Telegram's limit turns out to be lower than everybody thought.
      ...(bench.quick ? [] : [{ configured: 30, allowed: 20, settleSeconds: 30, seconds: 30 }]),
    ];
    const measured: Measured[] = [];
    for (const trial of trials) measured.push(await measure(bench, trial));
    return {
      rows: measured.map(({ row }) => row),
      goals: measured.flatMap(({ trial, share, refused }) => {
        const at = `${trial.configured}/s, server allows ${trial.allowed}/s`;
        return trial.allowed === trial.configured
          ? [
              { what: `share of the limit, ${at}`, measured: round(share, 4), atLeast: 0.99 },
              { what: `429s, ${at}`, measured: refused, atMost: 0 },
            ]
          : [{ what: `share of the limit, ${at}`, measured: round(share, 4), atLeast: 0.9 }];
      }),
    };
  },
};

interface Measured {
  readonly trial: Trial;
  readonly share: number;
  readonly refused: number;
  readonly row: Row;
}

async function measure(bench: Workbench, trial: Trial): Promise<Measured> {
  const { configured, allowed, settleSeconds, seconds } = trial;
  const database = await bench.server.newDatabase();
  const telegram = await bench.startTelegram();
  const app = await bench.startApp({
    database,
    telegram,
    environment: { DELIVERY_GLOBAL_PER_SECOND: String(configured), DELIVERY_CHAT_PER_SECOND: "1" },
  });
  await telegram.process.call("reset", { globalPerSecond: allowed, chatPerSecond: 1, groupPerMinute: 20 });
  const count = configured * (settleSeconds + seconds + 5);
  await app.process.call("fanOut", count, firstChat, "bench.bulk");
  await sleep((settleSeconds + seconds) * 1000);
  const { accepted, refused } = await telegram.process.call("counts");
  const { atMs } = await telegram.process.call("accepted");
  await app.stop();
  const first = atMs[0];
  believe(first !== undefined && accepted > 0, "nothing was sent");
  believe(accepted < count, "the queue ran dry: there was nothing left to pace");
  const from = first + settleSeconds * 1000;
  const until = Math.min(from + seconds * 1000, atMs[atMs.length - 1] ?? from);
  const within = atMs.filter((at) => at >= from && at < until).length;
  const perSecond = (within * 1000) / (until - from);
  const share = perSecond / allowed;
  const row = {
    "configured /s": configured,
    "server allows /s": allowed,
    seconds: round((until - from) / 1000),
    "sent /s": round(perSecond, 2),
    share: `${(share * 100).toFixed(2)} %`,
    "429s": refused,
  };
  return { trial, share, refused, row };
}
