import type { BotSubscriptionUpdated } from "@grammyjs/types";

import { dayMs } from "./chats.ts";
import { settlePayment } from "./payments.ts";
import { userOf } from "./people.ts";
import type { SubscriptionRecord } from "./stars-bank.ts";
import { tellWallet } from "./wallet.ts";
import { unixTime } from "./world.ts";
import type { World } from "./world.ts";

export type RenewalOutcome = "renewed" | "canceled" | "failed" | "unknown";

/**
 * A month passes for this subscription: Telegram takes the Stars without asking the bot and posts `successful_payment`
 * with a charge id of its own; too few Stars end it with a `subscription` update.
 * @param chargeId of the first payment.
 */
export function renewSubscription(world: World, chargeId: string): RenewalOutcome {
  const subscription = world.bank.subscriptions.get(chargeId);
  const person = world.people.get(subscription?.personId ?? 0);
  if (subscription === undefined || person === undefined) return "unknown";
  if (subscription.isCanceled) return "canceled";
  if (person.stars < subscription.terms.amount) return failRenewal(world, chargeId);
  subscription.expiresAt =
    Math.max(subscription.expiresAt, unixTime(world)) + (subscription.terms.subscriptionPeriod ?? 0);
  settlePayment(world, person, subscription.terms, {
    is_recurring: true,
    subscription_expiration_date: subscription.expiresAt,
  });
  return "renewed";
}

/** The month passes and the payment fails, whatever the person owns. */
export function failRenewal(world: World, chargeId: string): RenewalOutcome {
  const subscription = world.bank.subscriptions.get(chargeId);
  if (subscription === undefined) return "unknown";
  if (subscription.isCanceled) return "canceled";
  world.bank.subscriptions.delete(chargeId);
  tellWallet(world, subscription.personId);
  tellBot(world, subscription, "failed");
  return "failed";
}

/**
 * The person switches a subscription off or on again in his client; the bot hears of it.
 * @returns false when the bot has cancelled it: then only the bot can allow it again.
 */
export function setSubscriptionCanceled(world: World, subscription: SubscriptionRecord, isCanceled: boolean): boolean {
  if (subscription.isBarred && !isCanceled) return false;
  if (subscription.isCanceled === isCanceled) return true;
  subscription.isCanceled = isCanceled;
  tellWallet(world, subscription.personId);
  tellBot(world, subscription, isCanceled ? "canceled" : "active");
  return true;
}

/** The bot cancels a subscription, or allows the person to take it up again: that he does himself. Nobody is told. */
export function barSubscription(world: World, subscription: SubscriptionRecord, isBarred: boolean): void {
  subscription.isBarred = isBarred;
  if (isBarred) subscription.isCanceled = true;
  tellWallet(world, subscription.personId);
}

function tellBot(world: World, { personId, terms }: SubscriptionRecord, state: BotSubscriptionUpdated["state"]): void {
  const person = world.people.get(personId);
  if (person === undefined) return;
  world.updates.push({
    kind: "subscription",
    content: { user: userOf(person), invoice_payload: terms.payload, state },
    orderKey: `subscription:${personId}`,
    lifetimeMs: dayMs,
  });
}
