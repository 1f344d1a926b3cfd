import type { PaymentView, SubscriptionView, Wallet } from "../protocol.ts";
import type { PersonRecord, World } from "./world.ts";

/** What a client shows under Settings → My Stars: what was paid to the bot, and what goes on being paid. */
export function walletOf({ bank }: World, { id }: Pick<PersonRecord, "id">): Wallet {
  const payments = [...bank.payments.values()].filter(({ personId }) => personId === id);
  const subscriptions = [...bank.subscriptions.values()].filter(({ personId }) => personId === id);
  return {
    payments: payments.toReversed().map(({ chargeId, terms, paidAt, isRefunded }): PaymentView => ({
      chargeId,
      title: terms.title,
      stars: terms.amount,
      paidAt: paidAt.toISOString(),
      isRefunded,
    })),
    subscriptions: subscriptions.map(({ chargeId, terms, expiresAt, isCanceled, isBarred }): SubscriptionView => ({
      chargeId,
      title: terms.title,
      stars: terms.amount,
      expiresAt: new Date(expiresAt * 1000).toISOString(),
      state: isBarred ? "barred" : isCanceled ? "canceled" : "active",
    })),
  };
}

/** Shows a person what has changed in it. */
export function tellWallet(world: World, personId: number): void {
  if (!world.bus.hasListeners()) return;
  const event = { type: "wallet", wallet: walletOf(world, { id: personId }) } as const;
  world.bus.emit({ to: "person", personId, event });
}
