import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import { machineMs } from "../harness/machine-clock.ts";
import { percentile, round } from "../harness/statistics.ts";
import type { Workbench } from "../harness/workbench.ts";
import {
  askForHelp,
  type Orders,
  placeOrders,
  readBusiest,
  readEnded,
  readSteps,
  type Step,
  studioRig,
  type StudioOptions,
  untilEnded,
} from "./studio-rig.ts";

const firstPerson = 5_000_000;
const mostSeconds = 80;

/** A thousand videos on their way at once, at a provider that answers as KIE does and takes as many as it is given. */
export const studio: Benchmark = {
  name: "studio",
  title: "1,000 people order a video each at KIE, 30 a second, and each takes 40 s there",
  run: async (bench) => {
    const orders = bench.size(1000, 60);
    const renderMs = bench.size(40_000, 2000);
    const options: StudioOptions = { provider: "kie", overall: 1000, perPerson: 2, renderMs };
    const measured = await measure(bench, options, { firstPerson, people: orders, orders, perSecond: 30 });
    return {
      rows: measured.rows,
      goals: [{ what: "p99 of a reply to a command meanwhile, ms", measured: measured.replyMs, atMost: 1000 }],
    };
  },
};

/** Ten people want a hundred videos each; then a hundred people want one each. */
export const studioFairness: Benchmark = {
  name: "studio-fairness",
  title: "10 people order 100 videos each; then 100 people order one each: 50 places, 10 for one person",
  run: async (bench) => {
    const [many, few] = [bench.size(1000, 60), bench.size(100, 10)];
    const greedy = { firstPerson, people: 10, orders: many, perSecond: 50 };
    const modest = { firstPerson: firstPerson + 1000, people: few, orders: few, perSecond: 50 };
    const options: StudioOptions = { provider: "kie", overall: 50, perPerson: 10, renderMs: 2000 };
    const rig = await studioRig(bench, options, [greedy, modest]);
    await placeOrders(rig, greedy);
    await placeOrders(rig, modest);
    await untilEnded(rig, many + few, bench.size(30_000, 20_000));
    const ended = await readEnded(rig);
    const busiest = await readBusiest(rig);
    await rig.app.stop();
    believe(busiest <= options.overall, `${busiest} were on their way at once`);
    const isModest = ({ personId }: { readonly personId: number }): boolean => personId >= modest.firstPerson;
    const took = (some: typeof ended): readonly number[] => some.map(({ tookMs }) => tookMs);
    const [modestTook, greedyTook] = [took(ended.filter(isModest)), took(ended.filter((each) => !isModest(each)))];
    return {
      rows: [
        { who: "100 with one order each", ended: modestTook.length, ...spread(modestTook) },
        { who: "10 with 100 each, so far", ended: greedyTook.length, ...spread(greedyTook) },
      ],
      goals: [{ what: "of those with one order, arrived", measured: modestTook.length, atLeast: few }],
    };
  },
};

/** The demo draws one film after the other: what counts is that the rest of the program does not mind. */
export const studioDemo: Benchmark = {
  name: "studio-demo",
  title: "1,000 people order a demo film of 2 s each, all at once",
  run: async (bench) => {
    const orders = bench.size(1000, 20);
    const options: StudioOptions = { provider: "demo", overall: 1000, perPerson: 2 };
    const measured = await measure(bench, options, { firstPerson, people: orders, orders, perSecond: 30 });
    return {
      rows: measured.rows,
      goals: [{ what: "p99 of a reply to a command meanwhile, ms", measured: measured.replyMs, atMost: 1000 }],
    };
  },
};

interface Measured {
  readonly rows: readonly Row[];
  readonly replyMs: number;
}

async function measure(bench: Workbench, options: StudioOptions, orders: Orders): Promise<Measured> {
  const rig = await studioRig(bench, options, [orders]);
  const { app, kie } = rig;
  const began = machineMs();
  const programBefore = await app.process.processorMs();
  const postgresBefore = await bench.server.processorMs();
  const [cards, replies, memoryMb] = await Promise.all([
    placeOrders(rig, orders),
    askForHelp(rig, bench.size(30, 4)),
    untilEnded(rig, orders.orders, mostSeconds * 1000),
  ]);
  const seconds = (machineMs() - began) / 1000;
  const programMs = (await app.process.processorMs()) - programBefore;
  const postgresMs = (await bench.server.processorMs()) - postgresBefore;
  const ended = await readEnded(rig);
  const delivered = ended.filter(({ state }) => state === "delivered").length;
  believe(delivered === ended.length, `${ended.length - delivered} of ${ended.length} did not arrive`);
  const statements = await app.process.call("statements");
  const busiest = await readBusiest(rig);
  const counted = await kie?.call("counts");
  believe(busiest <= options.overall, `${busiest} were on their way at once`);
  const steps = await readSteps(rig);
  await app.stop();
  const { renderMs = 0 } = options;
  const perJob = (total: number): number => round(total / orders.orders, 1);
  const statementCount = [...statements.values()].reduce((sum, count) => sum + count, 0);
  return {
    rows: [
      ...stepRows(steps),
      spreadRow("order → card, ms", cards),
      spreadRow("command → reply meanwhile, ms", replies),
      { what: "ordered", value: orders.orders },
      { what: "delivered", value: delivered },
      { what: "on their way at once, at most", value: busiest },
      ...(counted === undefined ? [] : [{ what: "at KIE at once, by its own count", value: counted.busiest }]),
      { what: "from the first order to the end of the measurement, s", value: round(seconds, 1) },
      { what: "videos/s from when the first could be ready", value: round(delivered / (seconds - renderMs / 1000), 1) },
      { what: "statements a job", value: perJob(statementCount) },
      { what: "processor of the program a job, ms", value: perJob(programMs) },
      { what: "processor of PostgreSQL a job, ms", value: perJob(postgresMs) },
      { what: "memory of the program at most, MB", value: round(memoryMb) },
    ],
    replyMs: round(percentile(replies, 0.99), 1),
  };
}

function stepRows(steps: readonly Step[]): readonly Row[] {
  const kinds = Map.groupBy(steps, ({ from, to }) => `${from} → ${to}, ms`);
  return [...kinds].map(([step, taken]) =>
    spreadRow(
      step,
      taken.map(({ ms }) => ms),
    ),
  );
}

function spreadRow(what: string, ms: readonly number[]): Row {
  return { what, ...spread(ms) };
}

function spread(ms: readonly number[]): Row {
  return { p50: round(percentile(ms, 0.5)), p99: round(percentile(ms, 0.99)), longest: round(Math.max(...ms)) };
}
