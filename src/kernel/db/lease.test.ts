import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

import { sql } from "kysely";

import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { createLease, type Lease, type LeaseDeps } from "./lease.ts";
import { hasEnded, nameProcess } from "./process-name.ts";

const { db } = await testDatabase();

interface Replica {
  readonly lease: Lease;
  /** `gained 1`, `lost 1`, … in the order in which it happened. */
  readonly events: string[];
  readonly stop: () => Promise<void>;
}

function replica(owner: string, over: Partial<LeaseDeps> & { readonly name: string }): Replica {
  const lease = createLease({ db, clock: systemClock, log: silentLogger(), owner, ttlMs: 1600, ...over });
  const events: string[] = [];
  lease.start(async (epoch, signal) => {
    events.push(`gained ${epoch}`);
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
    // Work does not end the moment it is told to.
    await new Promise(setImmediate);
    events.push(`lost ${epoch}`);
  });
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await (stopped ??= lease.stop());
  };
  cleanUp(stop);
  return { lease, events, stop };
}

async function expire(name: string): Promise<void> {
  await sql`update kernel.lease set expires_at = now() where name = ${name}`.execute(db);
}

test("of many replicas one holds the lease, and it stays so while he renews it", async () => {
  const replicas = ["a", "b", "c", "d"].map((owner) => replica(owner, { name: "one", ttlMs: 1200 }));
  await until("a holder", () => replicas.some(({ lease }) => lease.held() !== undefined));
  const holder = replicas.find(({ lease }) => lease.held() !== undefined);
  const expiries = new Set<number>();
  await until("six renewals", async () => {
    assert.ok(replicas.filter(({ lease }) => lease.held() !== undefined).length <= 1);
    const { rows } = await sql<{ expires_at: Date }>`select expires_at from kernel.lease where name = 'one'`.execute(
      db,
    );
    for (const row of rows) expiries.add(row.expires_at.getTime());
    return expiries.size > 6;
  });
  assert.deepEqual(holder?.events, ["gained 1"]);
  assert.equal(replicas.flatMap(({ events }) => events).length, 1);
});

test("a holder that stops gives the lease to another at once, under the next epoch, after its work has ended", async () => {
  const first = replica("a", { name: "handover", ttlMs: 60_000 });
  await until("the first", () => first.lease.held()?.epoch === 1);
  const second = replica("b", { name: "handover", ttlMs: 1200 });
  await first.stop();
  assert.deepEqual(first.events, ["gained 1", "lost 1"]);
  assert.equal(first.lease.held(), undefined);
  await until("the second", () => second.lease.held()?.epoch === 2);
});

test("a holder that was paused knows by his own clock that the lease is gone, a second before anybody can have it", async () => {
  // His timers stand still; his monotonic clock jumps as it does for a process that was stopped and goes on.
  const standing = manualClock(new Date());
  let jumpMs = 0;
  const clock = { ...standing, monotonicMs: () => standing.monotonicMs() + jumpMs };
  const paused = replica("paused", { name: "paused", clock, ttlMs: 1600 });
  await until("the first", () => paused.lease.held()?.epoch === 1);
  jumpMs = 599;
  assert.equal(paused.lease.held()?.epoch, 1);
  jumpMs = 600;
  assert.equal(paused.lease.held(), undefined);
  const next = replica("next", { name: "paused", ttlMs: 1600 });
  await until("the next", () => next.lease.held()?.epoch === 2);
  await standing.advance(400);
  await until("the end of his work", () => paused.events.at(-1) === "lost 1");
  assert.equal(next.lease.held()?.epoch, 2);
});

test("a lease that ran out and is gained again by the same owner has a new epoch, and the old work ends first", async () => {
  const only = replica("a", { name: "again", ttlMs: 1600 });
  await until("the first epoch", () => only.lease.held()?.epoch === 1);
  await expire("again");
  await until("the second epoch", () => only.lease.held()?.epoch === 2);
  await until("the second work", () => only.events.length === 3);
  assert.deepEqual(only.events, ["gained 1", "lost 1", "gained 2"]);
});

test("a database that cannot be asked costs the lease when its time is over, not before, and it comes back", async () => {
  let down = false;
  const flaky = new Proxy(db, {
    get: (target, property) => {
      if (down && property === "getExecutor") throw new Error("database down");
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  const only = replica("a", { name: "flaky", db: flaky, ttlMs: 1600 });
  await until("the lease", () => only.lease.held() !== undefined);
  down = true;
  await until("its loss", () => only.events.includes("lost 1"));
  down = false;
  await until("its return", () => only.lease.held() !== undefined);
  assert.equal(only.events.at(-1)?.startsWith("gained"), true);
});

test("work that fails does not cost the lease, and its holder can still stop", async () => {
  const lease = createLease({ db, clock: systemClock, log: silentLogger(), name: "fails", owner: "a", ttlMs: 1600 });
  let ran = 0;
  lease.start(async () => {
    ran += 1;
    throw new Error("bug");
  });
  await until("the work", () => ran === 1);
  assert.equal(lease.held()?.epoch, 1);
  await lease.stop();
  const { rows } = await sql`select expires_at <= now() as over from kernel.lease where name = 'fails'`.execute(db);
  assert.deepEqual(rows, [{ over: true }]);
});

test("work that ends by itself is begun anew under the next epoch, instead of nobody doing it", async () => {
  const epochs: number[] = [];
  const lease = createLease({ db, clock: systemClock, log: silentLogger(), owner: "a", name: "ends", ttlMs: 400 });
  lease.start(async (epoch, signal) => {
    epochs.push(epoch);
    if (epochs.length < 3) throw new Error("the database was away");
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => {
        resolve();
      });
    });
  });
  cleanUp(lease.stop);
  await until("the third try", () => epochs.length === 3);
  assert.deepEqual(epochs, [1, 2, 3]);
});

test("a holder that was killed on this machine is followed at once, one that only hangs when his time is over", async () => {
  const child = spawn("sleep", ["1000"]);
  cleanUp(() => child.kill("SIGKILL"));
  await once(child, "spawn");
  const holder = nameProcess(systemIds, child.pid);
  const minute = 60_000;
  await sql`
    insert into kernel.lease (name, owner, epoch, expires_at)
    values ('inherited', ${holder}, 7, now() + interval '1 hour')`.execute(db);
  const heir = replica(nameProcess(systemIds), { name: "inherited", ttlMs: minute });
  await heir.stop();
  assert.deepEqual(heir.events, []);
  child.kill("SIGKILL");
  await once(child, "exit");
  const second = replica(nameProcess(systemIds), { name: "inherited", ttlMs: minute });
  await until("the heir", () => second.lease.held()?.epoch === 8);
});

test("whether a process has ended is only said of those that can be seen from here", () => {
  const mine = nameProcess(systemIds);
  assert.notEqual(mine, nameProcess(systemIds));
  assert.equal(hasEnded(mine), false);
  const [id = "", machine = "", pid = "", stamp = ""] = mine.split(" ");
  // Another process has got the number.
  assert.equal(hasEnded([id, machine, pid, `${stamp}1`].join(" ")), true);
  assert.equal(hasEnded([id, `${machine}x`, "4194999", stamp].join(" ")), false);
  assert.equal(hasEnded([id, machine, "4194999", stamp].join(" ")), true);
  assert.equal(hasEnded(systemIds.next()), false);
});
