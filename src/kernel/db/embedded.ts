import { existsSync } from "node:fs";
import { chmod, mkdir, realpath, rm, stat } from "node:fs/promises";

import type { Clock, Timer } from "#kernel/lib/clock.ts";
import type { Logger } from "#kernel/observability/index.ts";

import { locateBinaries, reachableBinaries } from "./embedded-binaries.ts";
import type { Binaries } from "./embedded-binaries.ts";
import { checkMajor, createCluster, syncCluster } from "./embedded-cluster.ts";
import type { Settings } from "./embedded-cluster.ts";
import { explainThrown } from "./embedded-errors.ts";
import { openHome } from "./embedded-home.ts";
import type { Home } from "./embedded-home.ts";
import { usersOf, withDirectoryLock } from "./embedded-lock.ts";
import { connectionUrl } from "./embedded-probe.ts";
import { findPostmaster, isPostmasterOf } from "./embedded-process.ts";
import { postSentinel, type Sentinel } from "./embedded-sentinel.ts";
import { adoptServer, startServer, stopServer } from "./embedded-server.ts";
import type { RunningServer } from "./embedded-server.ts";

export interface EmbeddedPostgresOptions {
  /** Belongs to the database alone; made when missing. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** PostgreSQL settings over the built-in ones. Without effect on a server that another application has started. */
  readonly settings?: Settings;
  /**
   * Where an unprivileged user finds what he cannot reach in its usual place, when root runs Telecast from a closed
   * directory such as its own home. Default `/var/lib/telecast`.
   */
  readonly systemDirectory?: string;
  /**
   * For tests: the server and its data go when this process stops it or ends, in whatever way. Without it a server whose
   * application was killed waits for the next start, so that a restart after a crash costs nothing.
   */
  readonly temporary?: boolean;
}

export interface EmbeddedPostgres {
  /**
   * Connection string of a role that owns its database and is no superuser. Stays the same over restarts as long as
   * nothing else takes the port in between.
   */
  readonly url: string;
  /** As PostgreSQL writes it: "18.4". */
  readonly version: string;
  /** Of the server process; changes when the server died and was started again. */
  readonly pid: number;
  /** Where data and logs lie: below `dataDir`, unless the server's user cannot get there. */
  readonly directory: string;
  /** True when the server was running already. */
  readonly reused: boolean;
  /** Shuts the server down, disconnecting whoever is connected, unless another application uses it. */
  readonly stop: () => Promise<void>;
}

/** How soon a server that died under us is noticed. */
const watchIntervalMs = 500;
/** How long we wait before we try again when it could not be started. */
const reviveIntervalMs = 5000;

/**
 * Starts a PostgreSQL server on `dataDir`, or joins the one that runs there: after a crash of the application, or when
 * another application on this machine uses the same directory. Listens on 127.0.0.1 only; the password is in `dataDir`.
 *
 * Each application notes itself beside the data for as long as it lives, and the last one to stop stops the server: so
 * nobody loses it while in use, and a clean stop leaves no orphan. A server that dies while in use is started again.
 *
 * Throws `db.embedded_failed`, which says in one line what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return await staying(async () => {
    try {
      return await open(options);
    } catch (thrown) {
      throw explainThrown(thrown, { directory: options.dataDir });
    }
  });
}

async function open(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { clock, log } = options;
  const dataDir = await openDataDir(options.dataDir);
  const began = clock.monotonicMs();
  const users = usersOf(dataDir);
  const { id, session } = await withDirectoryLock(dataDir, clock, async () => {
    const session = await bringUp(dataDir, options);
    return { id: users.join(), session };
  });
  let { server } = session;
  const { home, reused, isNew, binaries } = session;
  const tookMs = Math.round(clock.monotonicMs() - began);
  log.info(
    { pid: server.pid, port: server.port, directory: home.directory, reused, tookMs },
    "embedded database ready",
  );
  const background = isNew && options.settings?.["fsync"] !== "off" ? flush(home, binaries, log) : Promise.resolve();

  const post = (): Sentinel | undefined => (options.temporary === true ? postSentinel(home, server.pid) : undefined);
  let sentinel = post();
  const watch = watchServer(options, {
    isAlive: () => isPostmasterOf(server.pid, home.cluster),
    revive: async () => {
      server = (await withDirectoryLock(dataDir, clock, async () => await bringUp(dataDir, options))).server;
      sentinel?.dismiss();
      sentinel = post();
      log.warn({ pid: server.pid, port: server.port }, "embedded database restarted after it had died");
    },
  });
  let stopping: Promise<void> | undefined;
  return {
    get url() {
      return connectionUrl(home, server.port);
    },
    version: server.version,
    get pid() {
      return server.pid;
    },
    directory: home.directory,
    reused,
    stop: async () => {
      stopping ??= staying(async () => {
        await watch.end();
        await background;
        sentinel?.dismiss();
        // Somebody may have deleted the directory under us; then there is nobody left to share with.
        if (!existsSync(dataDir)) return await stopUnlessUsed(home, 0, options);
        await withDirectoryLock(dataDir, clock, async () => {
          users.leave(id);
          await stopUnlessUsed(home, users.othersThan(id), options);
        });
        if (options.temporary === true) await Promise.all([home.directory, dataDir].map(removeTree));
      });
      await stopping;
    },
  };
}

async function stopUnlessUsed(home: Home, others: number, { clock, log }: EmbeddedPostgresOptions): Promise<void> {
  if (others > 0) {
    log.info({ others }, "embedded database left to the other applications that use it");
    return;
  }
  const pid = findPostmaster(home.cluster);
  if (pid !== undefined) await stopServer(pid, clock);
  log.info({}, "embedded database stopped");
}

interface Session {
  readonly home: Home;
  readonly binaries: Binaries;
  readonly server: RunningServer;
  readonly reused: boolean;
  /** The data directory was made just now. */
  readonly isNew: boolean;
}

/** From whatever state the last run left to a running server. Call it under the directory's lock. */
async function bringUp(dataDir: string, options: EmbeddedPostgresOptions): Promise<Session> {
  const { clock, log, settings = {}, systemDirectory = "/var/lib/telecast" } = options;
  const located = await locateBinaries();
  const home = await openHome(dataDir, systemDirectory);
  announce(home, log);
  const isNew = !existsSync(home.cluster);
  if (!isNew) {
    await checkMajor(home, located);
    const found = await adopt(home, located, clock);
    if (found !== undefined) return { home, binaries: located, server: found, reused: true, isNew };
  }
  const library = process.getuid?.() === 0 ? systemDirectory : dataDir;
  const { binaries, copied } = await reachableBinaries(located, home.user, library);
  if (copied) log.info({ directory: binaries.directory }, "embedded database runs from a copy of its binaries");
  if (isNew) await createCluster(home, binaries);
  return { home, binaries, server: await startServer(home, binaries, settings, clock), reused: false, isNew };
}

/** The server that runs already; not one that an update of Telecast has left behind, unless somebody uses it. */
async function adopt(home: Home, { version }: Binaries, clock: Clock): Promise<RunningServer | undefined> {
  const isUsed = usersOf(home.dataDir).othersThan("") > 0;
  const found = await adoptServer(home, clock, isUsed);
  if (found === undefined || found.version === version || isUsed) return found;
  await stopServer(found.pid, clock);
  return undefined;
}

function announce({ user, moved, directory }: Home, log: Logger): void {
  if (user.created) log.info({ user: user.name }, "system user made to run the embedded database");
  if (moved) log.info({ directory, user: user.name }, "embedded database lies where its user can enter");
}

/** The absolute path, free of symbolic links, because that is what the server calls it. */
async function openDataDir(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  // The server's user has to get through, whatever root's umask or `mkdtemp` made of it.
  if (process.getuid?.() === 0 && (await stat(path)).uid === 0) await chmod(path, 0o755);
  return await realpath(path);
}

async function flush(home: Home, binaries: Binaries, log: Logger): Promise<void> {
  try {
    await syncCluster(home, binaries);
  } catch (error) {
    // The system writes the files in its own time; only a power cut within seconds of the first start could hurt.
    log.warn({ err: error }, "new database files were not flushed");
  }
}

async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

interface Watched {
  readonly isAlive: () => boolean;
  readonly revive: () => Promise<void>;
}

function watchServer(
  { clock, log }: EmbeddedPostgresOptions,
  { isAlive, revive }: Watched,
): { end: () => Promise<void> } {
  let reviving = Promise.resolve();
  let ended = false;
  let timer: Timer;
  const look = async (): Promise<void> => {
    let delayMs = watchIntervalMs;
    try {
      if (!isAlive()) await revive();
    } catch (error) {
      delayMs = reviveIntervalMs;
      log.error({ err: error }, "embedded database could not be restarted, trying again");
    }
    if (!ended) timer = clock.schedule(delayMs, next);
  };
  const next = (): void => {
    reviving = look();
  };
  timer = clock.schedule(watchIntervalMs, next);
  return {
    end: async () => {
      ended = true;
      timer.cancel();
      await reviving;
    },
  };
}

/** Keeps the process alive while `work` runs: our clock's timers and the detached server do not. */
async function staying<T>(work: () => Promise<T>): Promise<T> {
  const anchor = setInterval(() => undefined, 60_000);
  try {
    return await work();
  } finally {
    clearInterval(anchor);
  }
}
