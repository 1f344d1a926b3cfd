import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { AppError } from "#kernel/lib/errors.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

import { ledgerPersonalData, type NewPromoCode } from "./index.ts";
import { mostWrongTries } from "./promo-tries.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, accounts, clock } = rig;
const { promo } = ledger;
const personalData = ledgerPersonalData(rig);

async function make(code: string, more: Partial<NewPromoCode> = {}): ReturnType<typeof promo.create> {
  const whole = { credits: 2000n, mostUses: 10, newPeopleOnly: false, expiresAt: undefined, actor: "user:1", ...more };
  return await write(async (tx) => await promo.create(tx, { code, ...whole }));
}

async function redeem(user: User, code: string): Promise<string> {
  const result = await write(async (tx) => await promo.redeem(tx, { userId: user.id, code }));
  return result.ok ? String(result.credits) : result.reason;
}

/** The same Telegram account, begun anew. */
async function forget(user: User): Promise<User> {
  await write(async (tx) => {
    await personalData.forget(tx, user.id);
    await accounts.forgetUser(tx, user.id);
  });
  return await write(async (tx) => await accounts.noteUser(tx, { id: user.telegramId, firstName: "Again" }));
}

test("a code gives its credits once per person, however it is typed", async () => {
  await make("Spring-26");
  const user = await rig.newUser();
  assert.equal(await redeem(user, " spring-26 "), "2000");
  assert.equal(await redeem(user, "SPRING-26"), "not_valid");
  assert.equal((await ledger.balance(db, user.id)).available, 2000n);
  const [entry] = await ledger.history(db, user.id, 1);
  assert.deepEqual([entry?.kind, entry?.note], ["promo", "SPRING-26"]);
  assert.equal((await promo.find(db, "spring-26"))?.uses, 1);
  await rig.assertSound();
});

test("the last use of a code is exactly one person's", async () => {
  await make("LAST", { mostUses: 3 });
  const users = await Promise.all(Array.from({ length: 12 }, rig.newUser));
  const results = await Promise.all(users.map(async (user) => await redeem(user, "LAST")));
  assert.equal(results.filter((result) => result === "2000").length, 3);
  assert.equal(results.filter((result) => result === "not_valid").length, 9);
  await rig.assertSound();
});

test("a double press uses a code once", async () => {
  await make("DOUBLE");
  const user = await rig.newUser();
  const results = await Promise.all(Array.from({ length: 4 }, async () => await redeem(user, "DOUBLE")));
  assert.equal(results.filter((result) => result === "2000").length, 1);
  assert.equal((await promo.find(db, "DOUBLE"))?.uses, 1);
});

test("what is switched off, used up, over or unknown is refused alike", async () => {
  await make("OFF");
  assert.equal(await write(async (tx) => await promo.switchOff(tx, "off", "user:1")), true);
  assert.equal(await write(async (tx) => await promo.switchOff(tx, "off", "user:1")), false);
  await make("ONE", { mostUses: 1 });
  await redeem(await rig.newUser(), "ONE");
  await make("OVER", { expiresAt: new Date(clock.now().getTime() + 1000) });
  await clock.advance(1000);
  const user = await rig.newUser();
  for (const code of ["OFF", "ONE", "OVER", "UNKNOWN"]) assert.equal(await redeem(user, code), "not_valid");
});

test("whoever guesses is stopped for an hour, and begins anew in vain", async () => {
  await make("RIGHT");
  let user = await rig.newUser();
  for (let tries = 1; tries < mostWrongTries; tries += 1)
    assert.equal(await redeem(user, `WRONG-${tries}`), "not_valid");
  user = await forget(user);
  assert.equal(await redeem(user, "x".repeat(5000)), "not_valid");
  assert.equal(await redeem(user, "RIGHT"), "too_many_tries");
  user = await forget(user);
  assert.equal(await redeem(user, "RIGHT"), "too_many_tries");
  await clock.advance(60 * 60_000);
  assert.equal(await redeem(user, "RIGHT"), "2000");
});

test("beginning anew does not make a code fresh", async () => {
  await make("ONCE");
  let user = await rig.newUser();
  assert.equal(await redeem(user, "ONCE"), "2000");
  for (let times = 0; times < 2; times += 1) {
    user = await forget(user);
    assert.equal(await redeem(user, "ONCE"), "not_valid");
  }
  await rig.assertSound();
});

test("a code for new people is for who has never paid, and one of them is enough", async () => {
  for (const code of ["NEW-A", "NEW-B"]) await make(code, { newPeopleOnly: true });
  const customer = await rig.newUser();
  await rig.buy(customer);
  assert.equal(await redeem(customer, "NEW-A"), "not_valid");
  assert.equal(await redeem(await forget(customer), "NEW-A"), "not_valid");
  const user = await rig.newUser();
  const both = await Promise.all([redeem(user, "NEW-A"), redeem(user, "NEW-B")]);
  assert.deepEqual(both.toSorted(), ["2000", "not_valid"]);
  assert.equal(await redeem(await forget(user), "NEW-B"), "not_valid");
});

test("a code is made once, audited, and refused when it could not work", async () => {
  assert.equal((await make("AUDIT")).ok, true);
  assert.deepEqual(await make("audit"), { ok: false, reason: "taken" });
  await write(async (tx) => await promo.switchOff(tx, "AUDIT", "user:1"));
  const log = await accounts.auditLog(db, { subject: "promo:AUDIT", limit: 10 });
  assert.deepEqual(
    log.map(({ action, actor }) => [action, actor]),
    [
      ["ledger.promo_switched_off", "user:1"],
      ["ledger.promo_created", "user:1"],
    ],
  );
  for (const [code, more] of [
    ["A:B", {}],
    ["ÄÖÜ", {}],
    ["AB", {}],
    ["FREE", { credits: 0n }],
    ["NEVER", { mostUses: 0 }],
    ["HALF", { mostUses: 1.5 }],
  ] as const) {
    await assert.rejects(make(code, more), AppError, code);
  }
});

test("an export names the codes that were used", async () => {
  await make("EXPORTED");
  const user = await rig.newUser();
  await redeem(user, "EXPORTED");
  const exported = (await personalData.export(db, user.id)) as Record<string, unknown>;
  assert.deepEqual(exported["promo_codes"], [{ code: "EXPORTED", credits: 2000n }]);
  await forget(user);
  const { rows } = await sql`select from ledger.promo_try where user_id = ${user.id}`.execute(db);
  assert.equal(rows.length, 0);
});
