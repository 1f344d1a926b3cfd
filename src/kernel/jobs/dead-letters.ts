import { sql } from "kysely";
import { PgBoss } from "pg-boss";

import type { Db } from "../db/index.ts";
import { deadLetterQueue } from "./queues.ts";

/** A job that failed for good, with what it was to do. */
export interface DeadLetter {
  readonly id: string;
  readonly job: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly error: string;
  readonly addedAt: Date;
  readonly diedAt: Date;
}

/** Puts a dead letter back into its queue, from a process without workers; the program's find it. @returns whether there was one. */
export async function redriveDeadLetter(url: string, id: string): Promise<boolean> {
  const boss = new PgBoss({
    connectionString: url,
    application_name: "telecast jobs",
    max: 1,
    migrate: false,
    supervise: false,
    schedule: false,
  });
  await boss.start();
  try {
    return (await boss.redrive(deadLetterQueue, { ids: [id] })) === 1;
  } finally {
    await boss.stop({ graceful: false });
  }
}

/** Newest first. Kept for 30 days. */
export async function listDeadLetters(db: Db, limit: number): Promise<readonly DeadLetter[]> {
  // Before the first start there is no queue yet.
  const { rows: found } = await sql<{ exists: boolean }>`
    select to_regclass('pgboss.job') is not null as exists`.execute(db);
  if (found[0]?.exists !== true) return [];
  const { rows } = await sql<DeadLetter>`
    select
      id,
      source_name as job,
      data as payload,
      source_retry_count + 1 as attempts,
      coalesce(source_output ->> 'message', source_output #>> '{value,message}', 'unknown') as error,
      source_created_on as "addedAt",
      created_on as "diedAt"
    from pgboss.job
    where name = ${deadLetterQueue} and state = 'created'
    order by created_on desc, id
    limit ${limit}`.execute(db);
  return rows;
}
