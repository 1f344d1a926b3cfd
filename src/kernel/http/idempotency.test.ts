import assert from "node:assert/strict";
import { test } from "node:test";

import type { FastifyRequest } from "fastify";
import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { testDatabase } from "#test/support/database.ts";

import { idempotently } from "./idempotency.ts";
import { pruneIdempotencyKeys } from "./prune-idempotency.ts";

const { db } = await testDatabase();
await sql`create table public.created (id int generated always as identity, note text)`.execute(db);

function request(key: string | undefined, body: unknown, url = "/things"): FastifyRequest {
  return {
    method: "POST",
    url,
    body,
    apiKey: { id: 1 },
    headers: { "idempotency-key": key },
  } as unknown as FastifyRequest;
}

async function create(key: string | undefined, body: unknown, url?: string) {
  return await idempotently(db, request(key, body, url), async (tx) => {
    const { rows } = await sql<{ id: number }>`
      insert into public.created (note) values (${JSON.stringify(body)}) returning id`.execute(tx);
    return { status: 201, body: rows[0] };
  });
}

async function count(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from public.created`.execute(db);
  return rows[0]?.count ?? -1;
}

test("a repeat with the same key gets the first answer and creates nothing", async () => {
  const before = await count();
  const first = await create("a", { x: 1 });
  const second = await create("a", { x: 1 });
  assert.deepEqual(second, { ...first, replayed: true });
  assert.equal(await count(), before + 1);
});

test("twenty concurrent requests with one key create one thing and all get its answer", async () => {
  const before = await count();
  const answers = await Promise.all(Array.from({ length: 20 }, async () => await create("b", { x: 1 })));
  assert.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
  assert.equal(answers.filter(({ replayed }) => !replayed).length, 1);
  assert.equal(await count(), before + 1);
});

test("the same key with another body or another path is refused and names the reason", async () => {
  await create("c", { x: 1 });
  await assert.rejects(create("c", { x: 2 }), { code: "http.idempotency_key_reused" });
  await assert.rejects(create("c", { x: 1 }, "/others"), { code: "http.idempotency_key_reused" });
});

test("a key whose request failed may be used again", async () => {
  const failing = idempotently(db, request("d", {}), async () => {
    throw new Error("refused");
  });
  await assert.rejects(failing, /refused/);
  assert.equal((await create("d", {})).replayed, false);
});

test("without a key every request creates", async () => {
  const before = await count();
  await create(undefined, {});
  await create(undefined, {});
  assert.equal(await count(), before + 2);
});

test("a key that is not printable is refused", async () => {
  await assert.rejects(create("tab\there", {}), { code: "http.invalid_idempotency_key" });
  await assert.rejects(create("x".repeat(256), {}), { code: "http.invalid_idempotency_key" });
});

test("a key belongs to its API key", async () => {
  await inTransaction(db, async (tx) => {
    await sql`insert into http.idempotency (owner, key, request_hash, status, body) values ('2', 'e', 'x', 201, '{}')`.execute(
      tx,
    );
  });
  assert.equal((await create("e", {})).replayed, false);
});

test("the same key of another web user is another key", async () => {
  const by = (subject: string): FastifyRequest =>
    Object.assign(request("shared", { x: 9 }), { apiKey: undefined, webUser: { subject, isAdmin: false } });
  const work = async () => await Promise.resolve({ status: 201, body: {} });
  assert.equal((await idempotently(db, by("uma"), work)).replayed, false);
  assert.equal((await idempotently(db, by("olaf"), work)).replayed, false);
  assert.equal((await idempotently(db, by("uma"), work)).replayed, true);
});

test("a key is remembered for as long as the setting says, by the clock", async () => {
  const clock = manualClock(new Date());
  const settings = { read: async () => await Promise.resolve({ keptHours: 72 }) } as never;
  const { job } = pruneIdempotencyKeys({ db, clock, settings });
  const first = await create("kept", { x: 3 });
  await clock.advance(71 * 3_600_000);
  await job.run({}, {} as never);
  assert.deepEqual((await create("kept", { x: 3 })).body, first.body);
  await clock.advance(2 * 3_600_000);
  await job.run({}, {} as never);
  assert.notDeepEqual((await create("kept", { x: 3 })).body, first.body);
});
