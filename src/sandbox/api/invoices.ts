import { present } from "../world/present.ts";
import type { InvoiceTerms } from "../world/world.ts";
import { badRequest } from "./bot-api-error.ts";
import type { Params } from "./context.ts";

/** The only period Telegram sells: 30 days. */
const subscriptionPeriod = 2_592_000;
/** Bytes. */
const longestPayload = 128;
const mostStars = 100_000;
const mostSubscriptionStars = 10_000;

type InvoiceParams = Pick<Params<"sendInvoice">, "title" | "description" | "payload" | "currency" | "prices"> &
  Pick<Params<"sendInvoice">, "provider_token" | "start_parameter"> &
  Pick<Params<"createInvoiceLink">, "subscription_period">;

/** Reads an invoice for Stars; the sandbox sells nothing for money. */
export function readInvoice(params: InvoiceParams): InvoiceTerms {
  requireLength(params.title, 32, "title");
  requireLength(params.description, 255, "description");
  requirePayload(params.payload);
  if (params.currency !== "XTR" || (params.provider_token ?? "") !== "") throw badRequest("PAYMENT_PROVIDER_INVALID");
  const period = params.subscription_period ?? 0;
  if (period !== 0 && period !== subscriptionPeriod) throw badRequest("SUBSCRIPTION_PERIOD_INVALID");
  return {
    title: params.title,
    description: params.description,
    payload: params.payload,
    currency: "XTR",
    amount: readPrice(params.prices, period === 0 ? mostStars : mostSubscriptionStars),
    startParameter: params.start_parameter ?? "",
    ...present({ subscriptionPeriod: period === 0 ? undefined : period }),
  };
}

/** Stars have exactly one price. */
function readPrice(prices: InvoiceParams["prices"], most: number): number {
  const [price, ...others] = prices;
  if (price === undefined) throw badRequest("there must be at least one price");
  if (price.label === "") throw badRequest("can't parse labeled price: LabeledPrice label must be non-empty");
  if (others.length > 0 || price.amount < 1 || price.amount > most) throw badRequest("STARS_INVOICE_INVALID");
  return price.amount;
}

function requirePayload(payload: string): void {
  if (payload === "") throw badRequest('parameter "payload" is required');
  if (Buffer.byteLength(payload) > longestPayload) throw badRequest("INVOICE_PAYLOAD_INVALID");
}

function requireLength(text: string, longest: number, name: "title" | "description"): void {
  if (text === "") throw badRequest(`parameter "${name}" is required`);
  if (text.length > longest) throw badRequest(`INVOICE_${name.toUpperCase()}_INVALID`);
}
