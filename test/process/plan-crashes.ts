import assert from "node:assert/strict";

import type { Message } from "@grammyjs/types";
import { sql } from "kysely";

import type { Customer } from "#test/support/customer.ts";

import { renewSubscription } from "../../src/sandbox/world/subscriptions.ts";
import { type Case, said, type Seen, type Situation } from "./crash-case.ts";

async function offersPlan(customer: Customer): Promise<void> {
  customer.hands.say("/buy");
  await customer.press(/12 credits · 1,000 ⭐ a month/);
  await customer.hears((message) => linkIn(message) !== "");
}

function linkIn(message: Message): string {
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  return (
    buttons.flatMap((button) => ("url" in button ? [button.url] : [])).find((url) => url.includes("/invoice/")) ?? ""
  );
}

const paysPlan = {
  prepare: offersPlan,
  act: (customer: Customer) => {
    const link = customer
      .heard()
      .map(linkIn)
      .findLast((url) => url !== "");
    assert.ok(link !== undefined);
    customer.hands.pay(link).catch(() => undefined);
  },
};

async function isSubscribed(customer: Customer): Promise<void> {
  await paysPlan.prepare(customer);
  paysPlan.act(customer);
  await customer.hears("12 credits every month: 1,000 ⭐ received");
}

/** A month passes, or the payment of one goes back, by what Telegram knows of this person. */
function firstCharge({ id }: Customer, { deployment }: Situation): string {
  const { subscriptions } = deployment.sandbox.world.bank;
  return [...subscriptions.values()].find(({ personId }) => personId === id)?.chargeId ?? "";
}

async function months(customer: Customer, { deployment }: Seen, count: number): Promise<void> {
  assert.equal(await customer.balance(), String(12 * count));
  const { rows } = await sql<{ state: string; periods: number }>`
    select state, (select count(*) from ledger.subscription_period where order_id = subscription.order_id) as periods
    from ledger.subscription where telegram_id = ${customer.id}`.execute(deployment.database.db);
  assert.deepEqual(rows, [{ state: "active", periods: count }]);
}

const subscription = (state: string) => (id: number) => ({
  table: "ledger.subscription",
  event: "update" as const,
  when: `new.telegram_id = ${id} and new.state = '${state}' and old.state <> '${state}'`,
});

/** What is paid every month: the first payment, a renewal, a cancellation that Telegram is asked for. */
export const planCases: readonly Case[] = [
  {
    name: "plan: first month credited",
    ...paysPlan,
    point: (id) => ({ table: "ledger.subscription", event: "insert", when: `new.telegram_id = ${id}` }),
    check: async (customer, seen) => {
      await months(customer, seen, 1);
      assert.equal(said(customer, "every month: 1,000 ⭐ received"), 1);
    },
  },
  {
    name: "plan: renewal credited",
    prepare: isSubscribed,
    act: (customer, situation) =>
      renewSubscription(situation.deployment.sandbox.world, firstCharge(customer, situation)),
    point: (id) => ({ table: "ledger.payment", event: "insert", when: `new.telegram_id = ${id}` }),
    check: async (customer, seen) => {
      await months(customer, seen, 2);
      assert.equal(said(customer, "12 credits renewed"), 1);
    },
  },
  {
    name: "plan: cancelled",
    prepare: async (customer) => {
      await isSubscribed(customer);
      customer.hands.say("/status");
      await customer.hears("Renews on");
    },
    act: async (customer) => await customer.press("Cancel the subscription"),
    point: subscription("canceled"),
    check: (customer, { deployment }) => {
      assert.equal(said(customer, "12 credits is cancelled"), 1);
      const { subscriptions } = deployment.sandbox.world.bank;
      assert.deepEqual(
        [...subscriptions.values()].flatMap(({ personId, isBarred }) => (personId === customer.id ? [isBarred] : [])),
        [true],
      );
    },
  },
];
