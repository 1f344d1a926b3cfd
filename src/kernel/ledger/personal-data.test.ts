import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

import { ledgerPersonalData, starsSettings } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, accounts } = rig;
const personalData = ledgerPersonalData(rig);

test("an export has the balance, the entries, the payments and the refunds", async () => {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  await rig.requestRefund(user, chargeId);
  const exported = (await personalData.export(db, user.id)) as Record<string, unknown>;
  assert.deepEqual(exported["balance"], { posted: 5000n, held: 0n, available: 5000n });
  assert.deepEqual(exported["history"], await ledger.history(db, user.id, 10));
  const at = rig.clock.now();
  assert.deepEqual(exported["payments"], [{ paid_at: at, stars: 500, credits: 5000, charge_id: chargeId }]);
  assert.deepEqual(exported["refunds"], [
    { created_at: at, charge_id: chargeId, reason: "changed my mind", state: "requested" },
  ]);
});

test("forgetting takes away what leads to the person, and keeps the books right", async () => {
  const user = await rig.newUser();
  await rig.buy(user);
  const { chargeId } = await rig.buy(user);
  const id = await rig.requestRefund(user, chargeId);
  await rig.approve(id);
  await write(async (tx) => {
    await personalData.forget(tx, user.id);
  });
  assert.deepEqual(await ledger.stars.payments(db, user.id), []);
  assert.equal((await ledger.balance(db, user.id)).posted, 5000n);

  // What was approved still comes through: the Stars are the person's.
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal(rig.bank.isRefunded(chargeId), true);
  const refund = await ledger.stars.findRefund(db, id);
  assert.deepEqual([refund?.state, refund?.telegramId, refund?.reason], ["refunded", 0, ""]);
  const { rows } = await sql<{ found: number }>`
    select (
      (select count(*) from ledger.star_order where telegram_id = ${user.telegramId})
      + (select count(*) from ledger.payment where telegram_id = ${user.telegramId})
      + (select count(*) from ledger.refund where user_id = ${user.id} and (telegram_id is not null or reason <> ''))
    )::int as found`.execute(db);
  assert.equal(rows[0]?.found, 0);
  await rig.assertSound();
});

test("who was welcomed with credits is not welcomed again after being forgotten, as often as he tries", async () => {
  rig.settings.current = starsSettings.schema.parse({ welcomeCredits: 2 });
  const person = { id: 990_001, firstName: "Again" };
  const begin = async (): Promise<{ readonly userId: number; readonly given: bigint }> =>
    await write(async (tx) => {
      const { id: userId } = await accounts.noteUser(tx, person);
      return { userId, given: await ledger.welcome(tx, userId) };
    });
  const given: bigint[] = [];
  for (let time = 0; time < 3; time += 1) {
    const begun = await begin();
    given.push(begun.given);
    await write(async (tx) => {
      await personalData.forget(tx, begun.userId);
      await accounts.forgetUser(tx, begun.userId);
    });
  }
  assert.deepEqual(given, [2000n, 0n, 0n]);
});
