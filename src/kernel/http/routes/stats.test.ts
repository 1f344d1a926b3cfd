import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { runApp } from "#test/support/app.ts";
import { openPerson } from "#test/support/person.ts";

import { createAccounts } from "../../accounts/index.ts";
import { inTransaction } from "../../db/index.ts";
import { createCipher } from "../../lib/cipher.ts";
import { systemClock } from "../../lib/clock.ts";
import { systemIds } from "../../lib/ids.ts";

const { app, sandbox, database, api } = await runApp();
const { db } = database;

interface Stats {
  readonly hours: number;
  readonly deliveries: Readonly<Record<string, unknown>>;
  readonly users: { readonly total: number; readonly active: number };
  readonly commands: readonly { readonly command: string; readonly count: number }[];
  readonly updates: Readonly<Record<string, unknown>>;
}

async function stats(hours: number): Promise<Stats> {
  return (await (await api(`/api/stats?hours=${hours}`)).json()) as Stats;
}

test("the statistics count what was asked, what was answered and how quickly", async () => {
  const empty = await stats(1);
  assert.deepEqual([empty.deliveries["delivery_rate"], empty.updates["error_rate"], empty.commands], [null, null, []]);
  const person = await openPerson(sandbox.url, 700_000_003);
  await person.start();
  await person.sees("Buy credits");
  await person.say("/help");
  await person.sees("/privacy");
  await sql`
    insert into telegram.update (bot_id, update_id, chat_id, kind, state, error, body, finished_at, received_at)
    values (1, 1, 4242, 'message', 'failed', 'x', 'x', now(), now()), (1, 2, 4242, 'message', 'failed', 'x', 'x',
      now() - interval '3 hours', now() - interval '3 hours')`.execute(db);
  await sql`
    insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat, attempts, created_at, held)
    select 900000 + n, 5, n, 1, state, false, false, false, 1, now(), false
    from unnest(array['failed', 'unknown', 'expired', 'suppressed', 'suppressed']) with ordinality as given (state, n)`.execute(
    db,
  );
  const { deliveries, users, commands, updates } = await stats(2);
  const sent = deliveries["sent"] as number;
  assert.ok(sent >= 2);
  assert.deepEqual(
    [deliveries["failed"], deliveries["unknown"], deliveries["expired"], deliveries["suppressed"]],
    [1, 1, 1, 2],
  );
  assert.equal(deliveries["delivery_rate"], sent / (sent + 3));
  assert.deepEqual(new Set(commands.map(({ command }) => command)), new Set(["start", "help"]));
  assert.deepEqual([users.active, updates["failed"]], [2, 1]);
  assert.equal(updates["error_rate"], 1 / ((updates["handled"] as number) + 1));
  for (const span of [deliveries["reply_seconds"], updates["handling_seconds"]] as Record<string, number>[]) {
    assert.ok((span["p50"] ?? -1) >= 0 && (span["p99"] ?? -1) >= (span["p50"] ?? 0), JSON.stringify(span));
  }
  assert.equal((await stats(24)).updates["failed"], 2);
});

test("only a key with the scope reads them, and a span that makes no sense is refused", async () => {
  const base = { clock: systemClock, ids: systemIds, cipher: createCipher(Buffer.alloc(32)) };
  const accounts = createAccounts({
    ...base,
    adminChatIds: [],
    monitoringChatIds: [],
    environmentKey: undefined,
  });
  const keyWith = async (scope: string): Promise<string> =>
    (await inTransaction(db, async (tx) => await accounts.apiKeys.create(tx, { name: scope, scopes: [scope] }))).key;
  const statusWith = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await fetch(`${app.url}/api/stats`, { headers })).status;
  assert.equal(await statusWith({}), 401);
  assert.equal(await statusWith({ authorization: `Bearer ${await keyWith("notify:write")}` }), 403);
  assert.equal(await statusWith({ authorization: `Bearer ${await keyWith("stats:read")}` }), 200);
  for (const query of ["hours=0", "hours=121", "hours=x", "days=1"]) {
    assert.equal((await api(`/api/stats?${query}`)).status, 400, query);
  }
});
