import { sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";

/** What can be wrong with the program itself. Each has its title in the texts. */
export const alarmKinds = ["telegram", "sending", "inbox", "queue", "jobs", "database", "errors", "put_aside"] as const;
export type AlarmKind = (typeof alarmKinds)[number];

export interface Incident {
  readonly kind: AlarmKind;
  readonly lastedSeconds: number;
}

/**
 * Notes that a kind of trouble is there.
 * @returns whether it is new: then the caller tells, in the same transaction. Of several replicas one hears `true`.
 */
export async function seeIncident(
  tx: Tx,
  { kind, detail, forMs }: { readonly kind: AlarmKind; readonly detail: string; readonly forMs: number },
): Promise<boolean> {
  const { rows } = await sql<{ is_new: boolean }>`
    insert into alarms.incident as open (kind, detail, began_at)
    values (${kind}, ${detail}, now() - ${forMs} * interval '1 millisecond')
    on conflict (kind) where closed_at is null do update set seen_at = now()
    returning xmax = 0 as is_new`.execute(tx);
  return rows[0]?.is_new === true;
}

/** Closes what nobody has seen for so long. @returns those that this call has closed: no other replica gets them. */
export async function closeIncidents(tx: Tx, unseenMs: number): Promise<readonly Incident[]> {
  const { rows } = await sql<Incident>`
    update alarms.incident set closed_at = now()
    where closed_at is null and seen_at < now() - ${unseenMs} * interval '1 millisecond'
    returning kind, extract(epoch from seen_at - began_at)::float8 as "lastedSeconds"`.execute(tx);
  return rows;
}

/**
 * Writes down trouble that could not be written down while it lasted.
 * @returns false when another replica has: it began before that one was over.
 */
export async function recordPast(tx: Tx, kind: AlarmKind, lastedMs: number): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`alarms.incident:${kind}`}, 0))`.execute(tx);
  const began = sql`now() - ${lastedMs} * interval '1 millisecond'`;
  const { numAffectedRows } = await sql`
    insert into alarms.incident (kind, detail, began_at, closed_at)
    select ${kind}, '', ${began}, now()
    where not exists (select from alarms.incident where kind = ${kind} and closed_at > ${began})`.execute(tx);
  return numAffectedRows === 1n;
}

export async function openIncidents(db: Db): Promise<readonly AlarmKind[]> {
  const { rows } = await sql<{ kind: AlarmKind }>`
    select kind from alarms.incident where closed_at is null order by began_at`.execute(db);
  return rows.map(({ kind }) => kind);
}
