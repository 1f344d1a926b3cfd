import { sql } from "kysely";

import type { Db } from "./database.ts";

/** Stores `value` under `name` unless something is there already. @returns what is there now. */
export async function agreeOnFact(db: Db, name: string, value: string): Promise<string> {
  await sql`insert into kernel.fact (name, value) values (${name}, ${value}) on conflict (name) do nothing`.execute(db);
  const { rows } = await sql<{ value: string }>`select value from kernel.fact where name = ${name}`.execute(db);
  return rows[0]?.value ?? value;
}
