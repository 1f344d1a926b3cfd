import assert from "node:assert/strict";
import { test } from "node:test";

import { AppError } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

import { type Adjustment, starsSettings } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write } = rig;

async function adjust(
  change: Partial<Adjustment> & Pick<Adjustment, "userId" | "amount">,
): ReturnType<typeof ledger.adjust> {
  const kind = change.amount > 0n ? "grant" : "take";
  const whole = { kind, reason: "for a test", actor: "user:1", reference: systemIds.next(), ...change } as const;
  return await write(async (tx) => await ledger.adjust(tx, whole));
}

test("credits are given and taken, with the reason in the person's history", async () => {
  const { id: userId } = await rig.newUser();
  const given = await adjust({ userId, amount: 5000n, reason: "a prize" });
  assert.deepEqual(given, { ok: true, balance: { posted: 5000n, held: 0n, available: 5000n } });
  const taken = await adjust({ userId, amount: -2000n, reason: "a mistake" });
  assert.deepEqual(taken, { ok: true, balance: { posted: 3000n, held: 0n, available: 3000n } });
  assert.deepEqual(
    (await ledger.history(db, userId, 10)).map(({ at: _at, ...entry }) => entry),
    [
      { number: 2, kind: "take", amount: -2000n, balanceAfter: 3000n, note: "a mistake", payment: undefined },
      { number: 1, kind: "grant", amount: 5000n, balanceAfter: 5000n, note: "a prize", payment: undefined },
    ],
  );
  await rig.assertSound();
});

test("nothing is taken below what is available, and held credits are not", async () => {
  const user = await rig.newUser();
  await rig.grant(user, 3000n);
  const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
  const hold = { userId: user.id, amount: 2000n, reference: "test.job:adjust", expiresAt };
  await write(async (tx) => await ledger.placeHold(tx, hold));
  assert.deepEqual(await adjust({ userId: user.id, amount: -1001n }), { ok: false, reason: "insufficient_credits" });
  assert.ok((await adjust({ userId: user.id, amount: -1000n })).ok);
  await rig.assertSound();
});

test("of twenty equal changes at once one is made; the others are told that it was repeated", async () => {
  const { id: userId } = await rig.newUser();
  const results = await Promise.all(
    Array.from({ length: 20 }, async () => await adjust({ userId, amount: 1000n, reference: "twenty" })),
  );
  assert.equal(results.filter(({ ok }) => ok).length, 1);
  assert.deepEqual(
    results.find(({ ok }) => !ok),
    { ok: false, reason: "repeated" },
  );
  assert.equal((await ledger.balance(db, userId)).posted, 1000n);
});

test("a reference that stands for another change is refused", async () => {
  const one = await rig.newUser();
  const other = await rig.newUser();
  const reference = "reused";
  await adjust({ userId: one.id, amount: 1000n, reference });
  const isReused = (error: unknown): boolean => error instanceof AppError && error.code === "ledger.reference_reused";
  await assert.rejects(adjust({ userId: one.id, amount: 2000n, reference }), isReused);
  await assert.rejects(adjust({ userId: other.id, amount: 1000n, reference }), isReused);
  await rig.assertSound();
});

test("an amount must fit its kind", async () => {
  const { id: userId } = await rig.newUser();
  for (const [kind, amount] of [
    ["grant", 0n],
    ["grant", -1n],
    ["take", 0n],
    ["take", 1n],
  ] as const) {
    await assert.rejects(adjust({ userId, kind, amount }), (error) => {
      return error instanceof AppError && error.code === "ledger.invalid_amount";
    });
  }
});

test("a welcome is given once per person, whatever the settings say later, and by default not at all", async () => {
  const { id: userId } = await rig.newUser();
  const welcome = async (): Promise<bigint> => await write(async (tx) => await ledger.welcome(tx, userId));
  assert.equal(await welcome(), 0n);
  rig.settings.current = starsSettings.schema.parse({ welcomeCredits: 0.5 });
  const given = await Promise.all(Array.from({ length: 5 }, welcome));
  assert.deepEqual(
    given.filter((amount) => amount !== 0n),
    [500n],
  );
  rig.settings.current = starsSettings.schema.parse({ welcomeCredits: 3 });
  assert.equal(await welcome(), 0n);
  assert.equal((await ledger.balance(db, userId)).posted, 500n);
});
