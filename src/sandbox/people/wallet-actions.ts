import { chargeBack } from "../world/refunds.ts";
import type { SubscriptionRecord } from "../world/stars-bank.ts";
import { failRenewal, renewSubscription, setSubscriptionCanceled } from "../world/subscriptions.ts";
import type { PersonRecord, World } from "../world/world.ts";
import { PersonError } from "./people-actions.ts";

/** What a person, a month or a store does to what was paid; each names the charge id of the (first) payment. */
export const walletActions: ReadonlyMap<string, (world: World, person: PersonRecord, chargeId: string) => void> =
  new Map([
    ["subscriptions/cancel", (world, person, chargeId) => switchRenewal(world, person, { chargeId, isCanceled: true })],
    [
      "subscriptions/resume",
      (world, person, chargeId) => switchRenewal(world, person, { chargeId, isCanceled: false }),
    ],
    [
      "subscriptions/renew",
      (world, person, chargeId) =>
        passMonth(renewSubscription(world, subscriptionOf(world, person, chargeId).chargeId)),
    ],
    [
      "subscriptions/fail",
      (world, person, chargeId) => passMonth(failRenewal(world, subscriptionOf(world, person, chargeId).chargeId)),
    ],
    ["payments/charge-back", takeBack],
  ]);

/** A `subscription` update for the bot. */
function switchRenewal(
  world: World,
  person: PersonRecord,
  { chargeId, isCanceled }: { readonly chargeId: string; readonly isCanceled: boolean },
): void {
  if (setSubscriptionCanceled(world, subscriptionOf(world, person, chargeId), isCanceled)) return;
  throw new PersonError("The bot has cancelled it, and has not allowed it again.");
}

function passMonth(outcome: ReturnType<typeof renewSubscription>): void {
  if (outcome === "canceled") throw new PersonError("It is cancelled: nothing is renewed.");
}

/** The bot hears nothing of it. */
function takeBack(world: World, person: PersonRecord, chargeId: string): void {
  const payment = world.bank.payments.get(chargeId);
  if (payment?.personId !== person.id) throw new PersonError("There is no such payment.", 404);
  if (!chargeBack(world, chargeId)) throw new PersonError("It went back already.");
}

function subscriptionOf(world: World, person: PersonRecord, chargeId: string): SubscriptionRecord {
  const subscription = world.bank.subscriptions.get(chargeId);
  if (subscription?.personId !== person.id) throw new PersonError("There is no such subscription.", 404);
  return subscription;
}
