import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { FileStorage } from "./file-storage.ts";

export interface SweepDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly storage: FileStorage;
}

/** How many files lost their bytes, and how many had bytes but no row. */
export interface Swept {
  readonly erased: number;
  readonly orphans: number;
}

const hourMs = 3_600_000;
/** How long an erased file may still be sent by its Telegram id. */
const rememberedMs = 30 * 24 * hourMs;
const batch = 200;

/**
 * Bytes first, row afterwards: whatever a crash interrupts is found again. The mark comes before both, so that a file
 * which is about to go cannot be kept any more.
 */
export async function sweepMedia(deps: SweepDeps, signal?: AbortSignal): Promise<Swept> {
  await markOutdated(deps);
  const erased = await eraseMarked(deps, signal);
  const orphans = signal?.aborted ? 0 : await removeOrphans(deps);
  await forgetErased(deps);
  return { erased, orphans };
}

async function eraseMarked(deps: SweepDeps, signal: AbortSignal | undefined): Promise<number> {
  let erased = 0;
  for (;;) {
    const ids = await unfinished(deps.db);
    if (ids.length === 0 || signal?.aborted) return erased;
    const done = await eraseBytes(deps, ids);
    erased += done;
    // What cannot be removed now would come back without end.
    if (done < ids.length) return erased;
  }
}

/** Finishes what `erase` marked. Files that cannot be removed now stay marked for the next sweep. @returns how many were finished. */
export async function eraseBytes({ db, log, storage }: SweepDeps, ids: readonly string[]): Promise<number> {
  const { rows } = await sql<{ id: string; stored_name: string }>`
    select id, stored_name from media.file
    where id = any(${ids}::text[]) and erased_at is not null and stored_name is not null`.execute(db);
  const done: string[] = [];
  for (const { id, stored_name: name } of rows) {
    try {
      await storage.remove(name);
      done.push(id);
    } catch (error) {
      log.error({ err: toError(error), media: id }, "media file could not be removed");
    }
  }
  await sql`update media.file set stored_name = null where id = any(${done}::text[])`.execute(db);
  return done.length;
}

async function markOutdated({ db, clock }: SweepDeps): Promise<void> {
  const now = clock.now();
  const unkeptSince = new Date(now.getTime() - hourMs);
  await sql`
    update media.file set erased_at = ${now}
    where erased_at is null and kept_at is null and created_at < ${unkeptSince}`.execute(db);
  await sql`update media.file set erased_at = ${now} where erased_at is null and expires_at <= ${now}`.execute(db);
}

async function unfinished(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from media.file where erased_at is not null and stored_name is not null limit ${batch}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Rows nobody can use: never kept, or erased so long ago that nobody asks any more. */
async function forgetErased({ db, clock }: SweepDeps): Promise<void> {
  const longAgo = new Date(clock.now().getTime() - rememberedMs);
  await sql`
    delete from media.file
    where erased_at is not null and stored_name is null and (kept_at is null or erased_at < ${longAgo})`.execute(db);
}

/** What a process left on the disk that died before it could write the row. */
async function removeOrphans({ db, clock, log, storage }: SweepDeps): Promise<number> {
  let removed = 0;
  let names: string[] = [];
  const flush = async (): Promise<void> => {
    const { rows } = await sql<{ stored_name: string }>`
      select stored_name from media.file where stored_name = any(${names}::text[])`.execute(db);
    const known = new Set(rows.map((row) => row.stored_name));
    for (const name of names.filter((each) => !known.has(each))) {
      await storage.remove(name);
      removed += 1;
    }
    names = [];
  };
  for await (const name of storage.writtenBefore(new Date(clock.now().getTime() - hourMs))) {
    names.push(name);
    if (names.length === batch) await flush();
  }
  await flush();
  if (removed > 0) log.warn({ removed }, "media files without a record were removed");
  return removed;
}
