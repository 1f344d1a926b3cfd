import assert from "node:assert/strict";
import { test } from "node:test";

import { inTransaction } from "#kernel/db/index.ts";
import { testDatabase } from "#test/support/database.ts";

import { book, lockAccount } from "./book.ts";
import { rankBalances, readCreditTotals, readStarDays } from "./overview.ts";
import { systemAccounts } from "./system-accounts.ts";

const { db } = await testDatabase();
const { telegram, starsIncome, starsOther, granted } = systemAccounts;
let references = 0;

async function move(kind: "purchase" | "refund_paid" | "stars_other", at: string, stars: bigint): Promise<void> {
  const other = kind === "stars_other" ? starsOther : starsIncome;
  await inTransaction(db, async (tx) => {
    references += 1;
    await book(tx, {
      kind,
      reference: `test:${references}`,
      at: new Date(at),
      actor: "test",
      reason: undefined,
      postings: [
        { account: telegram, amount: stars },
        { account: other, amount: -stars },
      ],
    });
  });
}

async function give(userId: number, amount: bigint): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { id } = await lockAccount(tx, userId);
    references += 1;
    await book(tx, {
      kind: "grant",
      reference: `test:${references}`,
      at: new Date("2026-03-01T00:00:00Z"),
      actor: "test",
      reason: undefined,
      postings: [
        { account: granted, amount: -amount },
        { account: id, amount },
      ],
    });
  });
}

test("Stars are told by the reader's day; what was withdrawn is no income", async () => {
  await move("purchase", "2026-03-01T23:30:00Z", 100n);
  await move("purchase", "2026-03-02T10:00:00Z", 500n);
  await move("refund_paid", "2026-03-02T11:00:00Z", -100n);
  await move("stars_other", "2026-03-02T12:00:00Z", -400n);
  await move("purchase", "2026-02-27T12:00:00Z", 7n);
  const span = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-03-03T12:00:00Z") };
  assert.deepEqual(await readStarDays(db, { ...span, timeZone: "UTC" }), [
    { day: "2026-03-01", received: 100, returned: 0 },
    { day: "2026-03-02", received: 500, returned: 100 },
    { day: "2026-03-03", received: 0, returned: 0 },
  ]);
  const inSeoul = await readStarDays(db, { ...span, timeZone: "Asia/Seoul" });
  assert.deepEqual(
    inSeoul.map(({ received }) => received),
    [0, 600, 0],
  );
});

test("what people have is summed and ranked, what they owe apart", async () => {
  assert.deepEqual(await readCreditTotals(db), { outstanding: 0n, held: 0n, owed: 0n, debtors: 0 });
  await give(1, 5000n);
  await give(2, 9000n);
  await give(3, 1n);
  assert.deepEqual(await readCreditTotals(db), { outstanding: 14_001n, held: 0n, owed: 0n, debtors: 0 });
  const ranked = await rankBalances(db, { of: "balances", skip: 0, limit: 2 });
  assert.deepEqual(
    ranked.map(({ userId, posted }) => [userId, posted]),
    [
      [2, 9000n],
      [1, 5000n],
    ],
  );
  assert.deepEqual(
    (await rankBalances(db, { of: "balances", skip: 2, limit: 2 })).map(({ userId }) => userId),
    [3],
  );
  assert.deepEqual(await rankBalances(db, { of: "debts", skip: 0, limit: 5 }), []);
});
