import type { GatewayFailure, StarsGateway, StarTransaction } from "../ledger/index.ts";
import { type ApiResult, type BotApi, TelegramRefused, TelegramUnavailable } from "../telegram/index.ts";

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
    transactions: async (offset, limit) => {
      const { transactions } = await api.call("getStarTransactions", { offset, limit });
      return transactions.map(readTransaction);
    },
  };
}

/** What an error of the gateway means for a refund that was asked for. */
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
