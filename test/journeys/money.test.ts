import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { openPerson, type SandboxPerson } from "#test/support/person.ts";
import { runJob } from "#test/support/run-job.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

const { sandbox, database } = await runApp();
const { db } = database;
const alex = await openPerson(sandbox.url, 700_000_003);
const mina = await openPerson(sandbox.url, 700_000_002);
const admin = await openPerson(sandbox.url, sandboxAdminId);

async function buy(person: SandboxPerson, pack: RegExp): Promise<Message> {
  const asked = await person.say("/buy");
  await person.sees(new RegExp(pack, "m"), { since: asked });
  await person.press(pack);
  return await person.waits(
    "an invoice",
    ({ invoice, message_id }) => invoice !== undefined && message_id > asked.message_id,
  );
}

async function balance(person: SandboxPerson): Promise<string> {
  const asked = await person.say("/start");
  const { text = "" } = await person.sees(/credits|크레딧/, { since: asked });
  return /(?:You have|보유 크레딧:) ([\d.,−]+)/.exec(text)?.[1] ?? text;
}

for (const person of [alex, mina, admin]) await person.start();

test("an invoice that is paid twice credits twice, for each payment is money", async () => {
  const invoice = await buy(alex, /^1 credit/);
  const starsBefore = alex.stars();
  const first = await alex.pay(invoice);
  const second = await alex.pay(invoice);
  assert.ok(first.ok && second.ok && first.chargeId !== second.chargeId);
  await alex.sees("Balance: 2 credits");
  assert.equal(await balance(alex), "2");
  await until("the Stars to be gone", () => alex.stars() === starsBefore - 200);
});

test("a payment is booked once, under the charge id that Telegram gave it", async () => {
  const invoice = await buy(alex, /^1 credit/);
  const paid = await alex.pay(invoice);
  assert.ok(paid.ok);
  await alex.sees("Balance: 3 credits");
  const { rows } = await sql<{
    count: number;
  }>`select count(*) from ledger.payment where charge_id = ${paid.chargeId}`.execute(db);
  assert.equal(rows[0]?.count, 1);
});

test("a Korean reads Korean, from the packs to the receipt", async () => {
  const invoice = await buy(mina, /^1크레딧 ·/);
  assert.match(invoice.invoice?.title ?? "", /크레딧/);
  assert.equal((await mina.pay(invoice)).ok, true);
  await mina.sees("결제가 완료되었습니다");
});

test("somebody else's offer is refused before anything is paid", async () => {
  const invoice = await buy(alex, /^5 credits/);
  // As if the invoice had been forwarded: it carries an order that was made for Mina.
  await sql`
    update ledger.star_order set telegram_id = ${mina.id}
    where id = (select id from ledger.star_order order by created_at desc limit 1)`.execute(db);
  const refused = await alex.pay(invoice);
  assert.deepEqual([refused.ok, refused.ok ? "" : refused.reason], [false, "refused"]);
  assert.match(refused.ok ? "" : refused.message, /somebody else/);
});

test("a refund goes from the request over the admin's approval to the Stars that come back", async () => {
  const before = alex.stars();
  await alex.say("/paysupport");
  await alex.press(/^100 ⭐ ·/);
  await alex.sees("Why would you like 100");
  await alex.say("I changed my mind <b>&");
  await alex.sees("with the operators");
  const card = await admin.sees("Refund request");
  assert.match(card.text ?? "", /I changed my mind <b>&/);
  await admin.press("Approve");
  await alex.sees("have been returned to you", { timeoutMs: 20_000 });
  await admin.sees("✅ Refunded");
  await until("the Stars to come back", () => alex.stars() === before + 100);
  assert.equal(await balance(alex), "2");
});

test("an admin who comes late is shown the refunds that wait for him", async () => {
  await admin.act("block");
  const wanted = await alex.say("/paysupport");
  await alex.sees("Which payment", { since: wanted });
  await alex.press(/^100 ⭐ ·/);
  await alex.sees("Why would you like", { since: wanted });
  const asked = await alex.say("Not for me");
  await alex.sees("with the operators", { since: asked });
  await admin.act("unblock");
  await admin.start();
  await admin.sees("Not for me");
  await admin.press("Refuse");
  await alex.sees("was refused", { since: asked });
});

test("a request that waits is brought up again once a day, and cannot be muted", async () => {
  const wanted = await alex.say("/paysupport");
  await alex.press(/^100 ⭐ ·/);
  await alex.sees("Why would you like", { since: wanted });
  await alex.say("Still not for me");
  const card = await admin.sees("Still not for me");
  await sql`update ledger.refund set created_at = now() - interval '50 hours' where state = 'requested'`.execute(db);
  await runJob(database, "chat.remind-refunds");
  const again = await admin.sees(/Still not for me[^]*waited for a decision for 2 days/, { since: card });
  assert.ok(again.message_id > card.message_id);
  await until("the old one to be without buttons", () => {
    const old = admin.messages().find(({ message_id }) => message_id === card.message_id);
    return old !== undefined && old.reply_markup === undefined;
  });
  await admin.press("Refuse");
  await admin.sees("Refused by");
  await admin.say("/settings");
  await admin.press("Notifications");
  const topics = await admin.sees("Tap one on the left");
  assert.doesNotMatch(JSON.stringify(topics.reply_markup), /Refund requests/);
});

test("an admin gives and takes credits with a reason, and nobody else can", async () => {
  await admin.say("/credit @alexrivera +2.5 for the trouble");
  await alex.sees("You were given 2.5 credits: for the trouble");
  await admin.say(`/credit ${alex.id} -0.5 counted twice`);
  await alex.sees("Taken from your account: 0.5 credits");
  assert.equal(await balance(alex), "4");
  await admin.say(`/credit ${alex.id} -100 too much`);
  await admin.sees("only 4 credits are available");
  await admin.say("/credit nonsense");
  await admin.sees("Expected: /credit");
  const asked = await alex.say("/credit @alexrivera +1000 me");
  await alex.waits("a refusal", ({ message_id, text = "" }) => message_id > asked.message_id && !/now has/.test(text));
  assert.equal(await balance(alex), "4");
  const { rows } = await sql<{
    count: number;
  }>`select count(*) from account.audit where action like 'ledger.credits_%'`.execute(db);
  assert.equal(rows[0]?.count, 2);
});

test("decisions over money are the admin's alone, whatever data a client sends", async () => {
  const menu = await alex.sees("Balance:");
  for (const data of [
    "refund:approve:0192f0c1-0000-7000-8000-000000000000",
    "refund:approve:nonsense",
    "buy:nonsense",
    "paysupport:x",
    "forget:yes:zzz:xxx",
    "x".repeat(64),
    ":::",
  ]) {
    await alex.forge(menu, data);
  }
  assert.equal(await balance(alex), "4");
});

test("a debt that came since the question is not left behind by being forgotten", async () => {
  const paid = await alex.pay(await buy(alex, /^1 credit/));
  assert.ok(paid.ok);
  await alex.sees("Balance: 5 credits");
  await admin.say(`/credit ${alex.id} -5 spent on something`);
  await alex.sees("Taken from your account: 5 credits");
  const asked = await alex.say("/forget");
  await alex.sees("Erase everything?", { since: asked });
  const refund = await fetch(`${sandbox.url}/bot${sandbox.botToken}/refundStarPayment`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user_id: alex.id, telegram_payment_charge_id: paid.chargeId }),
  });
  assert.equal(refund.status, 200);
  await alex.sees("Telegram has returned 100", { since: asked });
  await alex.press("Erase everything");
  await alex.sees("1 credit below zero", { since: asked });
  const { rows } = await sql`select from account.person where telegram_id = ${alex.id}`.execute(db);
  assert.equal(rows.length, 1);
});

test("the books are right in the end", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
