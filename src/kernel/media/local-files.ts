import { createWriteStream } from "node:fs";
import { mkdir, open, opendir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { AppError } from "../lib/errors.ts";
import { mediaTooLarge } from "./errors.ts";
import type { FileStorage } from "./file-storage.ts";

/** Makes an unfinished write recognisable; it never has a row. */
const unfinished = ".part";

/**
 * Files in one directory of this machine, readable by this user only. Several replicas need a directory they share.
 * Names are ours and random: nothing from outside becomes part of a path.
 */
export function createLocalFiles(directory: string): FileStorage {
  const pathOf = (name: string): string => {
    if (!/^[\w-]+(\.part)?$/.test(name)) throw new Error("a stored file with an impossible name");
    return join(directory, name);
  };

  return {
    write: async (name, body, maxBytes) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const temporary = pathOf(name + unfinished);
      const counter = countUpTo(maxBytes);
      try {
        const source = Buffer.isBuffer(body) ? Readable.from([body]) : body.stream;
        // Flushed before it gets its name, so that a row never refers to bytes a power failure took.
        const target = createWriteStream(temporary, { flags: "wx", mode: 0o600, flush: true });
        await pipeline(source, counter.stream, target);
        await rename(temporary, pathOf(name));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      return counter.bytes();
    },
    read: async (name, range) => {
      const handle = await ifPresent(open(pathOf(name)));
      return handle?.createReadStream(range && { start: range.first, end: range.last });
    },
    remove: async (name) => {
      await rm(pathOf(name), { force: true });
    },
    writtenBefore: async function* (time) {
      const entries = await ifPresent(opendir(directory));
      if (entries === undefined) return;
      for await (const entry of entries) {
        const info = await ifPresent(stat(join(directory, entry.name)));
        if (info?.isFile() === true && info.mtime < time) yield entry.name;
      }
    },
  };
}

function countUpTo(maxBytes: number): { readonly stream: Transform; readonly bytes: () => number } {
  let bytes = 0;
  const stream = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      if (bytes > maxBytes) done(new AppError(mediaTooLarge, { maxBytes }));
      else done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
}

async function ifPresent<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
