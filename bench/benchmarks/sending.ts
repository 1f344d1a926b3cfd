import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import type { Remote } from "../harness/rpc.ts";
import { median, round, spread } from "../harness/statistics.ts";
import { botToken, type Telegram, type Workbench } from "../harness/workbench.ts";
import type { BareLoopMethods } from "../processes/bare-loop.ts";
import { concurrency, measureSending, sendRig, type Sent } from "./send-rig.ts";

const topic = "bench.bulk";
const firstChat = 100_000;

/** Bare loops as somebody without a queue would write them, and the whole program, taking turns. */
export const sending: Benchmark = {
  name: "sending",
  title: "Durable sending without limits, beside bare loops",
  run: async (bench) => {
    const count = bench.size(20_000, 2000);
    const rounds = bench.size(7, 2);
    const rig = await sendRig(bench);
    const loops = {
      grammy: await openLoop(bench, rig.telegram, "grammy"),
      undici: await openLoop(bench, rig.telegram, "undici"),
    };
    const measured: Record<"grammy" | "undici" | "telecast", Sent[]> = {
      grammy: [],
      undici: [],
      telecast: [],
    };
    // The first round only warms up.
    for (let round = 0; round <= rounds; round += 1) {
      const results = {
        grammy: await measureLoop(rig.telegram, loops.grammy, count),
        telecast: await measureSending(
          bench,
          rig,
          count,
          async () => await rig.app.process.call("fanOut", count, firstChat, topic),
        ),
        undici: await measureLoop(rig.telegram, loops.undici, count),
      };
      if (round === 0) continue;
      measured.grammy.push(results.grammy);
      measured.undici.push(results.undici);
      measured.telecast.push(results.telecast);
    }
    const overGrammy = ratios(measured.telecast, measured.grammy);
    const overUndici = ratios(measured.telecast, measured.undici);
    const describe = (what: string, sent: readonly Sent[]): Row => ({
      [`${count} messages, ${concurrency} at once`]: what,
      "messages/s": spread(
        sent.map(({ perSecond }) => perSecond),
        0,
      ),
      "program µs": round(median(sent.map(({ programUs }) => programUs)), 1),
      "PostgreSQL µs": round(median(sent.map(({ postgresUs }) => postgresUs)), 1),
      "queued in ms": round(median(sent.map(({ queuedMs }) => queuedMs))),
      "× grammY": spread(ratios(sent, measured.grammy)),
      "× undici": spread(ratios(sent, measured.undici)),
    });
    return {
      rows: [
        describe("bare grammY loop", measured.grammy),
        describe("bare undici loop", measured.undici),
        describe("Telecast", measured.telecast),
      ],
      goals: [
        { what: "× bare grammY", measured: round(median(overGrammy), 2), atLeast: 2 },
        { what: "× bare undici", measured: round(median(overUndici), 2), atLeast: 0.8 },
      ],
    };
  },
};

/** Round by round, because what else the machine does changes with time. */
function ratios(ours: readonly Sent[], theirs: readonly Sent[]): readonly number[] {
  return ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? Number.NaN));
}

async function openLoop(
  bench: Workbench,
  telegram: Telegram,
  client: "grammy" | "undici",
): Promise<Remote<BareLoopMethods>> {
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
