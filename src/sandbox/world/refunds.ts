import { privateChat } from "./chats.ts";
import { postMessage } from "./messages.ts";
import { payer } from "./payments.ts";
import { changeStars } from "./people.ts";
import type { PaymentRecord } from "./stars-bank.ts";
import { tellWallet } from "./wallet.ts";
import { unixTime } from "./world.ts";
import type { World } from "./world.ts";

export type RefundOutcome = "refunded" | "unknown" | "already_refunded" | "balance_too_low";

/** The bot gives a payment back, always whole. The person gets a service message; the books a line with the same id. */
export function refundPayment(world: World, personId: number, chargeId: string): RefundOutcome {
  const payment = world.bank.payments.get(chargeId);
  if (payment === undefined || payment.personId !== personId) return "unknown";
  if (payment.isRefunded) return "already_refunded";
  if (world.bank.balance < payment.terms.amount) return "balance_too_low";
  giveBack(world, payment);
  const person = world.people.get(personId);
  if (person === undefined) return "refunded";
  postMessage(world, privateChat(world, person), {
    from: person,
    isService: true,
    content: {
      refunded_payment: {
        currency: payment.terms.currency,
        total_amount: payment.terms.amount,
        invoice_payload: payment.terms.payload,
        telegram_payment_charge_id: chargeId,
      },
    },
  });
  return "refunded";
}

/**
 * The store (Apple, Google) takes a payment back behind everybody's back: the bot is told nothing, sees it only in its
 * transactions and its balance, and the balance may fall below zero.
 * @returns false when there is no such payment, or it went back already.
 */
export function chargeBack(world: World, chargeId: string): boolean {
  const payment = world.bank.payments.get(chargeId);
  if (payment === undefined || payment.isRefunded) return false;
  giveBack(world, payment);
  return true;
}

function giveBack(world: World, payment: PaymentRecord): void {
  const { terms, personId, chargeId } = payment;
  const person = world.people.get(personId);
  payment.isRefunded = true;
  world.bank.balance -= terms.amount;
  tellWallet(world, personId);
  if (person === undefined) return;
  changeStars(world, person, terms.amount);
  const date = unixTime(world);
  world.bank.transactions.push({ id: chargeId, amount: terms.amount, date, receiver: payer(person, terms) });
}
