import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { embeddedFailure } from "./embedded-errors.ts";
import { chooseServerUser, runAs } from "./embedded-user.ts";
import type { ServerUser } from "./embedded-user.ts";

/** Where everything of one embedded database lies, and who owns it. */
export interface Home {
  /** The application's directory: the lock, the list of applications, the password, the pointer. */
  readonly dataDir: string;
  /** Owned by the server's user; usually `dataDir/server`. */
  readonly directory: string;
  /** PostgreSQL's data directory. */
  readonly cluster: string;
  readonly logs: string;
  readonly password: string;
  readonly user: ServerUser;
  /** True when `directory` is not below `dataDir`, because the server's user cannot get there. */
  readonly moved: boolean;
}

const pointerName = "server-is-elsewhere";

/**
 * Finds the database's place or makes it, with directories that its user can enter. Call it under the directory's lock.
 * Throws `db.embedded_failed` when there is no such place.
 */
export async function openHome(dataDir: string, systemDirectory: string): Promise<Home> {
  const beside = join(dataDir, "server");
  const pointed = await readPointer(dataDir);
  const existing = pointed ?? (existsSync(beside) ? beside : undefined);
  const owner = existing === undefined ? undefined : await stat(existing);
  const user = await chooseServerUser(owner);
  // A start that was cut short may have left a directory that nobody was given yet.
  if (existing !== undefined && owner?.uid === 0) await giveTo(user, existing);
  const directory = existing ?? (await makeDirectory({ dataDir, beside, systemDirectory, user }));
  if (!(await canWrite(directory, user))) {
    throw embeddedFailure(
      `${user.name} cannot enter or write ${directory}, where the data lies`,
      "Open its parent directories to that user (`chmod o+x`), or set DATA_DIR to another directory",
    );
  }
  return {
    dataDir,
    directory,
    cluster: join(directory, "data"),
    logs: join(directory, "log"),
    password: await ensurePassword(dataDir, existsSync(join(directory, "data"))),
    user,
    moved: directory !== beside,
  };
}

async function readPointer(dataDir: string): Promise<string | undefined> {
  const path = join(dataDir, pointerName);
  if (!existsSync(path)) return undefined;
  const directory = (await readFile(path, "utf8")).split("\n", 1).join("");
  if (existsSync(directory)) return directory;
  throw embeddedFailure(
    `${path} says that the data lies in ${directory}, which is not there`,
    "Bring that directory back, or delete the file to begin with an empty database",
  );
}

interface Places {
  readonly dataDir: string;
  readonly beside: string;
  readonly systemDirectory: string;
  readonly user: ServerUser;
}

async function makeDirectory({ dataDir, beside, systemDirectory, user }: Places): Promise<string> {
  await mkdir(beside, { mode: 0o700 });
  await giveTo(user, beside);
  if (await canWrite(beside, user)) return beside;
  await rmdir(beside);
  await mkdir(systemDirectory, { recursive: true });
  await chmod(systemDirectory, 0o755);
  const elsewhere = await mkdtemp(join(systemDirectory, `${basename(dataDir)}-`));
  await writeFile(join(elsewhere, "belongs-to"), `${dataDir}\n`);
  await giveTo(user, elsewhere);
  const note = `The database of ${dataDir} lies there, because ${user.name}, who runs the server for root, cannot enter here.`;
  await writeFile(join(dataDir, pointerName), `${elsewhere}\n${note}\n`);
  return elsewhere;
}

async function canWrite(directory: string, user: ServerUser): Promise<boolean> {
  try {
    await runAs(user, 'cd "$1" && test -w .', [directory]);
    return true;
  } catch {
    // The shell's exit code is the answer.
    return false;
  }
}

async function ensurePassword(dataDir: string, clusterExists: boolean): Promise<string> {
  const path = join(dataDir, "password");
  if (existsSync(path)) return (await readFile(path, "utf8")).trim();
  if (clusterExists) {
    throw embeddedFailure(
      `${path} is missing, without which nobody can enter the database`,
      `Restore that file, or move ${dataDir} away to begin with an empty database`,
    );
  }
  const password = randomBytes(24).toString("base64url");
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  return password;
}

async function giveTo({ name, spawnAs: { uid, gid } }: ServerUser, path: string): Promise<void> {
  if (uid === undefined || gid === undefined) return;
  try {
    await chown(path, uid, gid);
  } catch (cause) {
    throw embeddedFailure(
      `PostgreSQL does not run as root, and here root may not hand ${path} to ${name}`,
      "Run Telecast as an ordinary user (`docker run --user`), or set DATA_DIR to another file system, or DATABASE_URL",
      cause,
    );
  }
}
