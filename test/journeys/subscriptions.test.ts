import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { buttonsOf, openPerson, type SandboxPerson, visibleText } from "#test/support/person.ts";
import { runJob } from "#test/support/run-job.ts";
import { until } from "#test/support/until.ts";

import { findInvoiceLink } from "../../src/sandbox/people/people-actions.ts";
import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";
import { payer as payerOf } from "../../src/sandbox/world/payments.ts";

const { sandbox, database, api } = await runApp();
const { db } = database;
const alex = await openPerson(sandbox.url, 700_000_003);
const mina = await openPerson(sandbox.url, 700_000_002);
const admin = await openPerson(sandbox.url, sandboxAdminId);
// What is paid here is to be found at once.
await sql`
  insert into setting.section (key, value) values ('ledger.stars', '{"reconcileAfterSeconds": 0}')`.execute(db);
await sql`select pg_notify('telecast_settings', '')`.execute(db);
for (const person of [alex, mina, admin]) {
  await person.start();
  await person.act("stars", { amount: 10_000 });
}

/** Presses a plan in `/buy`. @returns the link to pay. */
async function offer(person: SandboxPerson, plan: RegExp): Promise<string> {
  const asked = await person.say("/buy");
  await person.waits("the offers", (each) => each.message_id > asked.message_id && plan.test(visibleText(each)));
  await person.press(plan);
  const message = await person.waits(
    "the link",
    (each) => each.message_id > asked.message_id && linkIn(each) !== undefined,
  );
  return linkIn(message) ?? "";
}

function linkIn(message: Message): string | undefined {
  for (const button of buttonsOf(message)) if ("url" in button && button.url.includes("/invoice/")) return button.url;
  return undefined;
}

async function payLink(
  person: SandboxPerson,
  link: string,
): Promise<{ ok: boolean; chargeId: string; message: string }> {
  const paid = (await person.act("payments", { link })) as { ok: boolean; chargeId?: string; message?: string };
  return { ok: paid.ok, chargeId: paid.chargeId ?? "", message: paid.message ?? "" };
}

let charge = "";

test("a month of credits is bought by its link, and its receipt says until when", async () => {
  const link = await offer(alex, /🔁 12 credits · 1,000 ⭐ a month/);
  const paid = await payLink(alex, link);
  assert.equal(paid.ok, true);
  charge = paid.chargeId;
  const receipt = await alex.sees("12 credits every month: 1,000 ⭐ received");
  assert.match(visibleText(receipt), /balance: 12\nRenews on .*\/status cancels\.\nReceipt:/);
  const again = await payLink(alex, link);
  assert.deepEqual([again.ok, again.message], [false, "You have this already. /status shows until when."]);
  const asked = await alex.say("/buy");
  await alex.sees(/✅ 12 credits · until /, { since: asked });
});

test("each renewal is credited once and told", async () => {
  await alex.act("subscriptions/renew", { chargeId: charge });
  await alex.sees(/12 credits renewed: 1,000 ⭐ received\.\n\+12 credits, balance: 24/);
});

test("who cancels keeps the month, and takes it up again in his client once the bot has allowed it", async () => {
  const asked = await alex.say("/status");
  await alex.sees(/12 credits · 1,000 ⭐ a month\nRenews on/, { since: asked });
  await alex.press("Cancel the subscription");
  await alex.sees(/12 credits is cancelled\. It stays yours until/);
  await assert.rejects(alex.act("subscriptions/resume", { chargeId: charge }));
  await alex.press("Take it up again");
  await alex.sees("You can take 12 credits up again");
  await alex.act("subscriptions/resume", { chargeId: charge });
  await alex.sees(/12 credits goes on: the next 1,000 ⭐ are due on/);
  await alex.act("subscriptions/cancel", { chargeId: charge });
  await until(
    "the second cancellation to be told",
    () => alex.messages().filter((each) => visibleText(each).includes("12 credits is cancelled")).length === 2,
  );
  await alex.act("subscriptions/resume", { chargeId: charge });
});

test("a renewal that fails is told with a way to fix it, and then ends without another word", async () => {
  await alex.act("subscriptions/fail", { chargeId: charge });
  const told = await alex.sees("12 credits could not be renewed");
  await sql`
    with moved as (
      update ledger.subscription_period set paid_until = now() - interval '1 minute' - (paid_until - now()) / 1000
      where order_id in (select order_id from ledger.subscription where charge_id = ${charge})
      returning order_id, paid_until
    )
    update ledger.subscription set expires_at = (select max(paid_until) from moved) where charge_id = ${charge}`.execute(
    db,
  );
  await runJob(database, "ledger.sweep-unfinished");
  const asked = await alex.say("/status");
  await alex.waits("a status", ({ message_id }) => message_id > asked.message_id);
  assert.ok(!alex.messages().some((each) => visibleText(each).includes("12 credits ended on")));
  await alex.press("Subscribe again");
  const link = await alex.waits(
    "a new link",
    (each) => each.message_id > told.message_id && linkIn(each) !== undefined,
  );
  const paid = await payLink(alex, linkIn(link) ?? "");
  assert.equal(paid.ok, true);
  charge = paid.chargeId;
  await alex.sees(/balance: 36/);
});

test("premium signals come with the plan, until it is refunded", async () => {
  const before = await mina.say("/status");
  await mina.sees(/무료/, { since: before });
  const paid = await payLink(mina, await offer(mina, /🔁 매달 프리미엄 시그널 · ⭐ 500/));
  assert.equal(paid.ok, true);
  await mina.sees("매달 프리미엄 시그널: 스타 500개를 받았습니다");
  const during = await mina.say("/status");
  await mina.sees(/프리미엄 \(.*까지/, { since: during });
  const asked = await mina.say("/paysupport");
  await mina.press(/^⭐ 500 ·/);
  await mina.waits("the question", ({ message_id }) => message_id > asked.message_id + 1);
  await mina.say("not for me");
  await admin.sees("not for me");
  await admin.press("Approve");
  await mina.sees("스타 500개를 환불해 드렸습니다", { timeoutMs: 20_000 });
  await mina.sees("프리미엄 시그널 구독이 끝났습니다");
  const after = await mina.say("/status");
  await mina.sees(/무료/, { since: after });
  await until(
    "Telegram to be told to charge no more",
    () => sandbox.world.bank.subscriptions.get(paid.chargeId)?.isBarred,
  );
});

test("what an operator grants outlasts what is paid, and the other way round", async () => {
  const later = new Date(Date.now() + 90 * 86_400_000).toISOString();
  const put = async (premium_until: string | null): Promise<unknown> => {
    const init = { method: "PUT", body: JSON.stringify({ premium_until }) };
    return ((await (await api(`/api/signals/subscribers/${mina.id}`, init)).json()) as Record<string, unknown>)[
      "premium_until"
    ];
  };
  assert.equal(await put(later), later);
  const paid = await payLink(mina, await offer(mina, /🔁 매달 프리미엄 시그널/));
  assert.equal(paid.ok, true);
  await mina.waits("a second receipt", (each) => visibleText(each).includes(paid.chargeId));
  assert.notEqual(await put(null), null, "still paid");
  await mina.act("subscriptions/cancel", { chargeId: paid.chargeId });
  await mina.sees("프리미엄 시그널 구독을 해지했습니다");
});

test("a payment of a plan whose update never comes is found by the reconciler, credited once and told", async () => {
  const terms = findInvoiceLink(sandbox.world, await offer(admin, /🔁 12 credits/));
  const { people, bank } = sandbox.world;
  const payer = people.get(admin.id);
  assert.ok(payer !== undefined);
  bank.balance += terms.amount;
  bank.transactions.push({
    id: "a-charge-nobody-told-of",
    amount: terms.amount,
    date: Math.floor(Date.now() / 1000) - 1,
    source: payerOf(payer, terms),
  });
  for (let runs = 0; runs < 2; runs += 1) await runJob(database, "ledger.reconcile-stars");
  await admin.sees(/A payment of 1,000 ⭐ reached me late\. 12 credits is yours until/);
  const { rows } = await sql<{ is_told: boolean }>`
    select is_told from ledger.subscription_period where charge_id = 'a-charge-nobody-told-of'`.execute(db);
  assert.deepEqual(rows, [{ is_told: false }]);
});

test("a payment that a store takes back takes its credits, also below zero; both sides are told, once", async () => {
  await admin.say(`/credit ${alex.id} -30 spent on something`);
  await alex.sees("Taken from your account: 30 credits");
  await alex.act("payments/charge-back", { chargeId: charge });
  await runJob(database, "ledger.reconcile-stars");
  await alex.sees(
    /app store has taken a payment of 1,000 ⭐ back\.\nIts 12 credits went with it\. Balance: −6\nWhile you are below zero/,
  );
  await alex.sees("12 credits has ended, because its payment went back");
  await admin.sees(/Chargeback\nA store took 1,000 ⭐ back from Alex/);
  await runJob(database, "ledger.reconcile-stars");
  const prompt = await alex.say("A lighthouse");
  await alex.waits("a refusal", (each) => each.message_id > prompt.message_id && /credit/.test(visibleText(each)));
  const { rows } = await sql<{ count: number }>`select count(*) from ledger.hold`.execute(db);
  assert.equal(Number(rows[0]?.count), 0);
});

test("decisions over a subscription are its owner's alone, whatever data a client sends", async () => {
  const { rows } = await sql<{ order_id: string }>`
    select order_id from ledger.subscription join account.person on person.id = user_id
    where person.telegram_id = ${admin.id}`.execute(db);
  const orderId = rows[0]?.order_id ?? "";
  const menu = await alex.sees("has ended, because its payment went back");
  for (const data of [
    `plan:cancel:${orderId}`,
    `plan:allow:${orderId}`,
    "plan:cancel:x",
    "plan:buy:x",
    "plan:::",
    "plan",
  ]) {
    await alex.forge(menu, data);
  }
  const { rows: states } = await sql<{ state: string; wanted: string | null }>`
    select state, wanted from ledger.subscription where order_id = ${orderId}`.execute(db);
  assert.deepEqual(states, [{ state: "active", wanted: null }]);
});

test("being forgotten says that subscriptions end, and has Telegram charge no more", async () => {
  await mina.say("/forget");
  await mina.sees("구독도 끝납니다");
  await mina.press("모두 지우기");
  // Also what she had cancelled herself: she could take that up again.
  await until("Telegram to be told", () =>
    [...sandbox.world.bank.subscriptions.values()].every(({ personId, isBarred }) => personId !== mina.id || isBarred),
  );
  await until("her id to be gone", async () => {
    const { rows } = await sql`select from ledger.subscription where telegram_id = ${mina.id}`.execute(db);
    return rows.length === 0;
  });
});

test("the books are right in the end", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
