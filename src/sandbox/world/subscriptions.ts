import type { BotSubscriptionUpdated } from "@grammyjs/types";

import { dayMs } from "./chats.ts";
import { settlePayment } from "./payments.ts";
import { userOf } from "./people.ts";
import type { SubscriptionRecord } from "./stars-bank.ts";
import { unixTime } from "./world.ts";
import type { World } from "./world.ts";

export type RenewalOutcome = "renewed" | "canceled" | "failed" | "unknown";

/**
 * A month passes for this subscription: Telegram takes the Stars without asking the bot and posts `successful_payment`
 * with a charge id of its own; too few Stars end it with a `subscription` update. For tests.
 * @param chargeId of the first payment.
 */
export function renewSubscription(world: World, chargeId: string): RenewalOutcome {
  const subscription = world.bank.subscriptions.get(chargeId);
  const person = world.people.get(subscription?.personId ?? 0);
  if (subscription === undefined || person === undefined) return "unknown";
  if (subscription.isCanceled) return "canceled";
  if (person.stars < subscription.terms.amount) {
    world.bank.subscriptions.delete(chargeId);
    tellBot(world, subscription, "failed");
    return "failed";
  }
  subscription.expiresAt =
    Math.max(subscription.expiresAt, unixTime(world)) + (subscription.terms.subscriptionPeriod ?? 0);
  settlePayment(world, person, subscription.terms, {
    is_recurring: true,
    subscription_expiration_date: subscription.expiresAt,
  });
  return "renewed";
}

/** Switches a subscription off or on again. The bot hears of it only when the person did it. */
export function setSubscriptionCanceled(
  world: World,
  subscription: SubscriptionRecord,
  change: { readonly isCanceled: boolean; readonly by: "bot" | "person" },
): void {
  if (subscription.isCanceled === change.isCanceled) return;
  subscription.isCanceled = change.isCanceled;
  if (change.by === "person") tellBot(world, subscription, change.isCanceled ? "canceled" : "active");
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
