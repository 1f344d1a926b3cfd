import { type RawBuilder, sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";

import { findJobs, type VideoJob } from "./job.ts";

const busyStates = sql`('submitting', 'running', 'fetching')`;

/** So many cards follow the queue as it moves; further back nobody minds the exact number. */
const followed = 20;

/**
 * The jobs that wait and fulfil `condition`, each with its `place` among its owner's, those on their way counted in:
 * ordered by place, everybody's first comes before anybody's second.
 */
function waiting(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select id, ordered_at, is_blocked, card_shows, coalesce(busy.jobs, 0) + row_number() over (
      partition by user_id order by is_blocked, ordered_at, id
    ) as place
    from studio.job
      left join (
        select user_id, count(*) as jobs from studio.job
        where finished_at is null and state in ${busyStates} group by user_id
      ) as busy using (user_id)
    where state = 'ordered' and ${condition}`;
}

/** Who is not blocked goes first: the others do not stand in anybody's way. */
const inTurn = sql`is_blocked, place, ordered_at, id`;

/** The waiting jobs that there are places for now, first ones first. */
export async function nextJobs(
  db: Db,
  { perPerson, overall, now }: { readonly perPerson: number; readonly overall: number; readonly now: Date },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (${waiting(sql`not_before <= ${now} and not is_blocked`)}) as waiting
    where place <= ${perPerson}
    order by ${inTurn}
    limit greatest(
      ${overall}::bigint - (select count(*) from studio.job where finished_at is null and state in ${busyStates}), 0
    )`.execute(db);
  return rows.map(({ id }) => id);
}

/** Everything that waits for its turn. */
export async function waitingJobs(db: Db): Promise<readonly VideoJob[]> {
  return await findJobs(db, sql`state = 'ordered'`);
}

/** Makes these, and no others, the waiting jobs that nobody can make at the moment. */
export async function blockJobs(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql`
    update studio.job set is_blocked = not is_blocked
    where state = 'ordered' and is_blocked <> (id = any(${ids}::uuid[]))`.execute(tx);
}

/**
 * Those whose cards follow the queue: the first of all that wait, also of those that have to wait for some time yet, and
 * those who do not know yet that they are blocked, or no longer.
 */
export async function headOfQueue(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (${waiting(sql`true`)}) as waiting
    order by is_blocked = starts_with(card_shows, 'blocked'), ${inTurn} limit ${followed}`.execute(db);
  return rows.map(({ id }) => id);
}

/** 1 for the next, counted the way jobs are dispatched; 0 for a job that does not wait. */
export async function queuePosition(db: Db, jobId: string): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    select position from (
      select id, row_number() over (order by ${inTurn}) as position from (${waiting(sql`true`)}) as waiting
    ) as positions
    where id = ${jobId}`.execute(db);
  return rows[0]?.position ?? 0;
}
