import type { Accounts } from "#kernel/accounts/index.ts";
import type { Entitlement } from "#kernel/ledger/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import type { Settings } from "#kernel/settings/index.ts";

import { signalSettings } from "./settings.ts";
import { setPaidPremium } from "./subscriber.ts";

/** The premium tier of one's private chat, for as long as a monthly plan with it is paid. */
export function premium({
  accounts,
  settings,
  clock,
}: {
  readonly accounts: Pick<Accounts, "userById">;
  readonly settings: Pick<Settings, "read">;
  readonly clock: Clock;
}): Entitlement {
  return {
    name: "signals.premium",
    title: "signals-premium-title",
    stars: async () => {
      const { premiumStars, everybodyPremium } = await settings.read(signalSettings);
      return premiumStars === 0 || everybodyPremium ? undefined : premiumStars;
    },
    changed: async (tx, { userId, until }) => {
      // Whoever had himself forgotten has no chat any more that anything could be sent to.
      const person = await accounts.userById(tx, userId);
      if (person === undefined) return;
      await setPaidPremium(tx, { chatId: person.telegramId, userId, until, now: clock.now() });
    },
  };
}
