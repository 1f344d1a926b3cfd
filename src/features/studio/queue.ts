import { type RawBuilder, sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

const busyStates = sql`('submitting', 'running', 'fetching')`;

/**
 * The jobs that wait and fulfil `condition`, each with its `place` among its owner's, those on their way counted in:
 * ordered by place, everybody's first comes before anybody's second.
 */
function waiting(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select id, ordered_at, coalesce(busy.jobs, 0) + row_number() over (partition by user_id order by ordered_at, id) as place
    from studio.job
      left join (
        select user_id, count(*) as jobs from studio.job
        where finished_at is null and state in ${busyStates} group by user_id
      ) as busy using (user_id)
    where state = 'ordered' and ${condition}`;
}

/** The waiting jobs that there are places for now, first ones first. */
export async function nextJobs(
  db: Db,
  { perPerson, overall, now }: { readonly perPerson: number; readonly overall: number; readonly now: Date },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (${waiting(sql`not_before <= ${now}`)}) as waiting
    where place <= ${perPerson}
    order by place, ordered_at, id
    limit greatest(
      ${overall}::bigint - (select count(*) from studio.job where finished_at is null and state in ${busyStates}), 0
    )`.execute(db);
  return rows.map(({ id }) => id);
}

/** The first `count` of all that wait, also of those that have to wait for some time yet. */
export async function headOfQueue(db: Db, count: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (${waiting(sql`true`)}) as waiting order by place, ordered_at, id limit ${count}`.execute(db);
  return rows.map(({ id }) => id);
}

/** 1 for the next, counted the way jobs are dispatched; 0 for a job that does not wait. */
export async function queuePosition(db: Db, jobId: string): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    select position from (
      select id, row_number() over (order by place, ordered_at, id) as position from (${waiting(sql`true`)}) as waiting
    ) as positions
    where id = ${jobId}`.execute(db);
  return rows[0]?.position ?? 0;
}
