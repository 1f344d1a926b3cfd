import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
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
