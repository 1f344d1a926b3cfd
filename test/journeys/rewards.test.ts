import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

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

test("an admin makes a promo code by buttons, people use it once, and he sees how often and ends it", async () => {
  await admin.say("/promocodes");
  await admin.press("New code");
  for (const choice of ["2 credits", "10", "30 days", "everybody"]) await admin.press(choice);
  const made = await admin.sees("Used: 0 of 10");
  const code = /🎟 (\S+)/.exec(visibleText(made))?.[1] ?? "";
  assert.match(visibleText(made), new RegExp(`https://t\\.me/\\w+\\?start=promo_${code}`));
  const asked = await alex.say(`/promo ${code.toLowerCase()}`);
  await alex.sees("🎉 2 credits for you", { since: asked });
  const again = await alex.say("/promo");
  await alex.sees("Which promo code", { since: again });
  await alex.say(code);
  await alex.sees("once per person", { since: again });
  await mina.start(`promo_${code}`);
  await mina.sees("🎉 2크레딧을 받았습니다");
  await admin.say("/promocodes");
  await admin.press(`${code} · 2 / 10`);
  await admin.press("Switch off");
  await admin.sees("Switched off");
  const late = await admin.say(`/promo ${code}`);
  await admin.sees("does not work", { since: late });
});

test("a promo code is named by an admin and by nobody else", async () => {
  await admin.say("/promocodes NAMED 1.5 3 0 new");
  await admin.sees("1.5 credits for who has never paid");
  await admin.say("/promocodes NAMED many");
  await admin.sees("Expected: /promocodes");
  const asked = await alex.say("/promocodes MINE 100 1");
  const refused = await alex.sees(/./, { since: asked });
  await alex.forge(refused, "promocodes:new:MINE9:5:1:7:all");
  const { rows } = await sql<{ code: string }>`
    select code from ledger.promo_code where code like 'MINE%' or code = 'NAMED'`.execute(db);
  assert.deepEqual(rows, [{ code: "NAMED" }]);
});

test("the books are right in the end", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
