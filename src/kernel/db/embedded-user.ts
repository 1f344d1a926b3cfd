import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { embeddedFailure } from "./embedded-errors.ts";

const run = promisify(execFile);

/** The operating-system user that owns the data and runs the server. PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly name: string;
  /** What to add to the options of `spawn`: nothing when we are that user already. */
  readonly spawnAs: { readonly uid?: number; readonly gid?: number };
  /** True when the account was made just now. */
  readonly created: boolean;
}

/** Tried in this order; `nobody` comes last, because other programs run as him too and could read the data. */
const preferred = ["telecast", "postgres"];
const lastResort = "nobody";

/** Debian and Fedora, then BusyBox (Alpine): each makes a system account without a home or a login. */
const recipes: readonly (readonly [string, readonly string[]])[] = [
  [
    "useradd",
    [
      "--system",
      "--user-group",
      "--no-create-home",
      "--home-dir",
      "/nonexistent",
      "--shell",
      "/usr/sbin/nologin",
      "telecast",
    ],
  ],
  ["adduser", ["-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin", "telecast"]],
];

/**
 * Ourselves, unless we are root: then whoever owns the data already, else an existing unprivileged account, else a new
 * one named `telecast`. Throws `db.embedded_failed` when there is none and none can be made.
 */
export async function chooseServerUser(
  owner: { readonly uid: number; readonly gid: number } | undefined,
): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return { name: "you", spawnAs: {}, created: false };
  if (owner !== undefined && owner.uid !== 0) {
    return { name: `user ${owner.uid}`, spawnAs: { uid: owner.uid, gid: owner.gid }, created: false };
  }
  for (const name of preferred) {
    const found = await lookUp(name);
    if (found !== undefined) return { name, spawnAs: found, created: false };
  }
  for (const [program, args] of recipes) {
    await attempt(program, args);
    const made = await lookUp("telecast");
    if (made !== undefined) return { name: "telecast", spawnAs: made, created: true };
  }
  const nobody = await lookUp(lastResort);
  if (nobody !== undefined) return { name: lastResort, spawnAs: nobody, created: false };
  throw embeddedFailure(
    "PostgreSQL does not run as root, and no unprivileged user could be found or made",
    "Make one (`useradd --system telecast`), or run Telecast as an ordinary user, or set DATABASE_URL",
  );
}

async function lookUp(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const [uid, gid] = [await attempt("id", ["-u", name]), await attempt("id", ["-g", name])].map(Number);
  return uid === undefined || gid === undefined || !(uid > 0) ? undefined : { uid, gid };
}

/**
 * Runs a shell script as the server's user, with `input` on its stdin; throws when it fails. Everything that happens
 * inside a directory of that user happens through this: root following a path he controls could be led anywhere.
 */
export async function runAs(user: ServerUser, script: string, args: readonly string[], input = ""): Promise<void> {
  const running = run("/bin/sh", ["-euc", `umask 077; ${script}`, "sh", ...args], { ...user.spawnAs, cwd: "/" });
  // A script that fails early leaves nobody to read its input; its exit code says so.
  running.child.stdin?.on("error", () => undefined).end(input);
  await running;
}

/** What the program printed, or "" when it failed or is not installed. */
async function attempt(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args, { env: { PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" } })).stdout;
  } catch {
    return "";
  }
}
