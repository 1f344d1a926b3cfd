import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import type { User } from "#kernel/accounts/index.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig, premiumPlan } from "#test/support/ledger-rig.ts";

import { type Balance, periodSeconds } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, bank } = rig;
let user: User;
let number = 0;

beforeEach(async () => {
  user = await rig.newUser();
  await rig.grant(user, 10_000n);
});

async function overdueHold(): Promise<string> {
  number += 1;
  const reference = `test.job:${number}`;
  const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
  await write(async (tx) => await ledger.placeHold(tx, { userId: user.id, amount: 1000n, reference, expiresAt }));
  await rig.clock.advance(60_000);
  return reference;
}

async function sweep(): Promise<void> {
  await rig.run("ledger.sweep-unfinished");
}

async function balance(): Promise<Balance> {
  return await ledger.balance(db, user.id);
}

test("an overdue hold ends as its owner says", async () => {
  rig.judges.set(await overdueHold(), async () => "capture");
  rig.judges.set(await overdueHold(), async () => "release");
  await sweep();
  assert.deepEqual(await balance(), { posted: 9000n, held: 0n, available: 9000n });
  await rig.assertSound();
});

test("a hold whose owner is not known any more goes back to the person", async () => {
  const reference = await overdueHold();
  await sweep();
  assert.deepEqual(await balance(), { posted: 10_000n, held: 0n, available: 10_000n });
  assert.equal(await write(async (tx) => await ledger.settleHold(tx, reference, "captured")), "expired");
});

test("a hold whose owner keeps it is asked for again later", async () => {
  const reference = await overdueHold();
  let asked = 0;
  rig.judges.set(reference, async () => {
    asked += 1;
    return "keep";
  });
  await sweep();
  await sweep();
  assert.equal(asked, 1);
  assert.equal((await balance()).held, 1000n);
  await rig.clock.advance(10 * 60_000);
  await sweep();
  assert.equal(asked, 2);
});

test("a hold is not touched before its time", async () => {
  const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
  const hold = { userId: user.id, amount: 1000n, reference: "test.job:young", expiresAt };
  await write(async (tx) => await ledger.placeHold(tx, hold));
  await sweep();
  assert.equal((await balance()).held, 1000n);
});

test("an owner who fails keeps no other's hold waiting, and changes nothing himself", async () => {
  const broken = await overdueHold();
  const fine = await overdueHold();
  rig.judges.set(broken, async (tx) => {
    await ledger.adjust(tx, { userId: user.id, amount: 1n, kind: "grant", reason: "", actor: "", reference: "broken" });
    throw new Error("the owner has a bug");
  });
  rig.judges.set(fine, async () => "capture");
  await sweep();
  assert.deepEqual(await balance(), { posted: 9000n, held: 1000n, available: 8000n });
  rig.judges.set(broken, async () => "release");
  await sweep();
  assert.equal((await balance()).held, 0n);
});

test("a feature that fails keeps nobody else's subscription from ending", async () => {
  const people = [await rig.newUser(), await rig.newUser()];
  const [broken, fine] = people.map(({ id }) => id);
  let isBroken = true;
  rig.entitlements.set(premiumPlan.id, {
    name: premiumPlan.id,
    title: "test-premium",
    stars: async () => premiumPlan.stars,
    changed: async (_tx, { userId, until }) => {
      if (isBroken && userId === broken && until === undefined) throw new Error("the feature has a bug");
    },
  });
  for (const person of people) await rig.tell(await rig.subscribe(person, premiumPlan));
  await rig.clock.advance(periodSeconds * 1000 + 3_600_000);
  await sweep();
  const running = async (id = 0): Promise<number> => (await ledger.subscriptions.list(db, id)).length;
  assert.deepEqual([await running(broken), await running(fine)], [1, 0]);
  isBroken = false;
  await sweep();
  assert.equal(await running(broken), 0);
});

test("hundreds of overdue holds are settled in one sweep, those of one instant too", async () => {
  const rich = await rig.newUser();
  await rig.grant(rich, 1_000_000n);
  const expiresAt = new Date(rig.clock.now().getTime() + 1000);
  await write(async (tx) => {
    for (let count = 0; count < 230; count += 1) {
      const reference = `test.many:${count}`;
      await ledger.placeHold(tx, { userId: rich.id, amount: 1n, reference, expiresAt });
      if (count < 120) rig.judges.set(reference, async () => await Promise.reject(new Error("no answer")));
    }
  });
  await rig.clock.advance(1000);
  await sweep();
  assert.equal((await ledger.balance(db, rich.id)).held, 120n, "but for those whose owner failed");
});

test("an owner who settles his hold while the sweep asks him is not contradicted", async () => {
  const reference = await overdueHold();
  rig.judges.set(reference, async () => {
    await write(async (tx) => await ledger.settleHold(tx, reference, "captured"));
    return "release";
  });
  await sweep();
  assert.deepEqual(await balance(), { posted: 9000n, held: 0n, available: 9000n });
  await rig.assertSound();
});

test("an approved refund whose job was lost gets another one, and after an hour the admins hear of it", async () => {
  const { chargeId } = await rig.buy(user);
  const id = await rig.requestRefund(user, chargeId);
  await rig.approve(id);
  bank.failRefunds(...Array.from({ length: 10 }, () => "unclear" as const));
  await rig.runQueued();
  rig.loseQueue();
  await sweep();
  assert.equal(rig.queued(), 0, "its job may still be trying");
  await rig.clock.advance(15 * 60_000);
  await sweep();
  await sweep();
  assert.equal(rig.queued(), 1);
  assert.deepEqual(rig.drifts(), []);
  await rig.clock.advance(45 * 60_000);
  await sweep();
  await sweep();
  assert.deepEqual(rig.drifts(), [
    `The approved refund of payment ${chargeId} has not come through for an hour; it is still tried.`,
  ]);
  bank.failRefunds();
  assert.deepEqual(await rig.runQueued(), []);
  assert.equal((await ledger.stars.findRefund(db, id))?.state, "refunded");
  await rig.assertSound();
});
