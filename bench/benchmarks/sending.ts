import { believe, type Benchmark, type Goal, type Row } from "../harness/benchmark.ts";
import { calmest, type Turn } from "../harness/calmest.ts";
import type { Remote } from "../harness/rpc.ts";
import { median, round, spread } from "../harness/statistics.ts";
import { botToken, type Telegram, type Workbench } from "../harness/workbench.ts";
import type { Queued } from "../processes/app.ts";
import type { BareClient, BareLoopMethods } from "../processes/bare-loop.ts";
import type { ServerKind } from "../processes/bot-api.ts";
import type { MinimalQueueMethods } from "../processes/minimal-queue.ts";
import { concurrency, measureSending, sendRig, type SendRig, type Sent } from "./send-rig.ts";

const topic = "bench.bulk";
const firstChat = 100_000;

const contenders = ["bare grammY loop", "bare telegraf loop", "bare undici loop", "minimal queue", "Telecast"] as const;
type Contender = (typeof contenders)[number];
/** What each contender did in one round. */
type Round = Readonly<Record<Contender, Sent>>;

interface Case {
  readonly kind: ServerKind;
  readonly atOnce: number;
}

const cases: readonly Case[] = [
  { kind: "node:http", atOnce: 128 },
  { kind: "raw", atOnce: 128 },
  { kind: "raw", atOnce: concurrency },
];

/**
 * Bare loops as somebody without a queue would write them, the smallest queue that records what it sends, and the whole
 * program, taking turns. Against two servers: Node's own HTTP server is the slowest part of every contender's way, so there
 * they come close to each other; against one that costs next to nothing the ratio is that of their own costs, and PostgreSQL
 * shares the cores.
 */
export const sending: Benchmark = {
  name: "sending",
  title: "Durable sending without limits, beside bare loops",
  run: async (bench) => {
    const count = bench.size(20_000, 2000);
    const rows: Row[] = [];
    const goals: Goal[] = [];
    for (const each of cases) {
      const turns = await measure(bench, each, count);
      const rounds = turns.map(({ result }) => result);
      const stolen = spread(
        turns.map((turn) => turn.stolenPercent),
        0,
      );
      rows.push(...contenders.map((contender) => ({ ...describe(each, contender, rounds), "stolen %": stolen })));
      const over = (other: Contender): number => round(median(ratios(rounds, "Telecast", other)), 2);
      const where = `server ${each.kind}, ${each.atOnce} at once`;
      goals.push(
        { what: `× bare grammY, ${where}`, measured: over("bare grammY loop"), atLeast: 2 },
        { what: `× bare undici, ${where}`, measured: over("bare undici loop"), atLeast: 0.8 },
      );
    }
    return { rows, goals };
  },
};

async function measure(bench: Workbench, { kind, atOnce }: Case, count: number): Promise<readonly Turn<Round>[]> {
  const rig = await sendRig(bench, { kind, atOnce });
  const { telegram } = rig;
  const grammy = await openLoop(bench, telegram, "grammy", atOnce);
  const telegraf = await openLoop(bench, telegram, "telegraf", atOnce);
  const undici = await openLoop(bench, telegram, "undici", atOnce);
  const minimal = await openMinimalQueue(bench, rig, atOnce);
  const fanOut = async (): Promise<Queued> => await rig.app.process.call("fanOut", count, firstChat, topic);
  const takeTurns = async (): Promise<Round> => ({
    "bare grammY loop": await measureLoop(bench, telegram, grammy, { count, atOnce }),
    Telecast: await measureSending(bench, rig, count, fanOut),
    "bare telegraf loop": await measureLoop(bench, telegram, telegraf, { count, atOnce }),
    "bare undici loop": await measureLoop(bench, telegram, undici, { count, atOnce }),
    "minimal queue": await measureLoop(bench, telegram, minimal, { count, atOnce }),
  });
  // The first round only warms up.
  await takeTurns();
  const turns = await calmest(bench.size(5, 2), takeTurns);
  const started = [rig.app, grammy, telegraf, undici, minimal, telegram.process];
  await Promise.all(started.map(async ({ stop }) => await stop()));
  return turns;
}

function describe({ kind, atOnce }: Case, contender: Contender, rounds: readonly Round[]): Row {
  const sent = rounds.map((each) => each[contender]);
  return {
    server: kind,
    "at once": atOnce,
    sender: contender,
    "messages/s": spread(
      sent.map(({ perSecond }) => perSecond),
      0,
    ),
    "program µs": round(median(sent.map(({ programUs }) => programUs)), 1),
    "PostgreSQL µs": round(median(sent.map(({ postgresUs }) => postgresUs)), 1),
    "queued in ms": round(median(sent.map(({ queuedMs }) => queuedMs))),
    "× grammY": spread(ratios(rounds, contender, "bare grammY loop")),
    "× undici": spread(ratios(rounds, contender, "bare undici loop")),
  };
}

/** Round by round, because what else the machine does changes with time. */
function ratios(rounds: readonly Round[], ours: Contender, theirs: Contender): readonly number[] {
  return rounds.map((each) => each[ours].perSecond / each[theirs].perSecond);
}

async function openLoop(
  bench: Workbench,
  telegram: Telegram,
  client: BareClient,
  atOnce: number,
): Promise<Remote<BareLoopMethods>> {
  const loop = await bench.startProcess<BareLoopMethods>(new URL("../processes/bare-loop.ts", import.meta.url));
  await loop.call("open", client, telegram.root, botToken, atOnce);
  return loop;
}

async function openMinimalQueue(
  bench: Workbench,
  { telegram, database }: SendRig,
  atOnce: number,
): Promise<Remote<MinimalQueueMethods>> {
  const queue = await bench.startProcess<MinimalQueueMethods>(
    new URL("../processes/minimal-queue.ts", import.meta.url),
  );
  await queue.call("open", telegram.root, botToken, atOnce, database.url);
  return queue;
}

async function measureLoop(
  bench: Workbench,
  telegram: Telegram,
  loop: Remote<BareLoopMethods> | Remote<MinimalQueueMethods>,
  { count, atOnce }: { readonly count: number; readonly atOnce: number },
): Promise<Sent> {
  await telegram.process.call("reset");
  const postgresBefore = await bench.server.processorMs();
  const before = await loop.processorMs();
  const { tookMs, delivered } = await loop.call("run", count, atOnce, firstChat);
  const programMs = (await loop.processorMs()) - before;
  const postgresMs = (await bench.server.processorMs()) - postgresBefore;
  const { accepted } = await telegram.process.call("counts");
  believe(delivered === count && accepted === count, `the loop sent ${delivered}, and ${accepted} of ${count} arrived`);
  return {
    perSecond: (count * 1000) / tookMs,
    programUs: (programMs * 1000) / count,
    postgresUs: (postgresMs * 1000) / count,
    queuedMs: 0,
  };
}
