import { badRequest } from "../bot-api-error.ts";
import type { MethodTable } from "../context.ts";
import { randomInvoiceSlug, readInvoice } from "../invoices.ts";
import { send } from "./messages.ts";

export const paymentMethods = {
  sendInvoice: (context, params) => {
    const invoice = readInvoice(params);
    return send(context, params, () => {
      const { title, description, startParameter, currency, amount } = invoice;
      const payButton = { text: `Pay ⭐️${amount}`, pay: true };
      return {
        invoice,
        content: {
          invoice: { title, description, start_parameter: startParameter, currency, total_amount: amount },
          ...(params.reply_markup === undefined ? { reply_markup: { inline_keyboard: [[payButton]] } } : {}),
        },
      };
    });
  },

  createInvoiceLink: ({ world, baseUrl }, params) => {
    const slug = randomInvoiceSlug(world);
    world.bank.links.set(slug, readInvoice(params));
    return `${baseUrl}/sandbox/invoice/$${slug}`;
  },

  answerPreCheckoutQuery: ({ world }, params) => {
    const checkout = world.bank.checkouts.get(params.pre_checkout_query_id);
    if (checkout === undefined) {
      throw badRequest("query is too old and response timeout expired or query ID is invalid");
    }
    if (!params.ok && (params.error_message ?? "") === "")
      throw badRequest("pre checkout query error message is empty");
    checkout.settle(params.ok ? { ok: true } : { ok: false, late: false, message: params.error_message ?? "" });
    return true;
  },
} satisfies MethodTable;
