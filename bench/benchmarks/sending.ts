import { believe, type Benchmark, type Goal, type Row } from "../harness/benchmark.ts";
import type { Remote } from "../harness/rpc.ts";
import { median, round, spread } from "../harness/statistics.ts";
import { botToken, type Telegram, type Workbench } from "../harness/workbench.ts";
import type { Queued } from "../processes/app.ts";
import type { BareClient, BareLoopMethods } from "../processes/bare-loop.ts";
import type { ServerKind } from "../processes/bot-api.ts";
import { concurrency, measureSending, sendRig, type Sent } from "./send-rig.ts";

const topic = "bench.bulk";
const firstChat = 100_000;

const contenders = ["bare grammY loop", "bare telegraf loop", "bare undici loop", "Telecast"] as const;
type Contender = (typeof contenders)[number];
type Measured = Readonly<Record<Contender, Sent[]>>;

/**
 * Bare loops as somebody without a queue would write them, and the whole program, taking turns. Against two servers:
 * Node's own HTTP server is the slowest part of every contender's way, so there they come close to each other; against one
 * that costs next to nothing the ratio is that of their own costs, and PostgreSQL shares the cores.
 */
export const sending: Benchmark = {
  name: "sending",
  title: "Durable sending without limits, beside bare loops",
  run: async (bench) => {
    const count = bench.size(20_000, 2000);
    const rows: Row[] = [];
    const goals: Goal[] = [];
    for (const kind of ["node:http", "raw"] as const) {
      const measured = await measure(bench, kind, count);
      rows.push(...contenders.map((contender) => describe(kind, contender, measured)));
      const over = (other: Contender): number => round(median(ratios(measured.Telecast, measured[other])), 2);
      goals.push(
        { what: `× bare grammY, server ${kind}`, measured: over("bare grammY loop"), atLeast: 2 },
        { what: `× bare undici, server ${kind}`, measured: over("bare undici loop"), atLeast: 0.8 },
      );
    }
    return { rows, goals };
  },
};

async function measure(bench: Workbench, kind: ServerKind, count: number): Promise<Measured> {
  const rig = await sendRig(bench, kind);
  const grammy = await openLoop(bench, rig.telegram, "grammy");
  const telegraf = await openLoop(bench, rig.telegram, "telegraf");
  const undici = await openLoop(bench, rig.telegram, "undici");
  const fanOut = async (): Promise<Queued> => await rig.app.process.call("fanOut", count, firstChat, topic);
  const measured: Measured = {
    "bare grammY loop": [],
    "bare telegraf loop": [],
    "bare undici loop": [],
    Telecast: [],
  };
  // The first round only warms up.
  for (let turn = 0; turn <= bench.size(5, 2); turn += 1) {
    const inGrammy = await measureLoop(rig.telegram, grammy, count);
    const inTelecast = await measureSending(bench, rig, count, fanOut);
    const inTelegraf = await measureLoop(rig.telegram, telegraf, count);
    const inUndici = await measureLoop(rig.telegram, undici, count);
    if (turn === 0) continue;
    measured["bare grammY loop"].push(inGrammy);
    measured.Telecast.push(inTelecast);
    measured["bare telegraf loop"].push(inTelegraf);
    measured["bare undici loop"].push(inUndici);
  }
  await Promise.all([rig.app.stop(), grammy.stop(), telegraf.stop(), undici.stop(), rig.telegram.process.stop()]);
  return measured;
}

function describe(kind: ServerKind, contender: Contender, measured: Measured): Row {
  const sent = measured[contender];
  return {
    server: kind,
    [`${concurrency} at once`]: contender,
    "messages/s": spread(
      sent.map(({ perSecond }) => perSecond),
      0,
    ),
    "program µs": round(median(sent.map(({ programUs }) => programUs)), 1),
    "PostgreSQL µs": round(median(sent.map(({ postgresUs }) => postgresUs)), 1),
    "queued in ms": round(median(sent.map(({ queuedMs }) => queuedMs))),
    "× grammY": spread(ratios(sent, measured["bare grammY loop"])),
    "× undici": spread(ratios(sent, measured["bare undici loop"])),
  };
}

/** Round by round, because what else the machine does changes with time. */
function ratios(ours: readonly Sent[], theirs: readonly Sent[]): readonly number[] {
  return ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? Number.NaN));
}

async function openLoop(bench: Workbench, telegram: Telegram, client: BareClient): Promise<Remote<BareLoopMethods>> {
  const loop = await bench.startProcess<BareLoopMethods>(new URL("../processes/bare-loop.ts", import.meta.url));
  await loop.call("open", client, telegram.root, botToken, concurrency);
  return loop;
}

async function measureLoop(telegram: Telegram, loop: Remote<BareLoopMethods>, count: number): Promise<Sent> {
  await telegram.process.call("reset");
  const before = await loop.processorMs();
  const { tookMs, delivered } = await loop.call("run", count, concurrency, firstChat);
  const programMs = (await loop.processorMs()) - before;
  const { accepted } = await telegram.process.call("counts");
  believe(delivered === count && accepted === count, `the loop sent ${delivered}, and ${accepted} of ${count} arrived`);
  return { perSecond: (count * 1000) / tookMs, programUs: (programMs * 1000) / count, postgresUs: 0, queuedMs: 0 };
}
