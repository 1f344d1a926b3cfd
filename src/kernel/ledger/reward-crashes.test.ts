import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { Crash, crashingDb } from "#test/support/crashing-db.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

import type { MoneyEvent } from "./index.ts";

const { db } = await testDatabase();
const crashing = crashingDb(db);
const rig = ledgerRig(db, { through: crashing.db });
const { ledger } = rig;
const { gifts, promo, referrals, stars } = ledger;
Object.assign(rig.settings.others, { inviterCredits: 2, invitedCredits: 1 });

const moments = ["before_commit", "after_commit"] as const;
let number = 0;

/** Dies in front of the commit or behind it; what was begun is told again, as an update is, until it is through. */
async function throughCrash(when: (typeof moments)[number], work: (tx: Tx) => Promise<unknown>): Promise<void> {
  crashing.crashAt({ transaction: 1, when });
  await assert.rejects(inTransaction(crashing.db, work), Crash);
  crashing.crashAt(undefined);
  for (let times = 0; times < 2; times += 1) await inTransaction(crashing.db, work);
}

const posted = async ({ id }: User): Promise<bigint> => (await ledger.balance(db, id)).posted;

async function told(type: MoneyEvent["type"], fits: (event: MoneyEvent) => boolean): Promise<number> {
  return (await rig.announced()).filter((event) => event.type === type && fits(event)).length;
}

async function buyer(): Promise<User> {
  const user = await rig.newUser();
  await rig.buy(user);
  return user;
}

async function openGift(giver: User): Promise<string> {
  number += 1;
  const id = `crash-${number}`;
  await rig.write(async (tx) => await gifts.give(tx, { id, userId: giver.id, amount: 1000n }));
  return id;
}

for (const when of moments) {
  test(`a code survives a crash ${when}: it is used once`, async () => {
    const code = `CRASH-${when.toUpperCase()}`;
    const more = { credits: 500n, mostUses: 3, newPeopleOnly: false, expiresAt: undefined, actor: "cli" };
    await throughCrash(when, async (tx) => await promo.create(tx, { code, ...more }));
    const user = await rig.newUser();
    await throughCrash(when, async (tx) => await promo.redeem(tx, { userId: user.id, code }));
    assert.deepEqual([await posted(user), (await promo.find(db, code))?.uses], [500n, 1]);
    await rig.assertSound();
  });

  test(`a gift survives a crash ${when} as it is given, opened and taken back`, async () => {
    const giver = await buyer();
    const friend = await rig.newUser();
    const id = `given-${when}`;
    await throughCrash(when, async (tx) => await gifts.give(tx, { id, userId: giver.id, amount: 1000n }));
    assert.equal(await posted(giver), 4000n);
    await throughCrash(when, async (tx) => await gifts.claim(tx, { id, userId: friend.id }));
    assert.deepEqual([await posted(giver), await posted(friend)], [4000n, 1000n]);
    assert.equal(await told("gift_claimed", (event) => "gift" in event && event.gift.id === id), 1);
    const other = await openGift(giver);
    await throughCrash(when, async (tx) => await gifts.cancel(tx, { id: other, userId: giver.id }));
    assert.equal(await posted(giver), 4000n);
    await rig.assertSound();
  });

  test(`gifts that nobody opened survive a crash ${when} of each return`, async () => {
    const giver = await buyer();
    const ids = [await openGift(giver), await openGift(giver)];
    await rig.clock.advance(7 * 24 * 3_600_000);
    for (const transaction of [1, 2]) {
      crashing.crashAt({ transaction, when });
      await rig.run("ledger.return-gifts").catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
    }
    crashing.crashAt(undefined);
    await rig.run("ledger.return-gifts");
    assert.equal(await posted(giver), 5000n);
    for (const id of ids)
      assert.equal(await told("gift_returned", (event) => "gift" in event && event.gift.id === id), 1);
    await rig.assertSound();
  });

  test(`a bonus survives a crash ${when}, as it is given and as it is taken back`, async () => {
    const inviter = await rig.newUser();
    const user = await rig.newUser();
    await rig.write(async (tx) => {
      // The rig's clock may have been moved on.
      const code = await referrals.codeOf(tx, inviter.id);
      await sql`update account.person set created_at = ${rig.clock.now()} where id = ${user.id}`.execute(tx);
      assert.ok((await referrals.accept(tx, { code, userId: user.id })).ok);
    });
    const paid = await rig.pay(user);
    await throughCrash(when, async (tx) => await stars.creditPayment(tx, { ...paid, currency: "XTR" }));
    assert.deepEqual([await posted(inviter), await posted(user)], [2000n, 6000n]);
    rig.bank.refundElsewhere(paid.chargeId);
    await throughCrash(when, async (tx) => await stars.noteRefund(tx, paid));
    assert.deepEqual([await posted(inviter), await posted(user)], [0n, 0n]);
    for (const type of ["bonus_given", "bonus_reversed"] as const) {
      assert.equal(await told(type, (event) => "bonus" in event && event.bonus.userId === user.id), 1);
    }
    await rig.assertSound();
  });
}
