import { type RawBuilder, sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";

import type { Failure, JobState } from "./job-state.ts";

/** What an operator asks for: what is being made, what waits, what went wrong, what arrived. */
export const jobLists = ["running", "waiting", "failed", "done"] as const;
export type JobListName = (typeof jobLists)[number];

/** How far back ended jobs are listed. */
export const listedHours = 24;

/** By the indexes of open jobs and of order times: what ended was ordered within the day before. */
const conditions: Readonly<Record<JobListName, (now: Date) => RawBuilder<boolean>>> = {
  running: () => sql`finished_at is null and state <> 'ordered'`,
  waiting: () => sql`finished_at is null and state = 'ordered'`,
  failed: (now) => sql`${lately(now)} and state in ('failed', 'cancelled', 'expired')`,
  done: (now) => sql`${lately(now)} and state = 'delivered'`,
};

function lately(now: Date): RawBuilder<boolean> {
  return sql`finished_at is not null and ordered_at >= ${now}::timestamptz - ${listedHours} * interval '1 hour'`;
}

/** One job as a line: nothing of what was asked for. */
export interface ListedJob {
  readonly id: string;
  readonly userId: number;
  readonly state: JobState;
  readonly model: string;
  readonly provider: string;
  readonly progress: number;
  readonly failure: Failure | null;
  readonly orderedAt: Date;
}

/** Newest first; what waits, in the order in which it came. */
export async function listJobs(
  db: Db,
  of: { readonly list: JobListName; readonly now: Date; readonly skip: number; readonly limit: number },
): Promise<readonly ListedJob[]> {
  const order = of.list === "waiting" ? sql`ordered_at, id` : sql`ordered_at desc, id desc`;
  const { rows } = await sql<ListedJob>`
    select id, user_id as "userId", state, coalesce(stand_in, model) as model, provider, progress, failure,
      ordered_at as "orderedAt"
    from studio.job where ${conditions[of.list](of.now)}
    order by ${order} limit ${of.limit} offset ${of.skip}`.execute(db);
  return rows;
}

export interface JobCount {
  readonly list: JobListName;
  readonly provider: string;
  readonly count: number;
}

/** How many there are in each list, by provider. */
export async function countJobs(db: Db, now: Date): Promise<readonly JobCount[]> {
  const counts = jobLists.map(
    (list) => sql`
      select ${list} as list, provider, count(*) as count
      from studio.job where ${conditions[list](now)} group by provider`,
  );
  const { rows } = await sql<JobCount>`${sql.join(counts, sql` union all `)} order by list, provider`.execute(db);
  return rows;
}
