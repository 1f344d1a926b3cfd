import assert from "node:assert/strict";
import { test } from "node:test";

import type { User } from "#kernel/accounts/index.ts";
import { AppError } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

import type { HoldOutcome, NewHold } from "./index.ts";

const { db } = await testDatabase({ connections: 20 });
const rig = ledgerRig(db);
const { ledger, write } = rig;

function holdFor({ id: userId }: User, amount: bigint, reference = `test.job:${systemIds.next()}`): NewHold {
  return { userId, amount, reference, expiresAt: new Date(rig.clock.now().getTime() + 3_600_000) };
}

async function place(hold: NewHold): ReturnType<typeof ledger.placeHold> {
  return await write(async (tx) => await ledger.placeHold(tx, hold));
}

async function settle(reference: string, outcome: HoldOutcome): Promise<HoldOutcome | undefined> {
  return await write(async (tx) => await ledger.settleHold(tx, reference, outcome));
}

async function richUser(credits: bigint): Promise<User> {
  const user = await rig.newUser();
  await rig.grant(user, credits);
  return user;
}

test("of 200 holds placed at once on credits for 50, exactly 50 are placed", async () => {
  const user = await richUser(50_000n);
  const results = await Promise.all(Array.from({ length: 200 }, async () => await place(holdFor(user, 1000n))));
  assert.equal(results.filter(({ ok }) => ok).length, 50);
  for (const result of results) {
    if (!result.ok) assert.deepEqual(result, { ok: false, reason: "insufficient_credits", available: 0n });
  }
  assert.deepEqual(await ledger.balance(db, user.id), { posted: 50_000n, held: 50_000n, available: 0n });
  await rig.assertSound();
});

test("a hold that is settled in four ways at once ends in one of them, and everybody is told the same", async () => {
  const user = await richUser(100_000n);
  for (let round = 0; round < 25; round += 1) {
    const hold = holdFor(user, 1000n);
    await place(hold);
    const wishes: readonly HoldOutcome[] = ["captured", "released", "expired", "captured"];
    const outcomes = await Promise.all(wishes.map(async (outcome) => await settle(hold.reference, outcome)));
    assert.equal(new Set(outcomes).size, 1, `round ${round}: ${outcomes.join(", ")}`);
  }
  const { held } = await ledger.balance(db, user.id);
  assert.equal(held, 0n);
  await rig.assertSound();
});

test("capturing takes the amount from the person once, releasing gives it back", async () => {
  const user = await richUser(10_000n);
  const captured = holdFor(user, 4000n);
  const released = holdFor(user, 3000n);
  assert.deepEqual(await place(captured), { ok: true });
  assert.deepEqual(await place(released), { ok: true });
  assert.deepEqual(await ledger.balance(db, user.id), { posted: 10_000n, held: 7000n, available: 3000n });

  assert.equal(await settle(captured.reference, "captured"), "captured");
  assert.equal(await settle(captured.reference, "released"), "captured");
  assert.equal(await settle(released.reference, "released"), "released");
  assert.equal(await settle(released.reference, "captured"), "released");
  assert.deepEqual(await ledger.balance(db, user.id), { posted: 6000n, held: 0n, available: 6000n });

  const [newest] = await ledger.history(db, user.id, 10);
  assert.deepEqual(
    { kind: newest?.kind, amount: newest?.amount, balanceAfter: newest?.balanceAfter },
    { kind: "capture", amount: -4000n, balanceAfter: 6000n },
  );
  await rig.assertSound();
});

test("the whole balance can be held and captured", async () => {
  const user = await richUser(1000n);
  const hold = holdFor(user, 1000n);
  await place(hold);
  assert.equal(await settle(hold.reference, "captured"), "captured");
  assert.deepEqual(await ledger.balance(db, user.id), { posted: 0n, held: 0n, available: 0n });
});

test("placing the same hold again changes nothing, also at the same time and after its end", async () => {
  const user = await richUser(1000n);
  const hold = holdFor(user, 1000n);
  const results = await Promise.all(Array.from({ length: 10 }, async () => await place(hold)));
  assert.deepEqual(new Set(results.map(({ ok }) => ok)), new Set([true]));
  assert.equal((await ledger.balance(db, user.id)).held, 1000n);
  await settle(hold.reference, "released");
  assert.deepEqual(await place(hold), { ok: true });
  assert.equal((await ledger.balance(db, user.id)).held, 0n);
});

test("a reference that stands for another amount or person is refused", async () => {
  const user = await richUser(9000n);
  const other = await richUser(9000n);
  const hold = holdFor(user, 1000n);
  await place(hold);
  const isReused = (error: unknown): boolean =>
    error instanceof AppError && error.code === "ledger.reference_reused" && error.status === 409;
  await assert.rejects(place({ ...hold, amount: 2000n }), isReused);
  await assert.rejects(place({ ...hold, userId: other.id }), isReused);
  await rig.assertSound();
});

test("a refused hold does not spoil the caller's transaction", async () => {
  const user = await richUser(1000n);
  const small = holdFor(user, 1000n);
  const results = await write(async (tx) => [
    await ledger.placeHold(tx, holdFor(user, 1001n)),
    await ledger.placeHold(tx, small),
  ]);
  assert.deepEqual(results, [{ ok: false, reason: "insufficient_credits", available: 1000n }, { ok: true }]);
});

test("who has no account has nothing to hold, and a hold nobody placed cannot be settled", async () => {
  const user = await rig.newUser();
  assert.deepEqual(await place(holdFor(user, 1n)), { ok: false, reason: "insufficient_credits", available: 0n });
  assert.equal(await settle("test.job:never", "captured"), undefined);
});

test("a hold of nothing or less is refused", async () => {
  const user = await richUser(1000n);
  for (const amount of [0n, -1n]) {
    await assert.rejects(place(holdFor(user, amount)), (error) => {
      return error instanceof AppError && error.code === "ledger.invalid_amount";
    });
  }
});

test("people do not wait for each other: two captures into revenue are open at once", async () => {
  const [one, two] = [await richUser(1000n), await richUser(1000n)];
  const [first, second] = [holdFor(one, 1000n), holdFor(two, 1000n)];
  await place(first);
  await place(second);
  await write(async (tx) => {
    await ledger.settleHold(tx, first.reference, "captured");
    // Commits while the first capture is still open; if it had to wait for it, this would never end.
    assert.equal(await settle(second.reference, "captured"), "captured");
  });
  await rig.assertSound();
});
