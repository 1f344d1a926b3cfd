import assert from "node:assert/strict";
import { test } from "node:test";

import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { history } = rig.ledger;

test("a history is read page by page, and what comes meanwhile moves no page", async () => {
  const user = await rig.newUser();
  for (const amount of [1n, 2n, 3n, 4n, 5n]) await rig.grant(user, amount);
  const amounts = async (upTo?: number): Promise<readonly bigint[]> =>
    (await history(db, user.id, 2, upTo)).map(({ amount }) => amount);
  assert.deepEqual(await amounts(), [5n, 4n]);
  await rig.grant(user, 6n);
  assert.deepEqual(await amounts(3), [3n, 2n]);
  assert.deepEqual(await amounts(1), [1n]);
  assert.deepEqual(await amounts(0), []);
});

test("an entry that was paid for carries its charge id, and nobody else's entries are shown", async () => {
  const user = await rig.newUser();
  const other = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  await rig.buy(other);
  assert.deepEqual(
    (await history(db, user.id, 10)).map(({ payment }) => payment),
    [{ chargeId, stars: 500 }],
  );
});
