import { sql } from "kysely";

import type { Database } from "#kernel/db/index.ts";

import { believe, type Benchmark } from "../harness/benchmark.ts";
import { machineMs, sleep } from "../harness/machine-clock.ts";
import { percentile, round, spread } from "../harness/statistics.ts";
import { apiKey, type RunningApp, type Telegram, type Workbench } from "../harness/workbench.ts";
import { fanOutGoals, fanOutRounds } from "./fan-out-rig.ts";

const zones = ["Asia/Seoul", "Europe/Berlin", "America/New_York", "UTC"];
const settleMs = 3000;
const outcomes = 100_000;
/** An ordinary deployment, and how many signals it is asked to send, one after the other. */
const few = 1000;
const requests = 200;

/** One trading signal over HTTP to everybody it is for, each in his language, format and zone; and what it earned. */
export const signals: Benchmark = {
  name: "signals",
  title: "One signal to its subscribers; performance over many",
  run: async (bench) => {
    const people = bench.size(100_000, 10_000);
    const rounds = await fanOutRounds(bench, {
      populate: async (database) => await populate(database, people),
      ask: async (app) => await ask(app, people),
    });
    const { database, telegram, app } = rounds;
    const performanceMs = await measurePerformance(database, app, rounds.queuedMs.length);
    await app.stop();
    const requestMs = await measureRequests(bench, telegram);
    return {
      rows: [
        {
          subscribers: people,
          "queued in ms (POST to 201)": spread(rounds.queuedMs, 0),
          "first on the wire, ms after the 201": spread(rounds.firstMs, 1),
          [`performance over ${outcomes} outcomes, ms`]: spread(performanceMs, 0),
          [`POST to ${few} subscribers, ms: p50`]: round(percentile(requestMs, 0.5), 1),
          p99: round(percentile(requestMs, 0.99), 1),
        },
      ],
      goals: [
        ...fanOutGoals(rounds),
        { what: "performance, ms", measured: round(percentile(performanceMs, 0.5)), atMost: 200 },
      ],
    };
  },
};

/** All of them match: every second has filters, a third hours of his own, half are premium, a quarter has quiet hours. */
async function populate({ db }: Database, people: number): Promise<void> {
  await sql`
    insert into account.person (id, telegram_id, first_name, language, time_zone)
    select n, 1000000 + n, 'Somebody', case when n % 4 = 0 then 'ko' end, (${zones}::text[])[1 + n % ${zones.length}::int]
    from generate_series(1, ${people}::int) as n`.execute(db);
  await sql`
    insert into account.chat (id, type, title, person_id)
    select 1000000 + n, 'private', 'Somebody', n from generate_series(1, ${people}::int) as n`.execute(db);
  await sql`
    insert into signals.subscription (chat_id, user_id, active, subscribed_at, changed_at, types, min_confidence, assets,
      timeframes, muted_assets, hours_from, hours_to, hours_mode, format, premium_until)
    select 1000000 + n, n, true, now(), now(), case when n % 2 = 0 then '{buy,sell}' else '{}' end::text[], n % 80,
      case when n % 2 = 0 then '{BTC/USD,ETH/USD,SOL/USD}' else '{}' end::text[],
      case when n % 4 = 1 then '{1H,4H}' else '{}' end::text[], case when n % 5 = 0 then '{DOGE/USD}' else '{}' end::text[],
      case when n % 3 = 0 then time '08:00' end, case when n % 3 = 0 then time '22:00' end,
      case when n % 6 = 0 then 'hold' else 'silent' end, case when n % 5 = 0 then 'compact' else 'detailed' end,
      case when n % 2 = 0 then now() + interval '1 day' end
    from generate_series(1, ${people}::int) as n`.execute(db);
  await sql`
    insert into delivery.quiet_hours (chat_id, from_time, to_time, time_zone)
    select 1000000 + n, '22:00', '07:00', (${zones}::text[])[1 + n % ${zones.length}::int]
    from generate_series(1, ${people}::int) as n where n % 4 = 0`.execute(db);
  await sql`analyze`.execute(db);
}

async function ask(app: RunningApp, people: number): Promise<void> {
  const response = await post(app);
  const { reached } = (await response.json()) as { readonly reached: number };
  believe(response.status === 201, `the API answered ${response.status}`);
  believe(reached === people, `${reached} were reached, not ${people}`);
}

async function measurePerformance({ db }: Database, app: RunningApp, rounds: number): Promise<readonly number[]> {
  await sql`
    with made as (
      insert into signals.signal (source, type, asset, entry_price, confidence, source_model, generated_at, created_at, drawn_at)
      select 'bench', 'buy', 'A' || n % 20, 100, n % 101, 'Model ' || n % 7, at, at, at
      from generate_series(1, ${outcomes}::int) as n
      cross join lateral (select now() - n * interval '20 seconds' as at) as made_at
      returning *
    )
    insert into signals.outcome (signal_id, kind, price, return_percent, origin, at, recorded_at, asset, source_model,
      confidence, demo)
    select id, 'closed', 100, round((sin(id) * 5 + 0.4)::numeric, 4), 'api', created_at, created_at, asset, source_model,
      confidence, false
    from made`.execute(db);
  await sql`vacuum analyze signals.outcome`.execute(db);
  const tookMs: number[] = [];
  for (let count = 0; count <= rounds; count += 1) {
    const began = machineMs();
    const response = await call(app, "/api/signals/performance?days=30", {});
    const { count: counted } = (await response.json()) as { readonly count: number };
    believe(counted === outcomes, `performance counts ${counted}, not ${outcomes}`);
    if (count > 0) tookMs.push(machineMs() - began);
  }
  return tookMs;
}

async function measureRequests(bench: Workbench, telegram: Telegram): Promise<readonly number[]> {
  const database = await bench.server.newDatabase();
  await populate(database, few);
  const app = await bench.startApp({ database, telegram });
  await sleep(settleMs);
  const tookMs: number[] = [];
  for (let count = 0; count < requests; count += 1) {
    const began = machineMs();
    const response = await post(app);
    believe(response.status === 201, `the API answered ${response.status}`);
    await response.arrayBuffer();
    tookMs.push(machineMs() - began);
  }
  // The first ones meet unplanned statements.
  return tookMs.slice(10);
}

async function post(app: RunningApp): Promise<Response> {
  const signal = {
    type: "buy",
    asset: "BTC/USD",
    entry_price: "45250.00",
    target_price: "48900",
    stop_loss: "43800",
    timeframe: "4H",
    confidence: 85,
    source_model: "Trend v3",
    notes: ["Breakout above the range of the last two weeks."],
    generated_at: new Date().toISOString(),
  };
  return await call(app, "/api/signals", { method: "POST", body: JSON.stringify(signal) });
}

async function call(app: RunningApp, path: string, init: RequestInit): Promise<Response> {
  return await fetch(`${app.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${apiKey}`, ...(init.body != null && { "content-type": "application/json" }) },
  });
}
