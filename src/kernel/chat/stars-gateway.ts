import { type GatewayFailure, periodSeconds, type StarsGateway, type StarTransaction } from "../ledger/index.ts";
import { type ApiResult, type BotApi, TelegramRefused, TelegramUnavailable } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";

type TelegramTransaction = ApiResult<"getStarTransactions">["transactions"][number];
type Partner = NonNullable<TelegramTransaction["source"]>;

/** The ledger's view of Telegram's Stars. */
export function makeStarsGateway(api: Pick<BotApi, "call">): StarsGateway {
  return {
    refund: async (telegramId, chargeId) => {
      try {
        await api.call("refundStarPayment", { user_id: telegramId, telegram_payment_charge_id: chargeId });
        return "refunded";
      } catch (error) {
        if (error instanceof TelegramRefused && error.description.includes("CHARGE_ALREADY_REFUNDED"))
          return "already_refunded";
        throw error;
      }
    },
    editSubscription: async (telegramId, chargeId, { isCanceled }) => {
      await api.call("editUserStarSubscription", {
        user_id: telegramId,
        telegram_payment_charge_id: chargeId,
        is_canceled: isCanceled,
      });
    },
    transactions: async (offset, limit) => {
      const { transactions } = await api.call("getStarTransactions", { offset, limit });
      return transactions.map(readTransaction);
    },
  };
}

/** Makes links of invoices that are paid every 30 days: a message cannot ask for that. */
export function makeInvoiceLink(api: Pick<BotApi, "call">): ChatDeps["invoiceLink"] {
  return async ({ title, description, payload, stars }) =>
    await api.call("createInvoiceLink", {
      title,
      description,
      payload,
      provider_token: "",
      currency: "XTR",
      prices: [{ label: title, amount: stars }],
      subscription_period: periodSeconds,
    });
}

/** What an error of the gateway means for what was asked. */
export function gatewayFailure(error: unknown): GatewayFailure {
  if (error instanceof TelegramRefused) {
    // A revoked token or flood control says nothing about the refund.
    return error.errorCode === 429 || error.errorCode === 401 ? "unavailable" : "refused";
  }
  // Anything unknown may have happened after Telegram had acted: it is looked up before it is asked for again.
  return error instanceof TelegramUnavailable ? "unavailable" : "unclear";
}

function readTransaction({ id, amount, date, source, receiver }: TelegramTransaction): StarTransaction {
  const partner = source ?? receiver;
  return {
    id,
    stars: amount,
    at: new Date(date * 1000),
    direction: source === undefined ? "out" : "in",
    telegramId: partner?.type === "user" ? partner.user.id : undefined,
    invoicePayload: payloadOf(partner),
  };
}

function payloadOf(partner: Partner | undefined): string | undefined {
  return partner?.type === "user" && "invoice_payload" in partner ? partner.invoice_payload : undefined;
}
