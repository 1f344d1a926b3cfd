import { statfs } from "node:fs/promises";

import { sql } from "kysely";

import { type Db, migrationState } from "#kernel/db/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";

import { migrationSources } from "../../migrations.ts";
import { counted, failed, type Finding, notice, ok } from "./finding.ts";

const oldestVersion = 15;
const gigabyte = 1024 ** 3;
const leastDaysAhead = 2;
const noticeableSkewMs = 2000;
const harmfulSkewMs = 30_000;

/** What the database is like; only called when it answers. */
export async function checkDatabase(db: Db, clock: Pick<Clock, "now" | "monotonicMs">): Promise<readonly Finding[]> {
  return [
    await checkVersion(db),
    await checkClock(db, clock),
    await checkMigrations(db),
    ...(await checkPartitions(db)),
  ];
}

async function checkVersion(db: Db): Promise<Finding> {
  const { rows } = await sql<{ version: number; bytes: number }>`
    select current_setting('server_version_num')::int as version,
      pg_database_size(current_database()) as bytes`.execute(db);
  const { version = 0, bytes = 0 } = rows[0] ?? {};
  const major = Math.floor(version / 10_000);
  const what = `PostgreSQL ${major}, ${(bytes / gigabyte).toFixed(2)} GB`;
  if (major >= oldestVersion) return ok("database", `answers: ${what}`);
  return failed("database", `${what} is too old`, `Use PostgreSQL ${oldestVersion} or newer.`);
}

async function checkClock(db: Db, { now, monotonicMs }: Pick<Clock, "now" | "monotonicMs">): Promise<Finding> {
  const beganMs = monotonicMs();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  const tripMs = monotonicMs() - beganMs;
  const skewMs = Math.abs(now().getTime() - tripMs / 2 - (rows[0]?.now ?? now()).getTime());
  return judgeSkew("database.clock", skewMs, "the database's");
}

/** Also of other clocks. @param grainMs how exactly the other clock could be read. */
export function judgeSkew(check: string, skewMs: number, whose: string, grainMs = 0): Finding {
  const seconds = (skewMs / 1000).toFixed(1);
  const fix = "Let both machines keep their time by NTP.";
  if (skewMs > harmfulSkewMs) return failed(check, `our clock and ${whose} are ${seconds} s apart`, fix);
  if (skewMs > noticeableSkewMs + grainMs) return notice(check, `our clock and ${whose} are ${seconds} s apart`, fix);
  return ok(check, `our clock agrees with ${whose}`);
}

async function checkMigrations(db: Db): Promise<Finding> {
  const { pending, unknown, changed } = await migrationState(db, migrationSources);
  const check = "database.migrations";
  if (unknown.length > 0) {
    return failed(check, `the database is newer than this program (${unknown.join(", ")})`, "Run the newer program.");
  }
  if (changed.length > 0) {
    const fix = "This program and the one that made the database are not of one line: use the right one.";
    return failed(check, `applied migrations differ (${changed.join(", ")})`, fix);
  }
  if (pending === 0) return ok(check, "up to date");
  return notice(
    check,
    `${counted(pending, "migration")} to apply`,
    "The next start applies them, or `telecast migrate`.",
  );
}

async function checkPartitions(db: Db): Promise<readonly Finding[]> {
  const { rows: known } = await sql<{ is_there: boolean }>`
    select to_regclass('delivery.history_default') is not null as is_there`.execute(db);
  if (known[0]?.is_there !== true) return [];
  const { rows } = await sql<{ ahead: number; stray: boolean }>`
    select
      (select count(*) from pg_inherits join pg_class as c on c.oid = inhrelid
        where inhparent = 'delivery.history'::regclass and c.relname ~ '^history_[0-9]{8}$'
          and c.relname > 'history_' || to_char(now() at time zone 'UTC', 'YYYYMMDD')) as ahead,
      exists (select from delivery.history_default) as stray`.execute(db);
  const { ahead = 0, stray = false } = rows[0] ?? {};
  const check = "database.partitions";
  const fix =
    "A running program makes them each night and when it begins to send: see that it runs (job delivery.keep-and-drop).";
  if (ahead < leastDaysAhead) return [notice(check, `the history has room for ${counted(ahead, "day")} ahead`, fix)];
  if (stray) return [notice(check, "some of the history lies outside its days; it is found, and goes row by row", fix)];
  return [ok(check, `the history has room for ${ahead} days ahead`)];
}

/** Where the embedded database and files on their way are kept. */
export async function checkDisk(directory: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const detail = `${(free / gigabyte).toFixed(1)} GB free under DATA_DIR`;
  if (free < gigabyte / 10) return failed("disk", detail, "Make room: the database stops when the disk is full.");
  if (free < gigabyte) return notice("disk", detail, "Make room before it is full.");
  return ok("disk", detail);
}
