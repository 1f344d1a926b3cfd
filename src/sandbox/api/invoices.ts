import { present } from "../world/present.ts";
import type { InvoiceTerms, World } from "../world/world.ts";
import { badRequest } from "./bot-api-error.ts";
import type { Params } from "./context.ts";

/** The only period Telegram sells: 30 days. */
const subscriptionPeriod = 2_592_000;
const mostStars = 100_000;
const mostSubscriptionStars = 10_000;

type InvoiceParams = Pick<Params<"sendInvoice">, "title" | "description" | "payload" | "currency" | "prices"> &
  Pick<Params<"sendInvoice">, "provider_token" | "start_parameter"> &
  Pick<Params<"createInvoiceLink">, "subscription_period">;

/** Reads an invoice for Stars; the sandbox sells nothing for money. */
export function readInvoice(params: InvoiceParams): InvoiceTerms {
  requireLength(params.title, 32, "title");
  requireLength(params.description, 255, "description");
  const payloadBytes = Buffer.byteLength(params.payload);
  if (payloadBytes === 0) throw badRequest('parameter "payload" is required');
  if (payloadBytes > 128) throw badRequest("INVOICE_PAYLOAD_INVALID");
  if (params.currency !== "XTR") {
    throw badRequest(/^[A-Z]{3}$/.test(params.currency) ? "PAYMENT_PROVIDER_INVALID" : "CURRENCY_INVALID");
  }
  if ((params.provider_token ?? "") !== "") throw badRequest("PAYMENT_PROVIDER_INVALID");
  const [price, ...others] = params.prices;
  if (price === undefined) throw badRequest("there must be at least one price");
  if (price.label === "") throw badRequest("labeledPrice label must be non-empty");
  const isSubscription = params.subscription_period !== undefined && params.subscription_period !== 0;
  const most = isSubscription ? mostSubscriptionStars : mostStars;
  if (others.length > 0 || price.amount < 1 || price.amount > most) throw badRequest("STARS_INVOICE_INVALID");
  if (isSubscription && params.subscription_period !== subscriptionPeriod)
    throw badRequest("SUBSCRIPTION_PERIOD_INVALID");
  return {
    title: params.title,
    description: params.description,
    payload: params.payload,
    currency: "XTR",
    amount: price.amount,
    startParameter: params.start_parameter ?? "",
    ...present({ subscriptionPeriod: isSubscription ? subscriptionPeriod : undefined }),
  };
}

function requireLength(text: string, longest: number, name: "title" | "description"): void {
  if (text === "") throw badRequest(`parameter "${name}" is required`);
  if (text.length > longest) throw badRequest(`INVOICE_${name.toUpperCase()}_INVALID`);
}

export function randomInvoiceSlug(world: World): string {
  return world.ids.token(16);
}
