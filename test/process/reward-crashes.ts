import assert from "node:assert/strict";

import { sql } from "kysely";

import { type Customer, customerOf } from "#test/support/customer.ts";

import { type Case, said, type Seen, type Situation, updatePoint as update } from "./crash-case.ts";

/** The code that everybody may use once. */
export const promoCode = "MATRIX";
/** Opens gifts. */
const receiver = 700_000_004;

async function choosesGift(customer: Customer): Promise<void> {
  await customer.buy();
  const asked = customer.hands.say("/gift");
  await customer.hears("up to 1 credit", asked);
}

async function hasGiven(customer: Customer): Promise<void> {
  await choosesGift(customer);
  await customer.press(/^1 credit$/);
  await customer.hears("Whoever opens it first has the credits");
}

function opensGift({ heard }: Customer, { deployment }: Situation): void {
  const link = heard().flatMap((message) => /start=(gift_[\w-]+)/.exec(JSON.stringify(message))?.[1] ?? []);
  deployment.sandbox.as(receiver).start(link[0]);
}

async function giftsOf({ id }: Customer, { deployment }: Seen): Promise<readonly unknown[]> {
  const { rows } = await sql<{ state: string; amount: number }>`
    select state, amount from ledger.gift join account.person on person.id = giver_id
    where person.telegram_id = ${id}`.execute(deployment.database.db);
  return rows;
}

/** Each stops nobody's chat but its own. */
export const rewardCases: readonly Case[] = [
  {
    name: "promo code: used",
    act: (customer) => customer.hands.say(`/promo ${promoCode}`),
    point: update("update", "message"),
    check: async (customer) => {
      assert.equal(await customer.balance(), "1");
      assert.equal(said(customer, "for you!"), 1);
    },
  },
  {
    name: "gift: given",
    prepare: choosesGift,
    act: async (customer) => {
      await customer.press(/^1 credit$/);
    },
    point: update("update", "callback_query"),
    check: async (customer, seen) => {
      assert.equal(await customer.balance(), "0");
      assert.deepEqual(await giftsOf(customer, seen), [{ state: "open", amount: 1000 }]);
    },
  },
  {
    name: "gift: opened",
    prepare: hasGiven,
    act: opensGift,
    point: () => update("update", "message")(receiver),
    check: async (customer, seen) => {
      assert.equal(await customer.balance(), "0");
      assert.deepEqual(await giftsOf(customer, seen), [{ state: "claimed", amount: 1000 }]);
      assert.equal(said(customer, "has opened your gift"), 1);
      assert.equal(await customerOf(seen.deployment.sandbox, receiver).balance(), "1");
    },
  },
];
