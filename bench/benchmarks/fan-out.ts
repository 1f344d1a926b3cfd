import { sql } from "kysely";

import type { Database } from "#kernel/db/index.ts";

import { believe, type Benchmark } from "../harness/benchmark.ts";
import { machineMs, sleep } from "../harness/machine-clock.ts";
import { residentMb } from "../harness/processor-time.ts";
import { percentile, round, spread } from "../harness/statistics.ts";
import { apiKey, type RunningApp, type Telegram } from "../harness/workbench.ts";

const topic = "bench.signal";
const zones = ["Asia/Seoul", "Europe/Berlin", "America/New_York", "UTC"];
/** Of ten people one has muted the topic, two have chosen what quiet hours do to it, and five have quiet hours. */
const mutedOfTen = 1;
const settleMs = 3000;
const firstWithinMs = 30_000;
const drainedWithinMs = 120_000;

/** One signal over HTTP to everybody, with preferences and quiet hours. */
export const fanOut: Benchmark = {
  name: "fan-out",
  title: "One message to everybody, by preferences and quiet hours",
  run: async (bench) => {
    const people = bench.size(100_000, 10_000);
    const rounds = bench.size(5, 2);
    const database = await bench.server.newDatabase();
    const telegram = await bench.startTelegram();
    await populate(database, people);
    const app = await bench.startApp({ database, telegram });
    await sleep(settleMs);
    const queuedMs: number[] = [];
    const firstMs: number[] = [];
    const mostMb: number[] = [];
    for (let count = 0; count <= rounds; count += 1) {
      const measured = await measure(database, { telegram, app, people });
      // The first round meets cold caches and unplanned statements: real, but only once.
      if (count === 0) continue;
      queuedMs.push(measured.queuedMs);
      firstMs.push(measured.firstMs);
      mostMb.push((await residentMb(app.process.pid)) ?? 0);
    }
    return {
      rows: [
        {
          people,
          "queued in ms (POST to 202)": spread(queuedMs, 0),
          "first on the wire, ms after the 202": spread(firstMs, 1),
          "program MB": round(Math.max(...mostMb)),
        },
      ],
      goals: [
        { what: "POST to queued, ms", measured: round(percentile(queuedMs, 0.5)), atMost: 1000 },
        { what: "queued to first send, ms", measured: round(percentile(firstMs, 0.5), 1), atMost: 100 },
      ],
    };
  },
};

async function populate({ db }: Database, people: number): Promise<void> {
  await sql`
    insert into account.chat (id, type, title)
    select 1000000 + n, 'private', 'Somebody' from generate_series(1, ${people}::int) as n`.execute(db);
  await sql`
    insert into delivery.preference (topic, chat_id, enabled, quiet_mode)
    select ${topic}, 1000000 + n, case when n % 10 < ${mutedOfTen}::int then false end,
      case n % 10 when 1 then 'deliver' when 2 then 'silent' end
    from generate_series(1, ${people}::int) as n where n % 10 < 3`.execute(db);
  await sql`
    insert into delivery.quiet_hours (chat_id, from_time, to_time, time_zone)
    select 1000000 + n, '22:00', '07:00', (${zones}::text[])[1 + n % ${zones.length}::int]
    from generate_series(1, ${people}::int) as n where n % 2 = 0`.execute(db);
  await sql`analyze`.execute(db);
}

async function measure(
  database: Database,
  { telegram, app, people }: { readonly telegram: Telegram; readonly app: RunningApp; readonly people: number },
): Promise<{ readonly queuedMs: number; readonly firstMs: number }> {
  await telegram.process.call("reset");
  const began = machineMs();
  const response = await fetch(`${app.url}/api/notifications`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ type: topic, title: "Signal", message: "Something has happened.", audience: "everyone" }),
  });
  const { queued } = (await response.json()) as { readonly queued: number };
  const answeredMs = machineMs();
  believe(response.status === 202, `the API answered ${response.status}`);
  const expected = people - Math.floor((people * mutedOfTen) / 10);
  believe(queued === expected, `${queued} were queued, not ${expected}`);
  believe(await telegram.process.call("reached", 1, firstWithinMs), "nothing was sent");
  const { atMs } = await telegram.process.call("accepted");
  await untilSent(database);
  return { queuedMs: answeredMs - began, firstMs: Math.max(0, (atMs[0] ?? Number.NaN) - answeredMs) };
}

/** What quiet hours hold stays; the rest goes, so that the next round's first message is its own. */
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
