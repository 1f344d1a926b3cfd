import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { sql } from "kysely";

import { createAccounts } from "#kernel/accounts/index.ts";
import { inTransaction, openDatabase } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { emptyDatabase } from "#test/support/database.ts";

const url = await emptyDatabase({ template: true });
const { db, close } = openDatabase({ url, log: silentLogger() });
cleanUp(close);
const dataDir = await mkdtemp(join(tmpdir(), "telecast-cli-"));
cleanUp(async () => {
  await rm(dataDir, { recursive: true, force: true });
});
const accounts = createAccounts({
  cipher: createCipher(Buffer.alloc(32)),
  clock: systemClock,
  ids: systemIds,
  adminChatIds: [],
  monitoringChatIds: [],
  environmentKey: undefined,
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function telecast(...args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env["PATH"], DATABASE_URL: url, DATA_DIR: dataDir };
  return await new Promise((resolve) => {
    execFile(process.execPath, ["src/cli.ts", ...args], { env }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

test("a key that was made opens the API until it is revoked", async () => {
  const made = await telecast("api-key", "create", "ci", "--scope", "notify:write", "--ip", "127.0.0.1");
  const key = /^tc_\w+_\w+$/m.exec(made.out)?.[0] ?? "";
  const found = await accounts.apiKeys.verify(db, key, "127.0.0.1");
  assert.deepEqual(found?.scopes, ["notify:write"]);
  assert.equal(await accounts.apiKeys.verify(db, key, "10.0.0.1"), undefined);
  const listed = await telecast("api-key", "list");
  assert.match(listed.out, /ci {2}\(notify:write\)/);
  assert.ok(!listed.out.includes(key));
  assert.match((await telecast("api-key", "revoke", found?.prefix ?? "")).out, /is revoked/);
  assert.equal(await accounts.apiKeys.verify(db, key, "127.0.0.1"), undefined);
});

test("credits are given with a reason and a line in the audit log", async () => {
  await inTransaction(db, async (tx) => {
    await accounts.noteUser(tx, { id: 4242, firstName: "Ann", username: "ann" });
  });
  assert.match((await telecast("credit", "@Ann", "+2.5", "a", "gift")).out, /Ann now has 2.5 credits/);
  const refused = await telecast("credit", "4242", "-3", "too much");
  assert.deepEqual([refused.code, refused.err.trim()], [1, "not possible: Ann has too few credits"]);
  const unknown = await telecast("credit", "@nobody", "+1", "x");
  assert.deepEqual([unknown.code, /do not know @nobody/.test(unknown.err)], [1, true]);
  const { rows } = await sql<{
    actor: string;
  }>`select actor from account.audit where action = 'ledger.credits_granted'`.execute(db);
  assert.deepEqual(rows, [{ actor: "cli" }]);
});

test("settings are shown, changed, and refused with the reason", async () => {
  assert.match((await telecast("settings")).out, /studio\.billing/);
  assert.match((await telecast("settings", "studio.billing", "mode", "free")).out, /is changed/);
  assert.match((await telecast("settings", "studio.billing", "mode")).out, /free/);
  const refused = await telecast("settings", "studio.billing", "freePerDay", "0");
  assert.equal(refused.code, 1);
  assert.match(refused.err, /freePerDay/);
});

test("an update that was set aside is found by its reference, and opened only by who asks for it", async () => {
  assert.match((await telecast("failures")).out, /Nothing was set aside/);
  const key = Buffer.from(await readFile(join(dataDir, "encryption-key"), "utf8"), "base64");
  const cipher = createCipher(key);
  const update = { update_id: 7, message: { text: "a secret wish" } };
  await sql`
    insert into telegram.update (bot_id, update_id, chat_id, kind, state, body, error, reference, finished_at)
    values (1, 7, 42, 'message', 'failed', ${cipher.encrypt(JSON.stringify(update), "telegram.update:1:7")}, 'Error', 'ABC', now())`.execute(
    db,
  );
  const listed = await telecast("failures");
  assert.match(listed.out, /ABC {2}message in 42: Error/);
  assert.doesNotMatch(listed.out, /secret wish/);
  assert.deepEqual(JSON.parse((await telecast("failures", "ABC")).out), update);
});

test("what cannot be understood is answered with the usage", async () => {
  for (const args of [
    ["nonsense"],
    ["api-key"],
    ["api-key", "create", "x"],
    ["credit", "@a", "many", "x"],
    ["settings", "no.such"],
  ]) {
    const { code, err } = await telecast(...args);
    assert.equal(code, 64, args.join(" "));
    assert.match(err, /Usage: telecast/);
  }
  assert.equal((await telecast()).code, 0);
});
