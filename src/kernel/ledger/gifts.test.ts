import assert from "node:assert/strict";
import { test } from "node:test";

import type { User } from "#kernel/accounts/index.ts";
import { AppError } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

import { ledgerPersonalData } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, clock, events } = rig;
const { gifts } = ledger;
const personalData = ledgerPersonalData(rig);

async function give(user: User, amount: bigint, id: string = systemIds.token(9)): Promise<string> {
  const result = await write(async (tx) => await gifts.give(tx, { id, userId: user.id, amount }));
  return result.ok ? result.gift.id : result.reason;
}

async function claim(user: User, id: string): Promise<string> {
  const result = await write(async (tx) => await gifts.claim(tx, { id, userId: user.id }));
  return result.ok ? String(result.gift.amount) : result.reason;
}

const posted = async ({ id }: User): Promise<bigint> => (await ledger.balance(db, id)).posted;
const returned = (giftId: string): number =>
  events.filter((event) => event.type === "gift_returned" && event.gift.id === giftId).length;

test("a gift leaves the giver at once, reaches who claims it, and the giver is told", async () => {
  const giver = await rig.newUser();
  const friend = await rig.newUser();
  await rig.buy(giver);
  const id = await give(giver, 2000n);
  assert.deepEqual([await posted(giver), (await gifts.open(db, giver.id)).length], [3000n, 1]);
  assert.equal(await claim(friend, id), "2000");
  assert.deepEqual([await posted(giver), await posted(friend)], [3000n, 2000n]);
  assert.deepEqual(await gifts.open(db, giver.id), []);
  const told = events.filter((event) => event.type === "gift_claimed" && event.gift.id === id);
  assert.equal(told.length, 1);
  await rig.assertSound();
});

test("of many who open the link at once exactly one has the gift", async () => {
  const giver = await rig.newUser();
  await rig.buy(giver);
  const id = await give(giver, 5000n);
  const friends = await Promise.all(Array.from({ length: 8 }, rig.newUser));
  const results = await Promise.all(friends.map(async (friend) => await claim(friend, id)));
  assert.equal(results.filter((result) => result === "5000").length, 1);
  const winner = friends[results.indexOf("5000")];
  assert.ok(winner !== undefined);
  assert.equal(await claim(winner, id), "claimed_by_him");
  await rig.assertSound();
});

test("a gift is claimed or taken back, never both", async () => {
  for (let times = 0; times < 6; times += 1) {
    const giver = await rig.newUser();
    const friend = await rig.newUser();
    await rig.buy(giver);
    const id = await give(giver, 1000n);
    const [claimed, cancelled] = await Promise.all([
      claim(friend, id),
      write(async (tx) => await gifts.cancel(tx, { id, userId: giver.id })),
    ]);
    assert.equal(claimed === "1000", cancelled === undefined);
    assert.equal((await posted(giver)) + (await posted(friend)), 5000n);
  }
  await rig.assertSound();
});

test("pressing twice gives once, and a made-up id takes nobody's place", async () => {
  const giver = await rig.newUser();
  const other = await rig.newUser();
  await rig.buy(giver);
  await rig.buy(other);
  const ids = await Promise.all([give(giver, 1000n, "same-id"), give(giver, 1000n, "same-id")]);
  assert.deepEqual([ids, await posted(giver)], [["same-id", "same-id"], 4000n]);
  await assert.rejects(give(other, 1000n, "same-id"), AppError);
  await assert.rejects(give(giver, 2000n, "same-id"), AppError);
  await assert.rejects(give(giver, 0n), AppError);
  await assert.rejects(give(giver, -1n), AppError);
});

test("only the giver takes a gift back, and he cannot claim it", async () => {
  const giver = await rig.newUser();
  const other = await rig.newUser();
  await rig.buy(giver);
  const id = await give(giver, 1000n);
  assert.equal(await claim(giver, id), "own");
  assert.equal(await write(async (tx) => await gifts.cancel(tx, { id, userId: other.id })), undefined);
  assert.ok(await write(async (tx) => await gifts.cancel(tx, { id, userId: giver.id })));
  assert.equal(await write(async (tx) => await gifts.cancel(tx, { id, userId: giver.id })), undefined);
  assert.equal(await claim(other, id), "gone");
  assert.equal(await claim(other, "no-such-gift"), "gone");
  assert.equal(await posted(giver), 5000n);
});

test("only credits that one bought can be given, and what one was given goes no further", async () => {
  const giver = await rig.newUser();
  const friend = await rig.newUser();
  await rig.grant(giver, 9000n);
  assert.equal(await give(giver, 1n), "insufficient_credits");
  await rig.buy(giver);
  assert.equal(await gifts.giveable(db, giver.id), 5000n);
  const id = await give(giver, 4000n);
  assert.equal(await gifts.giveable(db, giver.id), 1000n);
  await claim(friend, id);
  assert.equal(await gifts.giveable(db, friend.id), 0n);
  assert.equal(await give(friend, 1n), "insufficient_credits");
});

test("what is held or spent cannot be given; free credits are spent first", async () => {
  const giver = await rig.newUser();
  await rig.grant(giver, 1000n);
  await rig.buy(giver);
  const expiresAt = new Date(clock.now().getTime() + 3_600_000);
  const hold = { userId: giver.id, amount: 3000n, reference: "test.job:gift", expiresAt };
  await write(async (tx) => await ledger.placeHold(tx, hold));
  assert.equal(await gifts.giveable(db, giver.id), 3000n);
  await write(async (tx) => await ledger.settleHold(tx, hold.reference, "captured"));
  const both = await Promise.all([give(giver, 2000n), give(giver, 2000n)]);
  assert.equal(both.filter((result) => result === "insufficient_credits").length, 1);
  assert.equal(await posted(giver), 1000n);
});

test("a gift that nobody claims goes back after its time, once, and the giver is told once", async () => {
  const giver = await rig.newUser();
  const friend = await rig.newUser();
  await rig.buy(giver);
  const id = await give(giver, 1000n);
  await clock.advance(7 * 24 * 3_600_000 - 1);
  await rig.run("ledger.return-gifts");
  assert.equal(await posted(giver), 4000n);
  await clock.advance(1);
  assert.equal(await claim(friend, id), "gone");
  await Promise.all([rig.run("ledger.return-gifts"), rig.run("ledger.return-gifts")]);
  assert.deepEqual([await posted(giver), returned(id)], [5000n, 1]);
  await rig.assertSound();
});

test("one person has at most ten gifts open, and none when gifts are switched off", async () => {
  const giver = await rig.newUser();
  await rig.buy(giver);
  for (let times = 0; times < 10; times += 1) await give(giver, 1n);
  assert.equal(await give(giver, 1n), "too_many");
  const other = await rig.newUser();
  await rig.buy(other);
  rig.settings.others["gifts"] = false;
  assert.equal(await give(other, 1n), "switched_off");
  delete rig.settings.others["gifts"];
});

test("gifts are in the export of both, and forgetting takes open ones back", async () => {
  const giver = await rig.newUser();
  const friend = await rig.newUser();
  await rig.buy(giver);
  await claim(friend, await give(giver, 1000n));
  const open = await give(giver, 2000n);
  const exported = async ({ id }: User): Promise<readonly unknown[]> => {
    const { gifts: list } = (await personalData.export(db, id)) as { readonly gifts: readonly { given: boolean }[] };
    return list.map(({ given }) => given);
  };
  assert.deepEqual([await exported(giver), await exported(friend)], [[true, true], [false]]);
  await write(async (tx) => {
    await personalData.forget(tx, giver.id);
  });
  assert.equal(await claim(friend, open), "gone");
  await rig.assertSound();
});
