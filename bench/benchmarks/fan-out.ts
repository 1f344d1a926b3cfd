import { sql } from "kysely";

import type { Database } from "#kernel/db/index.ts";

import { believe, type Benchmark } from "../harness/benchmark.ts";
import { round, spread } from "../harness/statistics.ts";
import { apiKey, type RunningApp } from "../harness/workbench.ts";
import { fanOutGoals, fanOutRounds } from "./fan-out-rig.ts";

const topic = "bench.signal";
const zones = ["Asia/Seoul", "Europe/Berlin", "America/New_York", "UTC"];
/** Of ten people one has muted the topic, two have chosen what quiet hours do to it, and five have quiet hours. */
const mutedOfTen = 1;

/** One signal over HTTP to everybody, with preferences and quiet hours. */
export const fanOut: Benchmark = {
  name: "fan-out",
  title: "One message to everybody, by preferences and quiet hours",
  run: async (bench) => {
    const people = bench.size(100_000, 10_000);
    const rounds = await fanOutRounds(bench, {
      populate: async (database) => await populate(database, people),
      ask: async (app) => await ask(app, people),
    });
    await rounds.app.stop();
    return {
      rows: [
        {
          people,
          "queued in ms (POST to 202)": spread(rounds.queuedMs, 0),
          "first on the wire, ms after the 202": spread(rounds.firstMs, 1),
          "program MB": round(rounds.mostMb),
        },
      ],
      goals: fanOutGoals(rounds),
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

async function ask(app: RunningApp, people: number): Promise<void> {
  const response = await fetch(`${app.url}/api/notifications`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ type: topic, title: "Signal", message: "Something has happened.", audience: "everyone" }),
  });
  const { queued } = (await response.json()) as { readonly queued: number };
  believe(response.status === 202, `the API answered ${response.status}`);
  const expected = people - Math.floor((people * mutedOfTen) / 10);
  believe(queued === expected, `${queued} were queued, not ${expected}`);
}
