import { mkdir, mkdtemp, readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";

/** A directory of one's own below `parent`, for as long as `work` takes; nothing of it stays. */
export async function withDirectory<T>(parent: string, work: (directory: string) => Promise<T>): Promise<T> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const directory = await mkdtemp(join(parent, "work-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs `work` with so many bytes as it may write below the directory. */
export type DiskShare = <T>(
  wanted: { readonly least: number; readonly most: number },
  work: (maxBytes: number) => Promise<T>,
) => Promise<T>;

/** Left alone, for the database that may lie on the same disk. */
const reservedBytes = 1024 ** 3;

/**
 * Shares the free disk among what this process fetches at the same time: each may fill a part that nobody else was
 * promised, and twice, because a file is copied from the work directory to its place. `least` is given in any case:
 * ordinary videos are never held up by the fear of large ones.
 */
export function makeDiskShare(directory: string): DiskShare {
  let promised = 0;
  return async ({ least, most }, work) => {
    const { bavail, bsize } = await statfs(directory);
    const free = Math.floor((bavail * bsize - reservedBytes - promised) / 2);
    const maxBytes = Math.max(least, Math.min(most, free));
    promised += 2 * maxBytes;
    try {
      return await work(maxBytes);
    } finally {
      promised -= 2 * maxBytes;
    }
  };
}

/** Removes what processes that died have left there. */
export async function removeBefore(parent: string, time: Date): Promise<void> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    // Undefined: its owner has just removed it.
    const changed = await stat(path).catch(() => undefined);
    if (changed !== undefined && changed.mtime < time) await rm(path, { recursive: true, force: true });
  }
}
