import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { sql } from "kysely";
import { z } from "zod";

import { createAccounts } from "#kernel/accounts/index.ts";
import { inTransaction, openDatabase } from "#kernel/db/index.ts";
import { createJobs, defineJob } from "#kernel/jobs/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { emptyDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";
import { until } from "#test/support/until.ts";

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

test("a promo code is made, listed and switched off", async () => {
  const made = await telecast("promo", "create", "spring", "2.5", "10", "--new", "--days", "7");
  assert.match(made.out, /^SPRING {2}2\.5 credits, used 0 of 10, new people only, until \d{4}-/);
  const again = await telecast("promo", "create", "SPRING", "1", "1");
  assert.deepEqual([again.code, again.err.trim()], [1, "there is a promo code SPRING already"]);
  assert.equal((await telecast("promo", "create", "spring", "1")).code, 64);
  assert.match((await telecast("promo", "off", "spring")).out, /SPRING is switched off/);
  assert.equal((await telecast("promo", "off", "spring")).code, 1);
  assert.match((await telecast("promo")).out, /SPRING .* switched off/);
});

test("a person is shut out and let in again, with a reason in the audit log", async () => {
  assert.match((await telecast("block", "@ann", "spam")).out, /Ann is shut out/);
  assert.equal((await accounts.userByTelegramId(db, 4242))?.blocked, true);
  assert.match((await telecast("unblock", "4242", "said sorry")).out, /Ann is let in/);
  assert.equal((await accounts.userByTelegramId(db, 4242))?.blocked, false);
  const { rows } = await sql`
    select action, after->>'reason' as reason from account.audit where action like 'account.%blocked' order by id`.execute(
    db,
  );
  assert.deepEqual(rows, [
    { action: "account.blocked", reason: "spam" },
    { action: "account.unblocked", reason: "said sorry" },
  ]);
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

test("an update that was set aside is handled again when an operator says so", async () => {
  assert.match((await telecast("failures", "retry", "abc")).out, /ABC is handled again/);
  const { rows } = await sql`select state, error, reference, finished_at from telegram.update`.execute(db);
  assert.deepEqual(rows, [{ state: "waiting", error: null, reference: null, finished_at: null }]);
  assert.equal((await telecast("failures", "retry", "abc")).code, 64);
  const audited = await sql`select subject from account.audit where action = 'update.retried'`.execute(db);
  assert.deepEqual(audited.rows, [{ subject: "update:ABC" }]);
});

test("a background job that failed for good is shown, and done again when an operator says so", async () => {
  const job = defineJob({ name: "test.fragile", payload: z.object({ wish: z.string() }), maxAttempts: 1, run: refuse });
  const deps = { url, db, clock: systemClock, ids: systemIds, log: silentLogger() };
  const queue = createJobs({ ...deps, metrics: createMetrics({ process: false }) });
  queue.register({ jobs: [job] });
  await queue.start();
  cleanUp(queue.stop);
  await inTransaction(db, async (tx) => {
    await queue.enqueue(tx, job, { wish: "x" });
  });
  const dead = await until("the job to be dead", async () => (await queue.deadLetters(db, 1))[0]);
  assert.match((await telecast("failures")).out, new RegExp(`${dead.id}  test.fragile after 1 tries: not today`));
  assert.match((await telecast("failures", dead.id)).out, /"wish": "x"/);
  assert.match((await telecast("failures", "retry", dead.id)).out, /waits to be done again/);
  await until("the second try", async () => tried === 2);
});

let tried = 0;
async function refuse(): Promise<void> {
  tried += 1;
  await Promise.reject(new Error("not today"));
}

test("a delivery is shown with its timeline, and sent again when it has failed", async () => {
  assert.match((await telecast("deliveries")).out, /has arrived, expired or was not wanted/);
  await sql`insert into delivery.content (id, topic, body, opt_out, quiet_mode, silent, shared)
    values (70, 'reply', '{"kind":"text","html":"hello"}', false, 'deliver', false, false)`.execute(db);
  await sql`
    insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat, attempts,
      created_at, held, claimed_at, error)
    values (71, 1, 4242, 70, 'failed', false, false, false, 1, now(), false, now(), 'Bad Request: a reason'),
      (72, 1, 4242, 70, 'sent', false, false, false, 1, now(), false, now(), null)`.execute(db);
  const { out } = await telecast("deliveries");
  assert.match(out, /71 {2}reply to 4242 failed: Bad Request: a reason/);
  assert.doesNotMatch(out, / 72 /);
  assert.match((await telecast("deliveries", "71")).out, /71 {2}reply[^]*\n {2}\S+Z {2}\w/);
  assert.match((await telecast("deliveries", "retry", "71")).out, /71 is sent again/);
  const refused = await telecast("deliveries", "retry", "72");
  assert.deepEqual([refused.code, /only those that failed/.test(refused.err)], [1, true]);
  const { rows } = await sql<{ id: number }>`select id from delivery.outbox where id in (71, 72)`.execute(db);
  assert.deepEqual(rows, [{ id: 71 }]);
});

test("a payment in suspense is given to a person, who is told; refund requests are listed", async () => {
  assert.match((await telecast("payments")).out, /No payment waits/);
  const rig = ledgerRig(db);
  const payer = await rig.newUser();
  const stranger = { telegramId: payer.telegramId, orderId: "no-order-of-ours", currency: "XTR", stars: 100 };
  await rig.write(
    async (tx) => await rig.ledger.stars.creditPayment(tx, { ...stranger, chargeId: "charge-of-nobody" }),
  );
  const { chargeId } = await rig.buy(payer);
  await rig.requestRefund(payer, chargeId);
  const { out } = await telecast("payments");
  assert.match(out, new RegExp(`charge-of-nobody  100 Stars in suspense, from ${payer.telegramId}`));
  assert.match(out, /wants 500 Stars back: "changed my mind"/);
  const assigned = await telecast("payments", "assign", "charge-of-nobody", String(payer.telegramId), "1");
  assert.match(assigned.out, /has 1 credits for it/);
  assert.equal((await rig.ledger.balance(db, payer.id)).available, 6000n);
  const again = await telecast("payments", "assign", "charge-of-nobody", String(payer.telegramId), "1");
  assert.deepEqual([again.code, /not kept in suspense/.test(again.err)], [1, true]);
  const { rows } = await sql<{ told: boolean }>`
    select body::text like '%charge-of-nobody%' as told from delivery.outbox
    join delivery.content on content.id = content_id where chat_id = ${payer.telegramId}`.execute(db);
  assert.deepEqual(rows, [{ told: true }]);
  await rig.assertSound();
});

test("what cannot be understood is answered with the usage", async () => {
  for (const args of [
    ["nonsense"],
    ["api-key", "create", "x"],
    ["credit", "@a", "many", "x"],
    ["deliveries", "many"],
    ["payments", "assign", "charge-of-nobody", "4242", "-1"],
  ]) {
    const { code, err } = await telecast(...args);
    assert.equal(code, 64, args.join(" "));
    assert.match(err, /Usage: telecast/);
  }
  assert.equal((await telecast()).code, 0);
});
