import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import { pause, systemClock } from "../lib/clock.ts";
import type { Message } from "./delivery.ts";
import { type ReceivedCall, startBotApiServer } from "./testing/bot-api-server.ts";
import { makeRig, text, unlimited } from "./testing/rig.ts";
import type { KillPoint, SenderProcessOptions } from "./testing/sender-process.ts";

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);
// Writes, never sends: the senders are processes of their own.
const writer = await makeRig({ database, server });
cleanUp(writer.stop);

const leaseTtlMs = 2000;
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
  server.answer = undefined;
});

async function startSender(options: Partial<SenderProcessOptions> = {}): Promise<ChildProcess> {
  const all: SenderProcessOptions = {
    url: database.url,
    root: server.root,
    environment: unlimited,
    leaseTtlMs,
    ...options,
  };
  const child = fork(new URL("testing/sender-process.ts", import.meta.url), [JSON.stringify(all)]);
  running.add(child);
  child.once("exit", () => running.delete(child));
  await once(child, "message");
  return child;
}

async function exit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

let chats = 0;
const newChat = (): number => (chats += 1);
const acceptedBy = (chatId: number): readonly ReceivedCall[] =>
  server.accepted.filter((call) => call.chatId === chatId);

/** One delivery per chat; the chat tells them apart on the other side. */
async function enqueue(
  count: number,
  message: Partial<Message> & { readonly topic: string },
): Promise<readonly number[]> {
  const made: number[] = [];
  await inTransaction(database.db, async (tx) => {
    for (let index = 0; index < count; index += 1) {
      const chatId = newChat();
      made.push(chatId);
      await writer.engine.enqueue(tx, { chatId, content: text("x"), ...message });
    }
  });
  return made;
}

async function states(chatIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql<{ chat_id: number; state: string }>`
    select chat_id, state from delivery.record where chat_id = any(${chatIds})`.execute(database.db);
  return new Map(rows.map(({ chat_id: chatId, state }) => [chatId, state]));
}

async function allEnd(chatIds: readonly number[], timeoutMs = 30_000): Promise<ReadonlyMap<number, string>> {
  return await until(
    "all have ended",
    async () => {
      const found = await states(chatIds);
      return found.size === chatIds.length &&
        [...found.values()].every((state) => state === "sent" || state === "unknown")
        ? found
        : undefined;
    },
    timeoutMs,
  );
}

/** How many calls a bucket of so many a second would have refused, as Telegram keeps one (and the sandbox). */
function refusals(calls: readonly ReceivedCall[], perSecond: number): number {
  let tokens = perSecond;
  let last = calls[0]?.atMs ?? 0;
  let refused = 0;
  for (const { atMs } of calls) {
    tokens = Math.min(tokens + ((atMs - last) / 1000) * perSecond, perSecond);
    last = atMs;
    if (tokens < 1) refused += 1;
    else tokens -= 1;
  }
  return refused;
}

for (const [point, sentTimes] of [
  ["claimed", { repeating: 1, other: 0 }],
  ["answered", { repeating: 2, other: 1 }],
  ["recording", { repeating: 2, other: 1 }],
] as const satisfies readonly (readonly [KillPoint, unknown])[]) {
  test(`killed when it had ${point}: nothing is lost, each lane's rule decides about what may have arrived`, async () => {
    const settle = { handler: "test.recording", reference: "x" };
    const [repeating] = await enqueue(1, { topic: "reply", settle });
    const [other] = await enqueue(1, { topic: "test.bulk", settle });
    assert.ok(repeating !== undefined && other !== undefined);
    // Both are on the wire when it dies.
    const { promise: both, resolve } = Promise.withResolvers<undefined>();
    server.answer = async () => {
      if (server.received.filter(({ chatId }) => chatId === repeating || chatId === other).length >= 2)
        resolve(undefined);
      return point === "claimed" ? undefined : await both;
    };
    await exit(await startSender({ kill: { point, afterCalls: point === "claimed" ? 0 : 1 } }));
    server.answer = undefined;
    const next = await startSender();
    const ended = await allEnd([repeating, other]);
    assert.equal(ended.get(repeating), "sent");
    assert.equal(ended.get(other), "unknown");
    assert.equal(acceptedBy(repeating).length, sentTimes.repeating);
    assert.equal(acceptedBy(other).length, sentTimes.other);
    const { deliveries } = await writer.engine.list(database.db, { chatId: repeating, limit: 1 });
    assert.ok(deliveries[0]?.timeline.some(({ detail }) => /stopped before the answer was written down/.test(detail)));
    next.kill("SIGTERM");
    await exit(next);
  });
}

test("killed again and again while hundreds go out: nothing lost, repeats at most what was on the wire, none where none are allowed", async () => {
  const seed = 20_261_121;
  let dice = seed;
  const random = (): number => {
    dice = (dice * 1_103_515_245 + 12_345) % 2_147_483_648;
    return dice / 2_147_483_648;
  };
  const environment = { ...unlimited, DELIVERY_GLOBAL_PER_SECOND: 300, DELIVERY_CONCURRENCY: 16 };
  server.answer = async () => {
    await pause(systemClock, 5 + random() * 20);
    return undefined;
  };
  const replies = await enqueue(300, { topic: "reply" });
  const bulk = await enqueue(300, { topic: "test.bulk" });
  let onWire = 0;
  for (let kill = 0; kill < 4; kill += 1) {
    const before = server.received.length;
    const child = await startSender({ environment });
    await until("it sends", () => server.received.length > before + 5, 15_000);
    await pause(systemClock, random() * 150);
    child.kill("SIGKILL");
    await exit(child);
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from delivery.outbox where id in (select unnest(delivery_ids) from delivery.flight)`.execute(
      database.db,
    );
    onWire += rows[0]?.n ?? 0;
  }
  const last = await startSender({ environment });
  const ended = await allEnd([...replies, ...bulk], 60_000);
  last.kill("SIGTERM");
  await exit(last);
  const times = (chatId: number): number => acceptedBy(chatId).length;
  assert.ok(
    replies.every((chatId) => ended.get(chatId) === "sent" && times(chatId) >= 1),
    `seed ${seed}`,
  );
  const repeats = replies.reduce((sum, chatId) => sum + times(chatId) - 1, 0);
  assert.ok(repeats <= onWire, `${repeats} repeats, ${onWire} on the wire`);
  assert.ok(
    bulk.every((chatId) => times(chatId) <= 1),
    `seed ${seed}`,
  );
  assert.ok(
    bulk.every((chatId) => ended.get(chatId) === "unknown" || times(chatId) === 1),
    `seed ${seed}`,
  );
  const unknown = bulk.filter((chatId) => ended.get(chatId) === "unknown").length;
  assert.ok(unknown <= onWire, `${unknown} unknown, ${onWire} on the wire`);
});

test("when the sender dies another replica goes on, and both together stay within the limit", async () => {
  const environment = { ...unlimited, DELIVERY_GLOBAL_PER_SECOND: 30 };
  const before = server.received.length;
  const chatIds = await enqueue(150, { topic: "test.bulk" });
  const first = await startSender({ environment });
  await until("it sends", () => server.received.length > before + 20);
  const second = await startSender({ environment });
  const died = performance.now();
  first.kill("SIGKILL");
  await exit(first);
  const sent = server.received.length;
  await until("the other goes on", () => server.received.length > sent + 3, 10_000);
  assert.ok(performance.now() - died < leaseTtlMs + 2000);
  const ended = await allEnd(chatIds);
  assert.ok(chatIds.every((chatId) => acceptedBy(chatId).length <= 1));
  assert.ok([...ended.values()].filter((state) => state === "unknown").length <= 5);
  assert.equal(refusals(server.received.slice(before), 30), 0);
  second.kill("SIGTERM");
  await exit(second);
});

test("a sender that was stopped for longer than its lease and wakes up sends nothing twice", async () => {
  const environment = { ...unlimited, DELIVERY_GLOBAL_PER_SECOND: 100 };
  const before = server.received.length;
  const chatIds = await enqueue(400, { topic: "test.bulk" });
  const stopped = await startSender({ environment });
  await until("it sends", () => server.received.length > before + 30);
  stopped.kill("SIGSTOP");
  const next = await startSender({ environment });
  const sent = server.received.length;
  await until("the other goes on", () => server.received.length > sent + 50, 15_000);
  stopped.kill("SIGCONT");
  const ended = await allEnd(chatIds);
  assert.ok(chatIds.every((chatId) => acceptedBy(chatId).length <= 1));
  assert.ok([...ended.values()].filter((state) => state === "unknown").length <= 64);
  for (const child of [stopped, next]) child.kill("SIGTERM");
  await Promise.all([exit(stopped), exit(next)]);
});

test("a graceful stop lets everything on the wire come back, and the next sender goes on at once", async () => {
  const environment = { ...unlimited, DELIVERY_GLOBAL_PER_SECOND: 200 };
  server.answer = async () => {
    await pause(systemClock, 300);
    return undefined;
  };
  const before = server.received.length;
  const chatIds = await enqueue(600, { topic: "test.bulk" });
  const options = { environment, leaseTtlMs: 20_000 };
  const first = await startSender(options);
  await until("it sends", () => server.received.length > before + 20);
  const second = await startSender(options);
  first.kill("SIGTERM");
  await exit(first);
  const sent = server.received.length;
  // Sooner than the lease would have run out.
  await until("the other goes on", () => server.received.length > sent, 15_000);
  const ended = await allEnd(chatIds);
  assert.ok([...ended.values()].every((state) => state === "sent"));
  assert.ok(chatIds.every((chatId) => acceptedBy(chatId).length === 1));
  second.kill("SIGTERM");
  await exit(second);
});
