import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { testDatabase } from "#test/support/database.ts";

import { prefixOf } from "./api-key-format.ts";
import { createAccounts, type NewApiKey } from "./index.ts";

const { db } = await testDatabase();
const clock = manualClock(new Date());
const environmentKey = "an-environment-key-of-some-length";
const { apiKeys } = createAccounts({
  cipher: createCipher(Buffer.alloc(32)),
  clock,
  ids: systemIds,
  adminChatIds: [],
  monitoringChatIds: [],
  environmentKey: new Secret(environmentKey),
});

async function create(key: Partial<NewApiKey> = {}): ReturnType<typeof apiKeys.create> {
  return await inTransaction(
    db,
    async (tx) => await apiKeys.create(tx, { name: "ci", scopes: ["notify:write"], ...key }),
  );
}

test("a key opens with its scopes; the database knows only its hash", async () => {
  const { key, apiKey } = await create({ scopes: ["notify:write", "signals:*"] });
  assert.match(key, /^tc_[0-9a-f]{10}_[0-9a-f]{48}$/);
  assert.ok(key.startsWith(`${apiKey.prefix}_`));
  const verified = await apiKeys.verify(db, key, "203.0.113.1");
  assert.deepEqual(verified?.scopes, ["notify:write", "signals:*"]);
  const { rows } = await sql<{ text: string }>`select row_to_json(api_key)::text as text from account.api_key`.execute(
    db,
  );
  assert.ok(rows.every(({ text }) => !text.includes(key.slice(14))));
});

test("a mistyped key is refused by its checksum, a forged one by its hash", async () => {
  const { key } = await create();
  const flip = (at: number): string => `${key.slice(0, at)}${key[at] === "0" ? "1" : "0"}${key.slice(at + 1)}`;
  assert.equal(prefixOf(flip(20)), undefined);
  for (const wrong of [flip(5), flip(20), flip(60), key.slice(1), `${key}0`, key.toUpperCase(), "", "tc_"]) {
    assert.equal(await apiKeys.verify(db, wrong, "127.0.0.1"), undefined);
  }
  const { key: other, apiKey } = await create();
  await sql`update account.api_key set prefix = 'tc_0000000000' where prefix = ${apiKey.prefix}`.execute(db);
  await sql`update account.api_key set prefix = ${apiKey.prefix} where prefix = ${key.slice(0, 13)}`.execute(db);
  assert.equal(await apiKeys.verify(db, other, "127.0.0.1"), undefined, "the prefix of one, the secret of another");
});

test("a revoked key is dead at once, and is revoked only once", async () => {
  const { key, apiKey } = await create();
  const revoke = async (): Promise<boolean> =>
    await inTransaction(db, async (tx) => await apiKeys.revoke(tx, apiKey.prefix));
  assert.equal(await revoke(), true);
  assert.equal(await apiKeys.verify(db, key, "127.0.0.1"), undefined);
  assert.equal(await revoke(), false);
  const listed = (await apiKeys.list(db)).find(({ prefix }) => prefix === apiKey.prefix);
  assert.ok(listed?.revokedAt instanceof Date);
});

test("a key ends with its expiry", async () => {
  const { key } = await create({ expiresAt: new Date(clock.now().getTime() + 60_000) });
  assert.ok(await apiKeys.verify(db, key, "127.0.0.1"));
  await clock.advance(60_000);
  assert.equal(await apiKeys.verify(db, key, "127.0.0.1"), undefined);
});

test("an allow-list holds for both families, and for IPv4 that came over IPv6", async () => {
  const { key } = await create({ allowedIps: ["203.0.113.7", "198.51.100.0/24", "2001:db8::/32"] });
  for (const ip of ["203.0.113.7", "::ffff:203.0.113.7", "198.51.100.255", "2001:db8:1::1"]) {
    assert.ok(await apiKeys.verify(db, key, ip), ip);
  }
  for (const ip of ["203.0.113.8", "::ffff:203.0.113.8", "198.51.101.0", "2001:db9::1", "::1", "", "nonsense"]) {
    assert.equal(await apiKeys.verify(db, key, ip), undefined, ip);
  }
});

test("a key that says nothing useful is not made", async () => {
  const refusals: readonly [Partial<NewApiKey>, string][] = [
    [{ name: " " }, "accounts.invalid_api_key_name"],
    [{ scopes: [] }, "accounts.invalid_scope"],
    [{ scopes: ["notify:write", "everything"] }, "accounts.invalid_scope"],
    [{ allowedIps: ["10.0.0.0/33"] }, "accounts.invalid_ip_range"],
    [{ allowedIps: ["localhost"] }, "accounts.invalid_ip_range"],
    [{ allowedIps: ["10.0.0.0/8/8"] }, "accounts.invalid_ip_range"],
  ];
  for (const [key, code] of refusals) await assert.rejects(create(key), { code });
});

test("the environment's key has all scopes and is not stored", async () => {
  const verified = await apiKeys.verify(db, environmentKey, "192.0.2.1");
  assert.equal(verified?.name, "environment");
  assert.deepEqual(verified?.scopes, ["*"]);
  assert.equal(await apiKeys.verify(db, `${environmentKey}x`, "192.0.2.1"), undefined);
  assert.ok((await apiKeys.list(db)).every(({ name }) => name !== "environment"));
});

test("the last use is remembered to the minute, without a write for each use", async () => {
  const { key, apiKey } = await create();
  const lastUsed = async (): Promise<Date | undefined> =>
    (await apiKeys.list(db)).find(({ prefix }) => prefix === apiKey.prefix)?.lastUsedAt;
  assert.equal(await lastUsed(), undefined);
  await apiKeys.verify(db, key, "127.0.0.1");
  const first = await lastUsed();
  assert.deepEqual(first, clock.now());
  await clock.advance(59_000);
  await apiKeys.verify(db, key, "127.0.0.1");
  assert.deepEqual(await lastUsed(), first);
  await clock.advance(1000);
  await apiKeys.verify(db, key, "127.0.0.1");
  assert.deepEqual(await lastUsed(), clock.now());
});
