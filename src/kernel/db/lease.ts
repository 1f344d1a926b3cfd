import { sql } from "kysely";

import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { Db } from "./database.ts";
import { hasEnded } from "./process-name.ts";

/**
 * The right to do something that only one replica may do (poll, send). A row with an owner, an expiry by the database's
 * clock and an epoch that grows with each change of owner. Whatever the holder writes carries the epoch, so that a
 * process which was paused and has lost the lease without knowing cannot be taken for the holder.
 */
export interface Lease {
  /** The current holding, or undefined. Cheap enough to ask before every send: by the monotonic clock, never the database. */
  readonly held: () => { readonly epoch: number } | undefined;
  /** Runs `task` each time the lease is gained; its signal aborts when the lease is lost or given back. */
  readonly start: (task: (epoch: number, signal: AbortSignal) => Promise<void>) => void;
  /** Lets the current task end, then gives the lease back so that another replica goes on at once. */
  readonly stop: () => Promise<void>;
}

export interface LeaseDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  /** What the lease is for, such as `telegram.poll:123456789`. */
  readonly name: string;
  /** This process, different after each start: `nameProcess`. */
  readonly owner: string;
  /** How long a holder that has died on another machine, or hangs, blocks the others. */
  readonly ttlMs?: number;
}

/**
 * The holder stops this long before the row expires by its own clock, so that two clocks running at slightly different
 * speeds and a send already on its way cannot overlap with the next holder.
 */
const safetyMs = 1000;

export function createLease({ db, clock, log, name, owner, ttlMs = 8000 }: LeaseDeps): Lease {
  const stop = new AbortController();
  const renewMs = ttlMs / 4;
  const askMs = ttlMs / 8;
  let epoch: number | undefined;
  let validUntilMs = 0;
  let loop: Promise<void> | undefined;
  let task: Promise<void> = Promise.resolve();
  let taskSignal = new AbortController();
  let endedUnasked = false;

  const held = (): { epoch: number } | undefined =>
    epoch !== undefined && clock.monotonicMs() < validUntilMs ? { epoch } : undefined;

  const lose = async (): Promise<void> => {
    if (epoch === undefined) return;
    log.warn({ lease: name, epoch }, "lease lost");
    epoch = undefined;
    taskSignal.abort();
    await task;
  };

  const giveBack = async (): Promise<void> => {
    epoch = undefined;
    endedUnasked = false;
    await sql`update kernel.lease set expires_at = now() where name = ${name} and owner = ${owner}`.execute(db);
  };

  const turn = async (work: (epoch: number, signal: AbortSignal) => Promise<void>): Promise<void> => {
    // Renewing for work that has ended would keep everybody from doing it. Given back, it begins anew with the next epoch.
    if (endedUnasked) await giveBack();
    const askedAtMs = clock.monotonicMs();
    const given = await acquire({ db, name, owner, ttlMs });
    if (given === undefined || (epoch !== undefined && given !== epoch)) await lose();
    if (given === undefined) return;
    validUntilMs = askedAtMs + ttlMs - safetyMs;
    if (epoch !== undefined) return;
    epoch = given;
    taskSignal = new AbortController();
    log.info({ lease: name, epoch }, "lease gained");
    const { signal } = taskSignal;
    task = work(given, signal)
      .catch((error: unknown) => {
        log.error({ err: toError(error), lease: name }, "work under a lease failed");
      })
      .finally(() => {
        endedUnasked = !signal.aborted;
      });
  };

  const run = async (work: (epoch: number, signal: AbortSignal) => Promise<void>): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await turn(work);
      } catch (error) {
        log.warn({ err: toError(error).message, lease: name }, "lease could not be renewed");
        if (held() === undefined) await lose();
      }
      await pause(clock, epoch === undefined ? askMs : renewMs, stop.signal);
    }
  };

  return {
    held,
    start: (work) => {
      loop = run(work);
    },
    stop: async () => {
      stop.abort();
      await loop;
      taskSignal.abort();
      await task;
      if (epoch !== undefined) await giveBack();
    },
  };
}

/** Who holds a lease, as all replicas see it. */
export interface LeaseHolder {
  readonly owner: string;
  readonly epoch: number;
  /** By the database's clock: the holder is alive and renews it. */
  readonly isCurrent: boolean;
}

/** Undefined when nobody has ever held it. */
export async function leaseHolder(db: Db, name: string): Promise<LeaseHolder | undefined> {
  const { rows } = await sql<LeaseHolder>`
    select owner, epoch, expires_at > now() as "isCurrent" from kernel.lease where name = ${name}`.execute(db);
  return rows[0];
}

interface Acquiring {
  readonly db: Db;
  readonly name: string;
  readonly owner: string;
  readonly ttlMs: number;
}

async function acquire(of: Acquiring): Promise<number | undefined> {
  return (await takeOrRenew(of)) ?? (await inherit(of));
}

/** The epoch grows only when the owner changes or the old holding had run out. */
async function takeOrRenew(of: Acquiring): Promise<number | undefined> {
  const { rows } = await sql<{ epoch: number }>`
    insert into kernel.lease as held (name, owner, epoch, expires_at)
    values (${of.name}, ${of.owner}, 1, now() + ${of.ttlMs} * interval '1 millisecond')
    on conflict (name) do update set
      owner = excluded.owner,
      expires_at = excluded.expires_at,
      epoch = held.epoch + case when held.owner = excluded.owner and held.expires_at > now() then 0 else 1 end
    where held.owner = excluded.owner or held.expires_at <= now()
    returning epoch`.execute(of.db);
  return rows[0]?.epoch;
}

/** From a holder that was killed on this machine: he sends no more, so a restart need not wait until his time is over. */
async function inherit({ db, name, owner, ttlMs }: Acquiring): Promise<number | undefined> {
  const holders = await sql<{ owner: string }>`select owner from kernel.lease where name = ${name}`.execute(db);
  const [holder] = holders.rows;
  if (holder === undefined || !hasEnded(holder.owner)) return undefined;
  const { rows } = await sql<{ epoch: number }>`
    update kernel.lease
    set owner = ${owner}, epoch = epoch + 1, expires_at = now() + ${ttlMs} * interval '1 millisecond'
    where name = ${name} and owner = ${holder.owner}
    returning epoch`.execute(db);
  return rows[0]?.epoch;
}
