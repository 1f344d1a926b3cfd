import { sql } from "kysely";
import { z } from "zod";

import { afterCommit, type Db } from "../db/index.ts";
import { defineJob, type Schedule } from "../jobs/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import type { Clock } from "../lib/clock.ts";
import { AppError, toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Logger, Metrics } from "../observability/index.ts";
import { mediaGone } from "./errors.ts";
import type { FileStorage } from "./file-storage.ts";
import type { MediaFile, MediaStore } from "./media-store.ts";
import { makeSignedPaths } from "./signed-path.ts";
import { eraseBytes, type Swept, sweepMedia } from "./sweep.ts";

/** The store with what keeps it tidy. */
export interface MediaFiles extends MediaStore {
  /** Removes the bytes of what was never kept within an hour, has expired or was erased, and files without a record. */
  readonly sweep: (signal?: AbortSignal) => Promise<Swept>;
  /** Sweeps every ten minutes; for the job queue. */
  readonly schedules: readonly Schedule[];
  /** Waits for removals under way, then closes the storage. */
  readonly stop: () => Promise<void>;
}

export interface MediaFilesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cipher: Cipher;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly storage: FileStorage;
}

interface FileRow {
  readonly id: string;
  readonly content_type: string;
  readonly file_name: string;
  readonly bytes: number;
  readonly telegram_file_id: string | null;
  readonly erased_at: Date | null;
}

export function createMediaFiles(deps: MediaFilesDeps): MediaFiles {
  const { db, clock, ids, log, storage } = deps;
  const removals = new Set<Promise<void>>();
  measure(deps);

  const removeSoon = (id: string): void => {
    const removal = eraseBytes(deps, [id])
      .then(() => undefined)
      .catch((error: unknown) => {
        log.warn({ err: toError(error), media: id }, "media file will be removed by the next sweep");
      })
      .finally(() => removals.delete(removal));
    removals.add(removal);
  };

  const sweep: MediaFiles["sweep"] = async (signal) => await sweepMedia(deps, signal);
  const sweepJob = defineJob({
    name: "media.sweep",
    payload: z.object({}),
    run: async (_, { signal, log: jobLog }) => {
      jobLog.info({ ...(await sweep(signal)) }, "media swept");
    },
  });

  return {
    ...makeSignedPaths(deps),
    put: async ({ contentType, fileName, body, expiresAt, maxBytes }) => {
      const id = ids.next();
      const storedName = ids.token(24);
      const bytes = await storage.write(storedName, body, maxBytes);
      const name = showableName(fileName);
      await sql`
        insert into media.file (id, content_type, file_name, bytes, stored_name, expires_at, created_at)
        values (${id}, ${contentType}, ${name}, ${bytes}, ${storedName}, ${expiresAt ?? null}, ${clock.now()})`.execute(
        db,
      );
      return { id, contentType, fileName: name, bytes, telegramFileId: undefined, erased: false };
    },
    keep: async (tx, id) => {
      const { numAffectedRows } = await sql`
        update media.file set kept_at = coalesce(kept_at, ${clock.now()})
        where id = ${id} and erased_at is null`.execute(tx);
      if (numAffectedRows !== 1n) throw new AppError(mediaGone, { id });
    },
    find: async (from, id) => {
      const { rows } = await sql<FileRow>`select * from media.file where id = ${id}`.execute(from);
      return rows[0] && fileFrom(rows[0]);
    },
    findAll: async (from, ids) => {
      const { rows } = await sql<FileRow>`select * from media.file where id = any(${ids}::text[])`.execute(from);
      return rows.map(fileFrom);
    },
    open: async (id, range) => {
      const name = await storedName(db, id);
      return name === undefined ? undefined : await storage.read(name, range);
    },
    rememberFileId: async (tx, id, telegramFileId) => {
      await sql`update media.file set telegram_file_id = ${telegramFileId} where id = ${id}`.execute(tx);
    },
    erase: async (tx, id) => {
      await sql`
        update media.file set erased_at = ${clock.now()} where id = ${id} and erased_at is null`.execute(tx);
      afterCommit(tx, () => {
        removeSoon(id);
      });
    },
    sweep,
    schedules: [{ name: "media.sweep", cron: "*/10 * * * *", timeZone: "UTC", job: sweepJob }],
    stop: async () => {
      await Promise.all(removals);
      await storage.close?.();
    },
  };
}

async function storedName(db: Db, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ stored_name: string }>`
    select stored_name from media.file where id = ${id} and erased_at is null`.execute(db);
  return rows[0]?.stored_name;
}

function fileFrom(row: FileRow): MediaFile {
  return {
    id: row.id,
    contentType: row.content_type,
    fileName: row.file_name,
    bytes: row.bytes,
    telegramFileId: row.telegram_file_id ?? undefined,
    erased: row.erased_at !== null,
  };
}

/** The name goes into headers and messages: no path, no leading dots, no control characters, not too long. */
function showableName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const printable = last.replaceAll(/[\p{C}"]/gu, "").replace(/^[\s.]+/, "");
  return printable.trimEnd().slice(-120) || "file";
}

function measure({ db, metrics }: Pick<MediaFilesDeps, "db" | "metrics">): void {
  metrics.gauge({
    name: "telecast_media_stored_bytes",
    help: "Bytes of media files that are stored now.",
    collect: async (gauge) => {
      const { rows } = await sql<{ bytes: number }>`
        select coalesce(sum(bytes), 0)::bigint as bytes from media.file where stored_name is not null`.execute(db);
      gauge.set(rows[0]?.bytes ?? 0);
    },
  });
}
