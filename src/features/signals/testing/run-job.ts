import { sql } from "kysely";

import { until } from "#test/support/until.ts";

import type { SignalsApp } from "./signals-app.ts";

/** Runs a background job of the program now, through its queue; resolves when it has ended. */
export function makeRun({ database: { db } }: SignalsApp, name: string): (payload?: object) => Promise<void> {
  return async (payload = {}) => {
    const { rows } = await sql<{ id: string }>`
      insert into pgboss.job (name, data, policy, singleton_key)
      select name, ${JSON.stringify(payload)}::jsonb, policy, gen_random_uuid()::text from pgboss.queue where name = ${name}
      returning id`.execute(db);
    const [job] = rows;
    if (job === undefined) throw new Error(`there is no queue ${name}`);
    await until(`the job ${name}`, async () => {
      const found = await sql<{ state: string; output: unknown }>`
        select state, output from pgboss.job where id = ${job.id}`.execute(db);
      const [{ state, output } = { state: "gone", output: undefined }] = found.rows;
      if (["failed", "retry", "cancelled"].includes(state)) throw new Error(`${name}: ${JSON.stringify(output)}`);
      return state === "completed";
    });
  };
}
