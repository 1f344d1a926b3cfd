import { createHash } from "node:crypto";

import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { Advance } from "./advance.ts";
import { limitSettings } from "./settings.ts";

export interface DispatchDeps extends Pick<Kernel, "settings" | "clock" | "cipher"> {
  readonly advance: Advance;
}

/**
 * Lets waiting jobs begin while there are places, overall and per person. Fair over people: everybody's first waiting
 * job comes before anybody's second. One dispatch at a time, or two would fill the same place.
 * @returns the jobs that began.
 */
export async function dispatchJobs(
  { settings, clock, cipher, advance }: DispatchDeps,
  tx: Tx,
): Promise<readonly string[]> {
  await sql`select pg_advisory_xact_lock(hashtextextended('studio.dispatch', 0))`.execute(tx);
  const { overall, perPerson } = await settings.read(limitSettings);
  const { rows } = await sql<{ id: string }>`
    with busy as (
      select user_id, count(*) as jobs from studio.job
      where finished_at is null and state in ('submitting', 'running', 'fetching') group by user_id
    ), waiting as (
      select id, user_id, ordered_at,
        coalesce(busy.jobs, 0) + row_number() over (partition by user_id order by ordered_at, id) as place
      from studio.job left join busy using (user_id)
      where state = 'ordered' and not_before <= ${clock.now()}
    )
    select id from waiting where place <= ${perPerson}
    order by place, ordered_at, id
    limit greatest(${overall} - (select coalesce(sum(jobs), 0) from busy), 0)::bigint`.execute(tx);
  for (const { id } of rows) {
    await advance(tx, id, { type: "submit", callbackTokenHash: hashCallbackToken(callbackToken(cipher, id)) });
  }
  return rows.map(({ id }) => id);
}

/** The unguessable part of a job's callback URL: derived, so that it need not be kept anywhere. */
export function callbackToken(cipher: Kernel["cipher"], jobId: string): string {
  return cipher.sign(jobId, "studio.callback");
}

export function hashCallbackToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** How many jobs are before this one, counted the way they are dispatched; 0 when it is next. */
export async function queuePosition(db: Db, jobId: string): Promise<number> {
  const { rows } = await sql<{ before: number }>`
    with waiting as (
      select id, ordered_at, row_number() over (partition by user_id order by ordered_at, id) as place
      from studio.job where state = 'ordered'
    )
    select count(*) as before from waiting, (select place, ordered_at, id from waiting where id = ${jobId}) as mine
    where (waiting.place, waiting.ordered_at, waiting.id) < (mine.place, mine.ordered_at, mine.id)`.execute(db);
  return rows[0]?.before ?? 0;
}
