import type { User } from "../accounts/index.ts";
import type { Plan, Subscription } from "../ledger/index.ts";
import type { Html } from "../lib/html.ts";
import { formatCredits } from "../lib/money.ts";
import type { Translate } from "../lib/texts.ts";
import { type Button, callbackData } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";

/** What a plan gives, in a few words: `12 credits + premium signals`. */
export function planName({ entitlements }: Pick<ChatDeps, "entitlements">, t: Translate, plan: Plan): string {
  const title = entitlements.find(({ name }) => name === plan.entitlement)?.title;
  const parts = [
    ...(plan.credits > 0n ? [t.plain("chat-plan-credits", { credits: formatCredits(plan.credits, t.language) })] : []),
    ...(title === undefined ? [] : [t.plain(title)]),
  ];
  // What it entitled to belongs to a feature that is switched off now.
  return parts.length === 0 ? plan.id : parts.join(" + ");
}

export function dayOf(
  date: Date,
  { language }: Pick<Translate, "language">,
  { timeZone }: Pick<User, "timeZone">,
): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone }).format(date);
}

/** How a subscription stands, and what can be done about it. */
export function subscriptionSection(
  deps: Pick<ChatDeps, "entitlements">,
  { t, user }: { readonly t: Translate; readonly user: Pick<User, "timeZone"> },
  subscription: Subscription,
): { readonly html: Html; readonly buttons: readonly Button[] } {
  const { plan, state, wanted, expiresAt, orderId, barred } = subscription;
  const html = t("chat-plan-status", {
    name: planName(deps, t, plan),
    stars: plan.stars,
    state: t.plain(`chat-plan-state-${wanted === undefined ? state : "asked"}`, { day: dayOf(expiresAt, t, user) }),
  });
  if (wanted !== undefined) return { html, buttons: [] };
  if (state === "active") return { html, buttons: [planButton(t, "cancel", orderId)] };
  if (state === "canceled") return { html, buttons: barred ? [planButton(t, "allow", orderId)] : [] };
  return { html, buttons: [planButton(t, "buy", plan.id)] };
}

export function planButton(t: Translate, action: "cancel" | "allow" | "buy", id: string): Button {
  return { text: t.plain(`chat-plan-${action}`), callback: callbackData("plan", action, id) };
}
