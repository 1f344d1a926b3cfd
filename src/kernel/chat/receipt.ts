import type { User } from "../accounts/index.ts";
import type { PaymentOutcome, Subscription } from "../ledger/index.ts";
import { Html } from "../lib/html.ts";
import { formatCredits } from "../lib/money.ts";
import type { Translate } from "../lib/texts.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { dayOf, planName } from "./plan-words.ts";

export interface Receipt {
  readonly outcome: PaymentOutcome;
  readonly stars: number;
  readonly charge: string;
  /** Of a plan: the first of its payments. */
  readonly isFirst: boolean;
}

/** What follows for one that runs; nothing is said of one that has ended meanwhile. */
const outlooks = {
  active: ["chat-receipt-renews"],
  canceled: ["chat-plan-state-canceled"],
  failed: ["chat-plan-state-failed"],
  expired: [],
  revoked: [],
} satisfies Record<Subscription["state"], readonly string[]>;

/** What is said to a payment: of a pack, of a plan (when it is taken again), or for no offer we know. */
export function receiptText(
  deps: Pick<ChatDeps, "entitlements">,
  { t, user }: { readonly t: Translate; readonly user: Pick<User, "timeZone"> },
  { outcome, stars, charge, isFirst }: Receipt,
): Html {
  if (!outcome.ok) return t("chat-receipt-unknown", { stars, charge });
  const credits = formatCredits(outcome.credits, t.language);
  const balance = formatCredits(outcome.balance.available, t.language);
  const { subscription } = outcome;
  if (subscription === undefined) return t("chat-receipt", { stars, credits, balance, charge });
  const name = planName(deps, t, subscription.plan);
  return Html.join([
    t(isFirst ? "chat-receipt-subscribed" : "chat-receipt-renewed", { name, stars }),
    ...(outcome.credits > 0n ? [t("chat-receipt-month", { credits, balance })] : []),
    ...outlooks[subscription.state].map((key) => t(key, { day: dayOf(subscription.expiresAt, t, user) })),
    t("chat-receipt-charge", { charge }),
  ]);
}
