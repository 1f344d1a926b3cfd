import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Cipher } from "#kernel/lib/cipher.ts";

import type { FailureReason, RequestImage, VideoRequest } from "../port.ts";

interface RecordBase {
  readonly clientReference: string;
  readonly changedAtMs: number;
}

/** The request, and with it the prompt, is kept only until the job ends. */
export interface OpenRecord extends RecordBase {
  readonly state: "open";
  readonly request: VideoRequest;
}

interface SucceededRecord extends RecordBase {
  readonly state: "succeeded";
  readonly fetched: boolean;
}

interface FailedRecord extends RecordBase {
  readonly state: "failed";
  readonly reason: FailureReason;
}

/** What is kept of one job. */
export type JobRecord = OpenRecord | SucceededRecord | FailedRecord;

/**
 * The jobs of the demo service, in one directory: `<reference>.job` (encrypted) and `<reference>.mp4`. Nothing of a
 * request is in a file's name. Survives restarts; several processes may share it.
 */
export interface JobStore {
  readonly save: (reference: string, record: JobRecord) => Promise<void>;
  /** Undefined: no such job, or one sealed under another key. */
  readonly read: (reference: string) => Promise<JobRecord | undefined>;
  readonly references: () => Promise<readonly string[]>;
  readonly saveFilm: (reference: string, film: Uint8Array) => Promise<void>;
  readonly filmPath: (reference: string) => string;
  readonly remove: (reference: string) => Promise<void>;
  /**
   * Removes jobs that did not change for as long as `keepMs` says, and of all other files (left by a crash, or sealed
   * under an older key) those that are a day old. Returns how many.
   */
  readonly removeOld: (now: Date, keepMs: (record: JobRecord) => number) => Promise<number>;
}

const jobEnding = ".job";
const filmEnding = ".mp4";
const strayMs = 24 * 3_600_000;

export function createJobStore(directory: string, cipher: Cipher): JobStore {
  const jobPath = (reference: string): string => join(directory, reference + jobEnding);
  const filmPath = (reference: string): string => join(directory, reference + filmEnding);
  const contextOf = (reference: string): string => `demo-job/${reference}`;

  /** Whole or not at all: a reader never sees half a file. */
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const unfinished = `${path}.${process.pid}.tmp`;
    await writeFile(unfinished, content, { mode: 0o600 });
    await rename(unfinished, path);
  };

  const files = async (): Promise<readonly string[]> => {
    try {
      return await readdir(directory);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  };

  const read = async (reference: string): Promise<JobRecord | undefined> => {
    let sealed: string;
    try {
      sealed = await readFile(jobPath(reference), "utf8");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    try {
      return fromJson(cipher.decrypt(sealed, contextOf(reference)));
    } catch {
      // Another key: it cannot be told from a job that never was, and the sweep takes it.
      return undefined;
    }
  };

  const remove = async (reference: string): Promise<void> => {
    await rm(filmPath(reference), { force: true });
    await rm(jobPath(reference), { force: true });
  };

  const references = async (): Promise<readonly string[]> =>
    (await files()).filter((name) => name.endsWith(jobEnding)).map((name) => referenceOf(name));

  /** Another process may sweep at the same time. */
  const ageMs = async (name: string, now: Date): Promise<number> => {
    try {
      return now.getTime() - (await stat(join(directory, name))).mtimeMs;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  };

  return {
    save: async (reference, record) => {
      await write(jobPath(reference), cipher.encrypt(toJson(record), contextOf(reference)));
    },
    read,
    references,
    saveFilm: async (reference, film) => {
      await write(filmPath(reference), film);
    },
    filmPath,
    remove,
    removeOld: async (now, keepMs) => {
      let removed = 0;
      for (const reference of await references()) {
        const record = await read(reference);
        if (record === undefined || now.getTime() - record.changedAtMs < keepMs(record)) continue;
        await remove(reference);
        removed += 1;
      }
      for (const name of await files()) {
        const isWhole = name.endsWith(jobEnding) || name.endsWith(filmEnding);
        if (isWhole && (await read(referenceOf(name))) !== undefined) continue;
        if ((await ageMs(name, now)) < strayMs) continue;
        await rm(join(directory, name), { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

/** A picture's bytes as text: JSON would write each as a number. */
type PackedImage = Omit<RequestImage, "bytes"> & { readonly base64: string };

function toJson(record: JobRecord): string {
  if (record.state !== "open" || record.request.image === undefined) return JSON.stringify(record);
  const { image, ...request } = record.request;
  const { bytes, ...rest } = image;
  return JSON.stringify({ ...record, request, image: { ...rest, base64: bytes.toString("base64") } });
}

function fromJson(text: string): JobRecord {
  const { image, ...record } = JSON.parse(text) as JobRecord & { readonly image?: PackedImage };
  if (record.state !== "open" || image === undefined) return record;
  const { base64, ...rest } = image;
  return { ...record, request: { ...record.request, image: { ...rest, bytes: Buffer.from(base64, "base64") } } };
}

function referenceOf(name: string): string {
  return name.split(".", 1)[0] ?? name;
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
