import type { StarAmount, StarTransactions } from "@grammyjs/types";

import { refundPayment } from "../../world/refunds.ts";
import { barSubscription } from "../../world/subscriptions.ts";
import { badRequest } from "../bot-api-error.ts";
import type { MethodTable } from "../context.ts";
import { readInvoice } from "../invoices.ts";
import { send } from "../send.ts";

const mostTransactions = 100;

export const paymentMethods = {
  sendInvoice: (context, params) => {
    const invoice = readInvoice(params);
    const { title, description, startParameter, currency, amount } = invoice;
    const buttons = params.reply_markup?.inline_keyboard.flat() ?? [];
    if (buttons[0] !== undefined && !("pay" in buttons[0])) throw badRequest("BUTTON_POS_INVALID");
    const payButton = { text: `Pay ⭐️${amount}`, pay: true };
    return send(context, params, () => ({
      invoice,
      content: {
        invoice: { title, description, start_parameter: startParameter, currency, total_amount: amount },
        ...(buttons.length === 0 ? { reply_markup: { inline_keyboard: [[payButton]] } } : {}),
      },
    }));
  },

  createInvoiceLink: ({ world, baseUrl }, params) => {
    const slug = world.ids.token(16);
    world.bank.links.set(slug, readInvoice(params));
    return `${baseUrl}/sandbox/invoice/$${slug}`;
  },

  answerPreCheckoutQuery: ({ world }, params) => {
    const checkout = world.bank.checkouts.get(params.pre_checkout_query_id);
    if (!params.ok && (params.error_message ?? "") === "") throw badRequest('parameter "error_message" is required');
    if (checkout === undefined) {
      throw badRequest("query is too old and response timeout expired or query ID is invalid");
    }
    checkout.settle(params.ok ? { ok: true } : { ok: false, late: false, message: params.error_message ?? "" });
    return true;
  },

  refundStarPayment: ({ world }, params) => {
    switch (refundPayment(world, params.user_id, params.telegram_payment_charge_id)) {
      case "refunded":
        return true;
      case "already_refunded":
        throw badRequest("CHARGE_ALREADY_REFUNDED");
      case "balance_too_low":
        throw badRequest("BALANCE_TOO_LOW");
      case "unknown":
    }
    throw badRequest("CHARGE_NOT_FOUND");
  },

  getStarTransactions: ({ world }, params): StarTransactions => {
    const offset = Math.max(params.offset ?? 0, 0);
    const limit = Math.min(Math.max(params.limit ?? mostTransactions, 1), mostTransactions);
    return { transactions: world.bank.transactions.slice(offset, offset + limit) };
  },

  getMyStarBalance: ({ world }): StarAmount => ({ amount: world.bank.balance }),

  editUserStarSubscription: ({ world }, params) => {
    const subscription = world.bank.subscriptions.get(params.telegram_payment_charge_id);
    if (subscription === undefined || subscription.personId !== params.user_id)
      throw badRequest("SUBSCRIPTION_NOT_FOUND");
    barSubscription(world, subscription, params.is_canceled);
    return true;
  },
} satisfies MethodTable;
