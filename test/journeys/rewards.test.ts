import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { openPerson, type SandboxPerson, visibleText } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

const { sandbox, database } = await runApp();
const { db } = database;
const alex = await openPerson(sandbox.url, 700_000_003);
const mina = await openPerson(sandbox.url, 700_000_002);
const sven = await openPerson(sandbox.url, 700_000_004);
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
  await mina.sees(/^\+1 · ⭐ 100개로 구매/m, { since: asked });
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
  await admin.sees("1.5 credits for people who have never paid");
  await admin.say("/promocodes NAMED many");
  await admin.sees("Expected: /promocodes");
  const asked = await alex.say("/promocodes MINE 100 1");
  const refused = await alex.sees(/./, { since: asked });
  await alex.forge(refused, "promocodes:new:MINE9:5:1:7:all");
  const { rows } = await sql<{ code: string }>`
    select code from ledger.promo_code where code like 'MINE%' or code = 'NAMED'`.execute(db);
  assert.deepEqual(rows, [{ code: "NAMED" }]);
});

const linkIn = (message: Message, name: string): string =>
  new RegExp(`start=(${name}_[\\w-]+)`).exec(visibleText(message))?.[1] ?? "";

test("a gift goes by a link to whoever opens it first, and both are told", async () => {
  const asked = await alex.say("/gift");
  await alex.sees("up to 4 credits", { since: asked });
  await alex.press(/^2 credits$/);
  const card = await alex.sees("Whoever opens it first", { since: asked });
  const link = linkIn(card, "gift");
  await alex.start(link);
  const own = await alex.sees(link, { since: card });
  assert.match(visibleText(own), /Take it back/);
  await mina.start(link);
  await mina.sees("Alex 님이 2크레딧을 선물했습니다");
  await alex.sees("Mina has opened your gift of 2 credits");
  await admin.start(link);
  await admin.sees("This gift is gone");
  await admin.start(`${link.slice(0, -1)}${link.endsWith("x") ? "y" : "x"}`);
  await alex.press("Back");
  await alex.sees("up to 2 credits", { since: asked });
});

test("a gift of a typed amount is taken back by a button, and then its link does nothing", async () => {
  const asked = await alex.say("/gift");
  await alex.sees("up to 2 credits", { since: asked });
  await alex.press("Another amount");
  await alex.sees("How many credits", { since: asked });
  await alex.say("a lot");
  await alex.sees("such as 2 or 2.5", { since: asked });
  await alex.say("3");
  await alex.sees("at most 2 credits", { since: asked });
  const again = await alex.say("/gift");
  await alex.sees("up to 2 credits", { since: again });
  await alex.press("Another amount");
  await alex.sees("How many credits", { since: again });
  await alex.say("0.5");
  const link = linkIn(await alex.sees("0.5 credits", { since: again }), "gift");
  await alex.press("Take it back");
  await alex.sees("You took it back", { since: again });
  await mina.start(link);
  await mina.sees("이미 다른 분이 열었거나");
});

test("nobody gives, shows or takes back what is another's, whatever data his client sends", async () => {
  const asked = await alex.say("/gift");
  await alex.sees("up to 2 credits", { since: asked });
  await alex.press(/^1 credit$/);
  const card = await alex.sees("Whoever opens it first", { since: asked });
  const { rows } = await sql<{ id: string }>`select id from ledger.gift where state = 'open'`.execute(db);
  const id = rows[0]?.id ?? "";
  const screen = await mina.say("/gift");
  const hers = await mina.sees("크레딧 선물하기", { since: screen });
  for (const data of [
    `gift:cancel:${id}`,
    `gift:show:${id}`,
    `gift:new:${id}:1000`,
    "gift:new:x:1",
    "gift:new:aaaaaaaaaaaa:0",
  ])
    await mina.forge(hers, data);
  await mina.start(`gift_${id}`);
  await mina.sees("이미 다른 분이 열었거나");
  assert.equal(
    mina.messages().some((message) => visibleText(message).includes(linkIn(card, "gift"))),
    false,
  );
  const after = await sql<{ state: string }>`select state from ledger.gift where id = ${id}`.execute(db);
  assert.deepEqual(after.rows, [{ state: "open" }]);
});

test("an invitation rewards both with the first purchase of somebody new, and is taken back with its refund", async () => {
  await sql`
    insert into setting.section (key, value) values ('ledger.rewards', '{"inviterCredits": 2, "invitedCredits": 1}')
    on conflict (key) do update set value = excluded.value`.execute(db);
  await sql`select pg_notify('telecast_settings', '')`.execute(db);
  const invite = await until("the settings to be known", async () => {
    const asked = await alex.say("/invite");
    const screen = await alex.sees(/Invit/, { since: asked });
    return visibleText(screen).includes("Invite friends") ? screen : undefined;
  });
  const link = linkIn(invite, "ref");
  await sven.start(link);
  await sven.sees("Alex invited you: your first purchase brings 1 credit more");
  await sven.sees("You have 0 credits");
  await buy(sven, /^1 credit ·/);
  await sven.sees("1 credit more for your first purchase");
  await alex.sees("2 credits for you: a friend whom you invited");
  await mina.start(link);
  const wanted = await sven.say("/paysupport");
  await sven.sees("Which payment", { since: wanted });
  await sven.press(/^100 ⭐ ·/);
  await sven.sees("Why would you like", { since: wanted });
  await sven.say("Not mine");
  await admin.sees("Not mine");
  await admin.press("Approve");
  await sven.sees("of bonus went back, because the payment", { since: wanted, timeoutMs: 20_000 });
  await alex.sees("because the payment of a friend whom you invited did");
});

test("the books are right in the end", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
