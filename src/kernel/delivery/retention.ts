import { sql } from "kysely";
import { z } from "zod";

import { type Db, inTransaction, pruneRows, type Tx } from "../db/index.ts";
import { defineJob, type Schedule } from "../jobs/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Settings } from "../settings/index.ts";
import { retentionSettings } from "./settings.ts";

export interface RetentionDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly settings: Pick<Settings, "read">;
}

const dayMs = 86_400_000;
const daysAhead = 7;
/** Rows deleted in one statement, so that no lock is held for long. */
const batch = 10_000;

/** Nightly: makes the coming days' partitions of the history, drops the days that have been kept long enough, and what belongs to them. */
export function deliveryRetention(deps: RetentionDeps): Schedule {
  return {
    name: "delivery.keep-and-drop",
    cron: "17 3 * * *",
    timeZone: "UTC",
    job: defineJob({
      name: "delivery.keep-and-drop",
      payload: z.strictObject({}),
      run: async (_payload, { signal }) => {
        await makeDays(deps.db, deps.clock.now());
        await dropOld(deps, signal);
      },
    }),
  };
}

/** Rows of a day without a partition go to the default one, where they are found but not dropped by day. */
export async function makeDays(db: Db, now: Date): Promise<void> {
  await inTransaction(db, async (tx) => {
    await oneAtATime(tx);
    for (let ahead = 0; ahead <= daysAhead; ahead += 1) {
      await makeDay(tx, new Date(startOfDay(now).getTime() + ahead * dayMs));
    }
  });
}

async function makeDay(tx: Tx, day: Date): Promise<void> {
  const next = new Date(day.getTime() + dayMs);
  const { rows } = await sql`
    select from delivery.history_default where finished_at >= ${day} and finished_at < ${next} limit 1`.execute(tx);
  // A partition for a day of which the default one has rows is refused; it keeps the rest of that day too.
  if (rows.length > 0) return;
  await sql`
    create table if not exists delivery.${sql.id(partitionName(day))} partition of delivery.history
    for values from (${sql.lit(day.toISOString())}) to (${sql.lit(next.toISOString())})`.execute(tx);
}

async function dropOld({ db, clock, settings }: RetentionDeps, signal: AbortSignal | undefined): Promise<void> {
  const { historyDays, cardDays } = await settings.read(retentionSettings);
  const before = new Date(startOfDay(clock.now()).getTime() - historyDays * dayMs);
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_inherits join pg_class as c on c.oid = inhrelid
    where inhparent = 'delivery.history'::regclass and c.relname < ${partitionName(before)}
      and c.relname ~ '^history_[0-9]{8}$'`.execute(db);
  for (const { name } of rows) await dropPartition(db, name);
  await pruneRows(db, { table: "delivery.history_default", where: sql`finished_at < ${before}`, signal });
  await pruneRows(db, { table: "delivery.entry", where: sql`at < ${before}`, signal });
  await pruneRows(db, { table: "delivery.dedupe", where: sql`used_at < ${before}`, signal });
  await sql`delete from delivery.flood where blocked_until < now()`.execute(db);
  const cardsBefore = new Date(clock.now().getTime() - cardDays * dayMs);
  const unused = sql`not exists (select from delivery.outbox where card_id = card.id)`;
  await pruneRows(db, { table: "delivery.card", where: sql`changed_at < ${cardsBefore} and ${unused}`, signal });
  await dropContents(db, before);
}

/** Said long ago, and nothing that is kept refers to it. Ids grow with time, so what may refer to it is found by range. */
async function dropContents(db: Db, before: Date): Promise<void> {
  const { rows } = await sql<{ newest: number | null }>`
    select max(id) as newest from delivery.content where created_at < ${before}`.execute(db);
  const newest = rows[0]?.newest ?? 0;
  for (let deleted = batch; deleted === batch;) {
    const { numAffectedRows } = await sql`
      delete from delivery.content where id in (
        select id from delivery.content where id <= ${newest} and created_at < ${before}
        except (
          select content_id from delivery.outbox where content_id <= ${newest}
          union all
          select content_id from delivery.history where content_id <= ${newest}
        )
        limit ${batch}
      )`.execute(db);
    deleted = Number(numAffectedRows ?? 0n);
  }
}

/** Waiting for this lock would make everybody else wait too; the next run tries again. */
async function dropPartition(db: Db, name: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await oneAtATime(tx);
    await sql`set local lock_timeout = '2s'`.execute(tx);
    await sql`drop table if exists delivery.${sql.id(name)}`.execute(tx);
  });
}

async function oneAtATime(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('delivery.partitions', 0))`.execute(tx);
}

function startOfDay(time: Date): Date {
  return new Date(Math.floor(time.getTime() / dayMs) * dayMs);
}

function partitionName(day: Date): string {
  return `history_${day.toISOString().slice(0, 10).replaceAll("-", "")}`;
}
