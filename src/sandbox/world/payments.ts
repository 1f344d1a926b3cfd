import type { PreCheckoutQuery, SuccessfulPayment, TransactionPartnerUser } from "@grammyjs/types";

import type { PaymentResult } from "../protocol.ts";
import { privateChat } from "./chats.ts";
import { postMessage } from "./messages.ts";
import { changeStars, userOf } from "./people.ts";
import { present } from "./present.ts";
import type { CheckoutAnswer } from "./stars-bank.ts";
import { tellWallet } from "./wallet.ts";
import { unixTime } from "./world.ts";
import type { InvoiceTerms, PersonRecord, World } from "./world.ts";

/** Telegram gives up on a pre-checkout query after this long. */
const checkoutSeconds = 10;
const checkoutLifetimeMs = 150_000;

/**
 * The whole way of a payment: enough Stars, pre-checkout (the bot must say yes in 10 s), Stars change hands, and the
 * service message `successful_payment` in the private chat. The same invoice may be paid again: each time a new charge.
 */
export async function payInvoice(world: World, person: PersonRecord, terms: InvoiceTerms): Promise<PaymentResult> {
  if (person.stars < terms.amount) {
    return { ok: false, reason: "balance", message: `You have ${person.stars} Stars, this costs ${terms.amount}.` };
  }
  const answer = await askBot(world, person, terms);
  if (!answer.ok) return { ok: false, reason: answer.late ? "timeout" : "refused", message: answer.message };
  // Another payment may have gone through while the bot was thinking.
  if (person.stars < terms.amount) return { ok: false, reason: "balance", message: "You have too few Stars." };
  const chargeId = settlePayment(world, person, terms, firstPaymentFlags(world, terms));
  return { ok: true, chargeId, balance: person.stars };
}

async function askBot(world: World, person: PersonRecord, terms: InvoiceTerms): Promise<CheckoutAnswer> {
  const id = String(Math.floor(world.ids.random() * Number.MAX_SAFE_INTEGER));
  const { promise, resolve } = Promise.withResolvers<CheckoutAnswer>();
  const settle = (answer: CheckoutAnswer): void => {
    world.bank.checkouts.delete(id);
    timer.cancel();
    resolve(answer);
  };
  const timer = world.clock.schedule(checkoutSeconds * 1000, () => {
    settle({ ok: false, late: true, message: "The bot did not answer in time. Nothing was paid." });
  });
  world.bank.checkouts.set(id, { timer, settle });
  const query: PreCheckoutQuery = {
    id,
    from: userOf(person),
    currency: terms.currency,
    total_amount: terms.amount,
    invoice_payload: terms.payload,
  };
  world.updates.push({
    kind: "pre_checkout_query",
    content: query,
    orderKey: `checkout:${person.id}`,
    lifetimeMs: checkoutLifetimeMs,
  });
  return await promise;
}

type RecurringFlags = Pick<SuccessfulPayment, "is_recurring" | "is_first_recurring" | "subscription_expiration_date">;

function firstPaymentFlags(world: World, terms: InvoiceTerms): RecurringFlags {
  if (terms.subscriptionPeriod === undefined) return {};
  return {
    subscription_expiration_date: unixTime(world) + terms.subscriptionPeriod,
    is_recurring: true,
    is_first_recurring: true,
  };
}

/** Moves the Stars, writes the bank's books and posts the receipt. @returns the charge id. */
export function settlePayment(world: World, person: PersonRecord, terms: InvoiceTerms, flags: RecurringFlags): string {
  const chargeId = `stx${world.ids.token(48)}`;
  const date = unixTime(world);
  changeStars(world, person, -terms.amount);
  world.bank.balance += terms.amount;
  world.bank.payments.set(chargeId, {
    chargeId,
    personId: person.id,
    terms,
    paidAt: world.clock.now(),
    isRefunded: false,
  });
  world.bank.transactions.push({ id: chargeId, amount: terms.amount, date, source: payer(person, terms) });
  if (flags.is_first_recurring && flags.subscription_expiration_date !== undefined) {
    const expiresAt = flags.subscription_expiration_date;
    world.bank.subscriptions.set(chargeId, {
      chargeId,
      personId: person.id,
      terms,
      expiresAt,
      isCanceled: false,
      isBarred: false,
    });
  }
  postMessage(world, privateChat(world, person), {
    from: person,
    isService: true,
    content: {
      successful_payment: {
        currency: terms.currency,
        total_amount: terms.amount,
        invoice_payload: terms.payload,
        ...flags,
        telegram_payment_charge_id: chargeId,
        provider_payment_charge_id: `${person.id}_${world.bank.transactions.length}`,
      },
    },
  });
  tellWallet(world, person.id);
  return chargeId;
}

export function payer(person: PersonRecord, terms: InvoiceTerms): TransactionPartnerUser {
  return {
    type: "user",
    transaction_type: "invoice_payment",
    user: userOf(person),
    invoice_payload: terms.payload,
    ...present({ subscription_period: terms.subscriptionPeriod }),
  };
}
