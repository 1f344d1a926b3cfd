import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";

import type { Message } from "@grammyjs/types";

import { manualClock } from "#kernel/lib/manual-clock.ts";
import type { ManualClock } from "#kernel/lib/manual-clock.ts";

import type { PersonHandle } from "../../people/person-handle.ts";
import type { Sandbox } from "../../server.ts";
import { testBot, testSandbox } from "../../test-bot.ts";
import type { TestBot } from "../../test-bot.ts";
import { chargeBack } from "../../world/refunds.ts";
import { renewSubscription } from "../../world/subscriptions.ts";

const minaId = 700_000_002;
const invoice = {
  title: "100 credits",
  description: "For about ten videos",
  payload: "order-1",
  currency: "XTR",
  prices: [{ label: "100 credits", amount: 250 }],
};

interface Shop {
  readonly sandbox: Sandbox;
  readonly bot: TestBot;
  readonly clock: ManualClock;
  readonly mina: PersonHandle;
  /** Answers the next pre-checkout query. @returns it. */
  readonly answer: (ok: boolean, message?: string) => Promise<{ id: string; payload: string; amount: number }>;
  /** Pays to the end. @returns the service message. */
  readonly buy: (what: Message | string) => Promise<Message>;
}

async function shop(t: TestContext): Promise<Shop> {
  const clock = manualClock(new Date("2026-11-21T10:00:00Z"));
  const sandbox = await testSandbox(t, { clock });
  const bot = testBot(sandbox);
  const mina = sandbox.as(minaId);
  mina.start();
  await bot.updates();
  const answer: Shop["answer"] = async (ok, message) => {
    const query = (await bot.updates()).find((update) => update.pre_checkout_query)?.pre_checkout_query;
    assert.ok(query);
    const reason = message === undefined ? {} : { error_message: message };
    assert.equal(await bot.do("answerPreCheckoutQuery", { pre_checkout_query_id: query.id, ok, ...reason }), true);
    return { id: query.id, payload: query.invoice_payload, amount: query.total_amount };
  };
  const buy: Shop["buy"] = async (what) => {
    const paying = mina.pay(what);
    await answer(true);
    assert.equal((await paying).ok, true);
    const message = (await bot.updates()).find((update) => update.message?.successful_payment)?.message;
    assert.ok(message);
    return message;
  };
  return { sandbox, bot, clock, mina, answer, buy };
}

test("a payment goes through pre-checkout, moves the Stars and posts the receipt", async (t) => {
  const { sandbox, bot, mina, answer } = await shop(t);
  const sent = await bot.do("sendInvoice", { chat_id: minaId, ...invoice, start_parameter: "shop" });
  assert.deepEqual(sent.invoice, {
    title: "100 credits",
    description: "For about ten videos",
    start_parameter: "shop",
    currency: "XTR",
    total_amount: 250,
  });
  const paying = mina.pay(sent);
  const query = await answer(true);
  assert.deepEqual([query.payload, query.amount], ["order-1", 250]);
  const result = await paying;
  assert.ok(result.ok);
  assert.equal(result.balance, 750);
  const [update] = await bot.updates();
  assert.deepEqual(update?.message?.successful_payment, {
    currency: "XTR",
    total_amount: 250,
    invoice_payload: "order-1",
    telegram_payment_charge_id: result.chargeId,
    provider_payment_charge_id: `${minaId}_1`,
  });
  assert.deepEqual(await bot.do("getMyStarBalance"), { amount: 250 });
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});

test("an old invoice can be paid again, with a charge of its own", async (t) => {
  const { bot, buy } = await shop(t);
  const sent = await bot.do("sendInvoice", { chat_id: minaId, ...invoice });
  const first = await buy(sent);
  const second = await buy(sent);
  const charges = [first, second].map((message) => message.successful_payment?.telegram_payment_charge_id);
  assert.equal(new Set(charges).size, 2);
  assert.equal((await bot.do("getMyStarBalance")).amount, 500);
});

test("nothing is paid when the bot says no, says nothing for 10 s, or the Stars are too few", async (t) => {
  const { sandbox, bot, clock, mina, answer } = await shop(t);
  const sent = await bot.do("sendInvoice", { chat_id: minaId, ...invoice });
  const refused = mina.pay(sent);
  await answer(false, "Sold out");
  assert.deepEqual(await refused, { ok: false, reason: "refused", message: "Sold out" });
  const unanswered = mina.pay(sent);
  const query = (await bot.updates())[0]?.pre_checkout_query;
  await clock.advance(10_000);
  const late = await unanswered;
  assert.equal(!late.ok && late.reason, "timeout");
  const tooLate = await bot.fail("answerPreCheckoutQuery", { pre_checkout_query_id: query?.id, ok: true });
  assert.match(tooLate.description, /^Bad Request: query is too old/);
  const dear = await bot.do("sendInvoice", { chat_id: minaId, ...invoice, prices: [{ label: "all", amount: 1001 }] });
  const broke = await mina.pay(dear);
  assert.equal(!broke.ok && broke.reason, "balance");
  assert.equal(sandbox.world.people.get(minaId)?.stars, 1000);
  assert.equal((await bot.do("getMyStarBalance")).amount, 0);
});

test("a refund gives everything back, once", async (t) => {
  const { sandbox, bot, buy } = await shop(t);
  const receipt = await buy(await bot.do("sendInvoice", { chat_id: minaId, ...invoice }));
  const charge = {
    user_id: minaId,
    telegram_payment_charge_id: receipt.successful_payment?.telegram_payment_charge_id ?? "",
  };
  assert.equal(
    (await bot.fail("refundStarPayment", { ...charge, user_id: 5 })).description,
    "Bad Request: CHARGE_NOT_FOUND",
  );
  assert.equal(await bot.do("refundStarPayment", charge), true);
  const [update] = await bot.updates();
  assert.deepEqual(update?.message?.refunded_payment, {
    currency: "XTR",
    total_amount: 250,
    invoice_payload: "order-1",
    telegram_payment_charge_id: charge.telegram_payment_charge_id,
  });
  assert.equal((await bot.fail("refundStarPayment", charge)).description, "Bad Request: CHARGE_ALREADY_REFUNDED");
  assert.equal(sandbox.world.people.get(minaId)?.stars, 1000);
  const { transactions } = await bot.do("getStarTransactions");
  assert.deepEqual(
    transactions.map(({ id, amount, source, receiver }) => [id, amount, source?.type, receiver?.type]),
    [
      [charge.telegram_payment_charge_id, 250, "user", undefined],
      [charge.telegram_payment_charge_id, 250, undefined, "user"],
    ],
  );
});

test("transactions are paged from the oldest on", async (t) => {
  const { bot, buy } = await shop(t);
  for (const amount of [1, 2, 3]) {
    await buy(await bot.do("sendInvoice", { chat_id: minaId, ...invoice, prices: [{ label: "x", amount }] }));
  }
  const page = async (params: object): Promise<readonly number[]> =>
    (await bot.do("getStarTransactions", params)).transactions.map(({ amount }) => amount);
  assert.deepEqual(await page({}), [1, 2, 3]);
  assert.deepEqual(await page({ offset: 1, limit: 1 }), [2]);
  assert.deepEqual(await page({ offset: 3 }), []);
});

test("a store takes a payment back without a word, and the balance may fall below zero", async (t) => {
  const { sandbox, bot, buy } = await shop(t);
  const sent = await bot.do("sendInvoice", { chat_id: minaId, ...invoice });
  const receipts = [await buy(sent), await buy(sent)];
  const [first = "", second = ""] = receipts.map((message) => message.successful_payment?.telegram_payment_charge_id);
  await bot.do("refundStarPayment", { user_id: minaId, telegram_payment_charge_id: first });
  await bot.updates();
  sandbox.world.bank.balance = 0;
  assert.equal(chargeBack(sandbox.world, second), true);
  assert.equal(chargeBack(sandbox.world, second), false);
  assert.deepEqual(await bot.updates(), []);
  assert.equal((await bot.do("getMyStarBalance")).amount, -250);
  assert.equal((await bot.do("getStarTransactions")).transactions.at(-1)?.id, second);
});

test("a refund needs Stars to give back", async (t) => {
  const { sandbox, bot, buy } = await shop(t);
  const receipt = await buy(await bot.do("sendInvoice", { chat_id: minaId, ...invoice }));
  sandbox.world.bank.balance = 249;
  const charge = receipt.successful_payment?.telegram_payment_charge_id;
  const refusal = await bot.fail("refundStarPayment", { user_id: minaId, telegram_payment_charge_id: charge });
  assert.equal(refusal.description, "Bad Request: BALANCE_TOO_LOW");
});

test("a subscription is bought by its link, renewed each month with a new charge, and ends when Stars are missing", async (t) => {
  const { sandbox, bot, clock, mina, buy } = await shop(t);
  const link = await bot.do("createInvoiceLink", { ...invoice, subscription_period: 2_592_000 });
  assert.match(link, /\/sandbox\/invoice\/\$[\w-]+$/);
  const first = (await buy(link)).successful_payment;
  const begin = Math.floor(clock.now().getTime() / 1000);
  assert.deepEqual(
    [first?.is_recurring, first?.is_first_recurring, first?.subscription_expiration_date],
    [true, true, begin + 2_592_000],
  );
  const chargeId = first?.telegram_payment_charge_id ?? "";
  assert.equal(renewSubscription(sandbox.world, chargeId), "renewed");
  const second = (await bot.updates())[0]?.message?.successful_payment;
  assert.deepEqual([second?.is_recurring, second?.is_first_recurring], [true, undefined]);
  assert.equal(second?.subscription_expiration_date, begin + 2 * 2_592_000);
  assert.notEqual(second?.telegram_payment_charge_id, chargeId);
  const person = sandbox.world.people.get(minaId);
  assert.ok(person);
  person.stars = 10;
  assert.equal(renewSubscription(sandbox.world, chargeId), "failed");
  assert.deepEqual((await bot.updates())[0]?.subscription, {
    user: (await bot.do("getChatMember", { chat_id: minaId, user_id: minaId })).user,
    invoice_payload: "order-1",
    state: "failed",
  });
  assert.equal(renewSubscription(sandbox.world, chargeId), "unknown");
  assert.equal(mina.id, minaId);
});

test("a subscription can be stopped by either side; what the bot stopped, the person takes up when the bot allows it", async (t) => {
  const { sandbox, bot, buy } = await shop(t);
  const link = await bot.do("createInvoiceLink", { ...invoice, subscription_period: 2_592_000 });
  const chargeId = (await buy(link)).successful_payment?.telegram_payment_charge_id ?? "";
  const edit = { user_id: minaId, telegram_payment_charge_id: chargeId };
  const act = async (action: string): Promise<number> => {
    const url = `${sandbox.url}/sandbox/api/people/${minaId}/${action}`;
    return (await fetch(url, { method: "POST", body: JSON.stringify({ chargeId }) })).status;
  };
  assert.equal(await act("subscriptions/cancel"), 200);
  assert.equal((await bot.updates())[0]?.subscription?.state, "canceled");
  assert.equal(await act("subscriptions/resume"), 200);
  assert.equal((await bot.updates())[0]?.subscription?.state, "active");
  assert.equal(await bot.do("editUserStarSubscription", { ...edit, is_canceled: true }), true);
  assert.equal(renewSubscription(sandbox.world, chargeId), "canceled");
  assert.equal(await act("subscriptions/resume"), 400);
  assert.deepEqual(await bot.updates(), []);
  assert.equal(await bot.do("editUserStarSubscription", { ...edit, is_canceled: false }), true);
  assert.equal(renewSubscription(sandbox.world, chargeId), "canceled", "allowed, and not yet taken up");
  assert.equal(await act("subscriptions/resume"), 200);
  assert.equal((await bot.updates())[0]?.subscription?.state, "active");
  assert.equal(await act("subscriptions/renew"), 200);
  assert.equal((await bot.updates())[0]?.message?.successful_payment?.is_recurring, true);
  assert.equal(await act("payments/charge-back"), 200);
  assert.equal(await act("payments/charge-back"), 400);
  assert.equal(await act("subscriptions/fail"), 200);
  assert.deepEqual(
    (await bot.updates()).map(({ subscription }) => subscription?.state),
    ["failed"],
  );
  assert.equal(await act("subscriptions/renew"), 404);
});

test("a person sees what was paid and what is renewed, and nobody else does", async (t) => {
  const { sandbox, bot, buy } = await shop(t);
  const link = await bot.do("createInvoiceLink", { ...invoice, subscription_period: 2_592_000 });
  const chargeId = (await buy(link)).successful_payment?.telegram_payment_charge_id ?? "";
  const wallet = async (id: number): Promise<unknown> => {
    const response = await fetch(`${sandbox.url}/sandbox/api/state?as=${id}`);
    return ((await response.json()) as { readonly wallet: unknown }).wallet;
  };
  const shared = { chargeId, title: "100 credits", stars: 250 };
  assert.deepEqual(await wallet(minaId), {
    payments: [{ ...shared, paidAt: "2026-11-21T10:00:00.000Z", isRefunded: false }],
    subscriptions: [{ ...shared, expiresAt: "2026-12-21T10:00:00.000Z", state: "active" }],
  });
  assert.deepEqual(await wallet(700_000_003), { payments: [], subscriptions: [] });
  const stolen = `${sandbox.url}/sandbox/api/people/700000003/subscriptions/cancel`;
  assert.equal((await fetch(stolen, { method: "POST", body: JSON.stringify({ chargeId }) })).status, 404);
});

test("invoices that Telegram would not take are refused", async (t) => {
  const { bot } = await shop(t);
  const refusal = async (params: object): Promise<string> =>
    (await bot.fail("sendInvoice", { chat_id: minaId, ...invoice, ...params })).description;
  assert.equal(await refusal({ title: "" }), 'Bad Request: parameter "title" is required');
  assert.equal(await refusal({ title: "x".repeat(33) }), "Bad Request: INVOICE_TITLE_INVALID");
  assert.equal(await refusal({ payload: "é".repeat(65) }), "Bad Request: INVOICE_PAYLOAD_INVALID");
  assert.equal(await refusal({ currency: "USD" }), "Bad Request: PAYMENT_PROVIDER_INVALID");
  assert.equal(await refusal({ provider_token: "abc" }), "Bad Request: PAYMENT_PROVIDER_INVALID");
  assert.equal(await refusal({ prices: [] }), "Bad Request: there must be at least one price");
  assert.equal(await refusal({ prices: [...invoice.prices, ...invoice.prices] }), "Bad Request: STARS_INVOICE_INVALID");
  assert.equal(await refusal({ prices: [{ label: "x", amount: 0 }] }), "Bad Request: STARS_INVOICE_INVALID");
  assert.equal(
    await refusal({ prices: [{ label: "x" }] }),
    "Bad Request: can't parse labeled price: Can't find field \"amount\"",
  );
  const notPay = { inline_keyboard: [[{ text: "x", callback_data: "y" }]] };
  assert.equal(await refusal({ reply_markup: notPay }), "Bad Request: BUTTON_POS_INVALID");
  const week = await bot.fail("createInvoiceLink", { ...invoice, subscription_period: 604_800 });
  assert.equal(week.description, "Bad Request: SUBSCRIPTION_PERIOD_INVALID");
});
