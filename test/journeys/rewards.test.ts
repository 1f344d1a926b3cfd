import assert from "node:assert/strict";
import { test } from "node:test";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { openPerson, type SandboxPerson, visibleText } from "#test/support/person.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

const { sandbox, database } = await runApp();
const { db } = database;
const alex = await openPerson(sandbox.url, 700_000_003);
const mina = await openPerson(sandbox.url, 700_000_002);
const admin = await openPerson(sandbox.url, sandboxAdminId);

for (const person of [alex, mina, admin]) await person.start();

/** Buys one pack. @returns the charge id. */
async function buy(person: SandboxPerson, pack: RegExp): Promise<string> {
  const asked = await person.say("/buy");
  await person.sees(new RegExp(pack, "m"), { since: asked });
  await person.press(pack);
  const invoice = await person.waits(
    "an invoice",
    ({ invoice, message_id }) => invoice !== undefined && message_id > asked.message_id,
  );
  const paid = await person.pay(invoice);
  assert.ok(paid.ok);
  await person.sees(/Payment received|결제가 완료되었습니다/, { since: asked });
  return paid.chargeId;
}

test("a balance shows each entry in plain words, page by page, and the charge id of a purchase", async () => {
  const nothing = await alex.say("/balance");
  await alex.sees("No entries yet", { since: nothing });
  const chargeId = await buy(alex, /^5 credits/);
  for (const reason of ["one", "two", "three", "four", "five", "six"]) {
    await admin.say(`/credit ${alex.id} -0.5 ${reason}`);
  }
  await alex.sees("Reason: six");
  const asked = await alex.say("/balance");
  const screen = await alex.sees("2 credits available", { since: asked });
  assert.match(visibleText(screen), /−0.5 · Taken by the operators: six\n.* → 2\n/);
  assert.doesNotMatch(visibleText(screen), /Bought for/);
  await alex.press("Older");
  await alex.sees(/^\+5 · Bought for 500 ⭐\n.* → 5$/m, { since: asked });
  await alex.press(/^🧾 500 ⭐/);
  await alex.sees(chargeId, { since: asked });
  await alex.press("Back");
  await alex.press("Newer");
  await alex.sees("Taken by the operators: six", { since: asked });
});

test("a Korean reads his balance in Korean, and a refund is asked for from the receipt", async () => {
  await buy(mina, /^1크레딧 ·/);
  const asked = await mina.say("/balance");
  await mina.sees(/^\+1 · ⭐ 100로 구매/m, { since: asked });
  await mina.press(/^🧾/);
  await mina.press("환불 요청");
  await mina.sees("이유를 메시지 하나로", { since: asked });
  await mina.say("/cancel");
});

test("a press with made-up data shows one's own balance and nobody else's", async () => {
  const asked = await alex.say("/balance");
  const screen = await alex.sees("available", { since: asked });
  for (const data of ["balance", "balance:receipt:1:2", "balance:receipt:99", "balance:page:-1", "balance:page:1e9"]) {
    await alex.forge(screen, data);
  }
  await alex.sees(/available|Receipt/, { since: asked });
});

test("the books are right in the end", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
