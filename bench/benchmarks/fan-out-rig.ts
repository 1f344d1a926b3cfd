import type { Database } from "#kernel/db/index.ts";

import { believe, type Goal } from "../harness/benchmark.ts";
import { machineMs, sleep } from "../harness/machine-clock.ts";
import { residentMb } from "../harness/processor-time.ts";
import { percentile, round as rounded } from "../harness/statistics.ts";
import type { RunningApp, Telegram, Workbench } from "../harness/workbench.ts";

/** One message to everybody, asked for over HTTP, some times over. */
export interface FanOutRounds {
  readonly queuedMs: readonly number[];
  /** From the answer until the first message arrived at Telegram. */
  readonly firstMs: readonly number[];
  readonly mostMb: number;
  readonly database: Database;
  readonly telegram: Telegram;
  /** Still running; whoever measures stops it. */
  readonly app: RunningApp;
}

const settleMs = 3000;
const firstWithinMs = 30_000;
const drainedWithinMs = 120_000;

/** @param ask makes the request, and believes its answer or throws. */
export async function fanOutRounds(
  bench: Workbench,
  {
    populate,
    ask,
  }: { readonly populate: (database: Database) => Promise<void>; readonly ask: (app: RunningApp) => Promise<void> },
): Promise<FanOutRounds> {
  const database = await bench.server.newDatabase();
  const telegram = await bench.startTelegram();
  await populate(database);
  const app = await bench.startApp({ database, telegram });
  await sleep(settleMs);
  const queuedMs: number[] = [];
  const firstMs: number[] = [];
  let mostMb = 0;
  for (let round = 0; round <= bench.size(5, 2); round += 1) {
    await telegram.process.call("reset");
    const began = machineMs();
    await ask(app);
    const answeredMs = machineMs();
    believe(await telegram.process.call("reached", 1, firstWithinMs), "nothing was sent");
    const { atMs } = await telegram.process.call("accepted");
    await untilSent(database);
    // The first round meets cold caches and unplanned statements: real, but only once.
    if (round === 0) continue;
    queuedMs.push(answeredMs - began);
    firstMs.push(Math.max(0, (atMs[0] ?? Number.NaN) - answeredMs));
    mostMb = Math.max(mostMb, (await residentMb(app.process.pid)) ?? 0);
  }
  return { queuedMs, firstMs, mostMb, database, telegram, app };
}

/** What is promised for 100,000 people. */
export function fanOutGoals({ queuedMs, firstMs }: FanOutRounds): readonly Goal[] {
  return [
    { what: "POST to queued, ms", measured: rounded(percentile(queuedMs, 0.5)), atMost: 1000 },
    { what: "queued to first send, ms", measured: rounded(percentile(firstMs, 0.5), 1), atMost: 100 },
  ];
}

/** What waits for later stays; the rest goes, so that the next round's first message is its own. */
async function untilSent({ pool }: Database): Promise<void> {
  const deadline = performance.now() + drainedWithinMs;
  for (;;) {
    const { rows } = await pool.query<{ left: boolean }>(
      "select exists (select from delivery.outbox where state = 'queued') as left",
    );
    if (rows[0]?.left === false) return;
    believe(performance.now() < deadline, "what was queued was not sent");
    await sleep(200);
  }
}
