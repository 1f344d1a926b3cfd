import { setTimeout as sleep } from "node:timers/promises";

import { sql } from "kysely";

import type { Database } from "#kernel/db/index.ts";
import { kieKey } from "#test/support/providers/kie-server.ts";

import { believe } from "../harness/benchmark.ts";
import { machineMs } from "../harness/machine-clock.ts";
import { residentMb } from "../harness/processor-time.ts";
import type { Remote } from "../harness/rpc.ts";
import type { RunningApp, Telegram, Workbench } from "../harness/workbench.ts";
import type { KieMethods } from "../processes/kie.ts";

export interface StudioOptions {
  readonly provider: "kie" | "demo";
  readonly overall: number;
  readonly perPerson: number;
  /** How long KIE takes for a video. */
  readonly renderMs?: number;
}

export interface StudioRig {
  readonly database: Database;
  readonly telegram: Telegram;
  readonly app: RunningApp;
  readonly kie: Remote<KieMethods> | undefined;
}

/** Who orders: `people` in turn, `orders` in all. */
export interface Orders {
  readonly firstPerson: number;
  readonly people: number;
  readonly orders: number;
  readonly perSecond: number;
}

/** They order nothing, and ask for help while others' videos are made. */
const onlookers = { firstPerson: 9_000_000, people: 200 };
const settleMs = 2000;
const patienceMs = 10_000;

const models = {
  kie: { id: "bench", label: "Veo 3 Fast", provider: "kie", providerModel: "veo3_fast", seconds: 8 },
  demo: { id: "bench", label: "Demo", provider: "demo", providerModel: "text", seconds: 2 },
};
const sizes = {
  kie: { width: 720, height: 1280, aspectRatio: "9:16" },
  demo: { width: 480, height: 848, aspectRatio: "9:16" },
};

/** The program with one model on offer, and everybody known who is going to order. */
export async function studioRig(bench: Workbench, options: StudioOptions, all: readonly Orders[]): Promise<StudioRig> {
  const database = await bench.server.newDatabase();
  await prepare(database, options);
  // Takes uploads.
  const telegram = await bench.startTelegram("node:http");
  const { kie, environment } = await startProvider(bench, options);
  const app = await bench.startApp({ database, telegram, environment: { FEATURES: "studio", ...environment } });
  await sleep(settleMs);
  const rig = { database, telegram, app, kie };
  for (const { firstPerson, people } of [...all, onlookers]) {
    const hello = { text: "/help", perSecond: 200, count: people, people, firstPerson, patienceMs };
    const answered = await telegram.process.call("converse", hello);
    believe(answered.length === people, `${answered.length} of ${people} were answered`);
  }
  await app.process.call("giveCredits", 1000);
  await telegram.process.call("reset");
  await app.process.call("countStatements");
  return rig;
}

async function startProvider(
  bench: Workbench,
  { provider, renderMs = 0 }: StudioOptions,
): Promise<{ readonly kie: Remote<KieMethods> | undefined; readonly environment: Readonly<Record<string, string>> }> {
  if (provider === "demo") return { kie: undefined, environment: {} };
  const kie = await bench.startProcess<KieMethods>(new URL("../processes/kie.ts", import.meta.url));
  // As for a large account: what is measured is ours.
  const startsPer10Seconds = 10_000;
  const root = await kie.call("listen", { renderMs, filmSeconds: 1, startsPer10Seconds });
  const environment = {
    KIE_AI_API_KEY: kieKey,
    KIE_API_ROOT: root,
    KIE_STARTS_PER_10_SECONDS: String(startsPer10Seconds),
  };
  return { kie, environment };
}

/** The settings, and a table that remembers when each job came into each state. */
async function prepare({ db }: Database, { provider, overall, perPerson }: StudioOptions): Promise<void> {
  const { seconds, ...model } = models[provider];
  const offered = {
    ...model,
    image: "none",
    enabled: true,
    promptMaxLength: 1000,
    durations: [{ seconds, price: 500, costUsdMicros: 300_000 }],
    resolutions: [sizes[provider]],
  };
  const limits = { overall, perPerson, queuedPerPerson: 1000 };
  await sql`
    insert into setting.section (key, value)
    values ('studio.models', ${JSON.stringify({ models: [offered] })}), ('studio.limits', ${JSON.stringify(limits)})`.execute(
    db,
  );
  await sql`create table studio.bench_state (job_id uuid, person_id bigint, state text, at timestamptz)`.execute(db);
  await sql`
    create function studio.note_state() returns trigger language plpgsql as $$ begin
      insert into studio.bench_state values (new.id, new.chat_id, new.state, clock_timestamp());
      return null;
    end $$`.execute(db);
  await sql`
    create trigger note_order after insert on studio.job for each row execute function studio.note_state()`.execute(db);
  await sql`
    create trigger note_state after update of state on studio.job for each row
    when (old.state <> new.state) execute function studio.note_state()`.execute(db);
}

/** @returns milliseconds from each order to its card. */
export async function placeOrders(
  { telegram }: StudioRig,
  { firstPerson, people, orders, perSecond }: Orders,
): Promise<readonly number[]> {
  return await telegram.process.call("converse", {
    text: "A paper boat drifts on a calm pond at sunrise",
    perSecond,
    count: orders,
    people,
    firstPerson,
    patienceMs,
  });
}

/** People ask for help. @returns milliseconds to each answer. */
export async function askForHelp({ telegram }: StudioRig, seconds: number): Promise<readonly number[]> {
  const perSecond = 10;
  const asked = { text: "/help", perSecond, count: perSecond * seconds, ...onlookers, patienceMs };
  const answered = await telegram.process.call("converse", asked);
  believe(answered.length === asked.count, `${answered.length} of ${asked.count} questions were answered`);
  return answered;
}

/** Until every job has ended, or time is up. @returns how much memory the program held at most, in MB. */
export async function untilEnded({ database, app }: StudioRig, orders: number, withinMs: number): Promise<number> {
  const deadline = machineMs() + withinMs;
  let memoryMb = 0;
  for (;;) {
    memoryMb = Math.max(memoryMb, (await residentMb(app.process.pid)) ?? 0);
    const { rows } = await sql<{ ended: number }>`
      select count(*) as ended from studio.job where finished_at is not null`.execute(database.db);
    if (rows[0]?.ended === orders || machineMs() > deadline) return memoryMb;
    await sleep(250);
  }
}

export interface Step {
  readonly from: string;
  readonly to: string;
  readonly ms: number;
  readonly personId: number;
}

/** Every change of every job's state, and how long the state before it lasted. */
export async function readSteps({ database: { db } }: StudioRig): Promise<readonly Step[]> {
  const { rows } = await sql<Step>`
    select * from (
      select lag(state) over jobs as from, state as to, person_id as "personId",
        extract(epoch from at - lag(at) over jobs)::float8 * 1000 as ms
      from studio.bench_state window jobs as (partition by job_id order by at)
    ) as step where "from" is not null`.execute(db);
  return rows;
}

export interface Ended {
  readonly personId: number;
  readonly state: string;
  /** From the order to the end. */
  readonly tookMs: number;
}

export async function readEnded({ database: { db } }: StudioRig): Promise<readonly Ended[]> {
  const { rows } = await sql<Ended>`
    select chat_id as "personId", state, extract(epoch from finished_at - ordered_at)::float8 * 1000 as "tookMs"
    from studio.job where finished_at is not null`.execute(db);
  return rows;
}

/** The most jobs that were on their way at once, by what the database says. */
export async function readBusiest({ database: { db } }: StudioRig): Promise<number> {
  const { rows } = await sql<{ most: number }>`
    with change as (
      select at, case when state = 'submitting' then 1 else -1 end as by from studio.bench_state
      where state in ('submitting', 'delivering', 'failed', 'cancelled', 'expired')
    )
    select coalesce(max(busy), 0)::int as most from (select sum(by) over (order by at, by) as busy from change) as counted`.execute(
    db,
  );
  return rows[0]?.most ?? 0;
}
