import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { test } from "node:test";

import { sql } from "kysely";

import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { createListener, inTransaction, type Listener, notify } from "./index.ts";

const { db, url } = await testDatabase();

function build(to = url): Listener {
  const heartbeat = { everyMs: 50, answerWithinMs: 200 };
  const listener = createListener({ url: to, log: silentLogger(), clock: systemClock, ids: systemIds, heartbeat });
  cleanUp(listener.close);
  return listener;
}

async function send(channel: string, payload: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await notify(tx, channel, payload);
  });
}

test("each listener of a channel hears what is committed there, and once after connecting", async () => {
  const heard: string[] = [];
  const listener = build();
  listener.on("one", (payload) => heard.push(`a:${payload}`));
  listener.on("one", (payload) => heard.push(`b:${payload}`));
  listener.on("Two words", (payload) => heard.push(`c:${payload}`));
  await listener.start();
  assert.deepEqual(heard.splice(0), ["a:", "b:", "c:"]);
  await assert.rejects(
    inTransaction(db, async (tx) => {
      await notify(tx, "one", "rolled back");
      throw new Error("no");
    }),
  );
  await send("one", "x");
  await send("Two words", "y");
  await send("other", "z");
  await until("all", () => heard.length >= 3);
  assert.deepEqual(heard, ["a:x", "b:x", "c:y"]);
});

test("it comes back when the server ends the connection, and says that it may have missed something", async () => {
  const heard: string[] = [];
  const listener = build();
  listener.on("back", (payload) => heard.push(payload));
  await listener.start();
  for (let times = 1; times <= 3; times += 1) {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like 'listen%"back"%' or application_name = 'telecast listener'
        and datname = current_database()`.execute(db);
    await until("the next connection", () => heard.length === times + 1);
  }
  assert.deepEqual(heard.splice(0), ["", "", "", ""]);
  await send("back", "again");
  await until("the notification", () => heard[0] === "again");
});

test("a connection that silently leads nowhere is given up for a new one", async () => {
  const proxy = await startProxy(url);
  const heard: string[] = [];
  const listener = build(proxy.url);
  listener.on("proxied", (payload) => heard.push(payload));
  await listener.start();
  assert.equal(heard.length, 1);
  proxy.swallow();
  await until("the second connection", () => heard.length === 2);
  await send("proxied", "heard");
  await until("the notification", () => heard[2] === "heard");
});

test("it waits for a database that is not there yet", async () => {
  const proxy = await startProxy(url);
  proxy.refuse(true);
  const listener = build(proxy.url);
  const started: boolean[] = [];
  const start = listener.start().then(() => started.push(true));
  await until("some attempts", () => proxy.refused() > 1);
  assert.deepEqual(started, []);
  proxy.refuse(false);
  await start;
});

test("listening begins before the start, not after", async () => {
  const listener = build();
  await listener.start();
  assert.throws(() => {
    listener.on("late", () => undefined);
  }, /late/);
});

test("a closed listener leaves no connection", async () => {
  const listener = build();
  listener.on("closing", () => undefined);
  await listener.start();
  const connections = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*) from pg_stat_activity
      where datname = current_database() and query like '%closing%' and pid <> pg_backend_pid()`.execute(db);
    return rows[0]?.count ?? 0;
  };
  assert.equal(await connections(), 1);
  await listener.close();
  await until("no connection", async () => (await connections()) === 0);
});

interface Proxy {
  readonly url: string;
  /** From now on the connections there are carry nothing, but stay open; new ones work. */
  readonly swallow: () => void;
  readonly refuse: (refusing: boolean) => void;
  readonly refused: () => number;
}

async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let refusing = false;
  let refused = 0;
  const server = createServer((near) => {
    near.on("error", () => undefined);
    if (refusing) {
      refused += 1;
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    far.on("error", () => undefined);
    near.pipe(far).pipe(near);
    pairs.add([near, far]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUp(() => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
    server.close();
  });
  const own = new URL(target);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own.href,
    swallow: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.resume();
        far.resume();
      }
    },
    refuse: (now) => {
      refusing = now;
    },
    refused: () => refused,
  };
}
