import type { Database } from "#kernel/db/index.ts";

import { believe, Unbelievable } from "../harness/benchmark.ts";
import { machineMs, sleep } from "../harness/machine-clock.ts";
import { lastId, outcomes, untilRecorded, verifyEach } from "../harness/verify.ts";
import type { RunningApp, Telegram, Workbench } from "../harness/workbench.ts";
import type { Queued } from "../processes/app.ts";
import type { ServerKind } from "../processes/bot-api.ts";

/** The program beside the server it sends to. */
export interface SendRig {
  readonly database: Database;
  readonly telegram: Telegram;
  readonly app: RunningApp;
}

export interface Sent {
  readonly perSecond: number;
  /** Processor time for a message: of the program, and of PostgreSQL. */
  readonly programUs: number;
  readonly postgresUs: number;
  readonly queuedMs: number;
}

export const concurrency = 64;
/** The lease, the first poll: what is measured begins when nothing of it is under way. */
const settleMs = 2000;
const patienceMs = 120_000;

export async function sendRig(
  bench: Workbench,
  { kind = "raw", atOnce = concurrency }: { readonly kind?: ServerKind; readonly atOnce?: number } = {},
): Promise<SendRig> {
  const database = await bench.server.newDatabase();
  const telegram = await bench.startTelegram(kind);
  const environment = { DELIVERY_CONCURRENCY: String(atOnce) };
  const app = await bench.startApp({ database, telegram, environment });
  await sleep(settleMs);
  return { database, telegram, app };
}

/**
 * Queues `count` messages and measures from the commit, which is when the sender can first see them, until the last one
 * stands in the history. Then every single one is held against what the server accepted.
 */
export async function measureSending(
  bench: Workbench,
  { database, telegram, app }: SendRig,
  count: number,
  queue: () => Promise<Queued>,
): Promise<Sent> {
  await telegram.process.call("reset");
  const afterId = await lastId(database);
  const postgresBefore = await bench.server.processorMs();
  const programBefore = await app.process.processorMs();
  const { committedMs, tookMs, count: queued } = await queue();
  believe(queued === count, `${queued} of ${count} were queued`);
  // Until here is the cost of queueing, which a loop over a list does not have; shown beside it.
  const arrived = await telegram.process.call("reached", count, patienceMs);
  if (!arrived) {
    const recorded = await outcomes(database, afterId);
    throw new Unbelievable(`not all of ${count} messages arrived within ${patienceMs / 1000} s; recorded: ${recorded}`);
  }
  await untilRecorded(database);
  const seconds = (machineMs() - committedMs) / 1000;
  const programMs = (await app.process.processorMs()) - programBefore;
  const postgresMs = (await bench.server.processorMs()) - postgresBefore;
  await verifyEach(database, telegram, { count, afterId });
  return {
    perSecond: count / seconds,
    programUs: (programMs * 1000) / count,
    postgresUs: (postgresMs * 1000) / count,
    queuedMs: tookMs,
  };
}
