import type { User } from "../accounts/index.ts";
import type { Tx } from "../db/index.ts";
import type { MoneyEvent, SubscriptionChange } from "../ledger/index.ts";
import { Html } from "../lib/html.ts";
import { formatCredits } from "../lib/money.ts";
import type { Translate } from "../lib/texts.ts";
import type { Button, Content } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { dayOf, planButton, planName } from "./plan-words.ts";
import { putRefundCard, tellRefund } from "./refund-card.ts";
import { announceBonus, announceGift } from "./reward-events.ts";

/** Writes the messages that follow from what happened to money by itself, in the transaction in which it happened. */
export async function announceMoney(deps: ChatDeps, tx: Tx, event: MoneyEvent): Promise<void> {
  switch (event.type) {
    case "payment_recovered": {
      const person = await deps.accounts.userById(tx, event.userId);
      if (person === undefined) return;
      const t = deps.texts(person.language);
      const { stars, credits, subscription } = event;
      const html =
        subscription === undefined
          ? t("chat-payment-recovered", { stars, credits: formatCredits(credits, t.language) })
          : t("chat-payment-recovered-plan", {
              stars,
              name: planName(deps, t, subscription.plan),
              day: dayOf(subscription.expiresAt, t, person),
            });
      await tell(deps, tx, person, { kind: "text", html });
      return;
    }
    case "subscription_changed":
      await tellSubscription(deps, tx, event);
      return;
    case "chargeback":
      await tellChargeback(deps, tx, event);
      return;
    case "refund_finished": {
      const { refund } = event;
      await putRefundCard(deps, tx, { refund });
      if (refund.state === "refunded" || refund.state === "failed") {
        await tellRefund(deps, tx, { ...refund, state: refund.state });
      }
      return;
    }
    case "gift_claimed":
    case "gift_returned":
      await announceGift(deps, tx, event);
      return;
    case "bonus_given":
    case "bonus_reversed":
      await announceBonus(deps, tx, event);
      return;
    case "drift":
      await tellAdmins(deps, tx, (t) => t("chat-drift", { detail: event.detail }));
      return;
  }
}

async function tellSubscription(
  deps: ChatDeps,
  tx: Tx,
  { subscription, change }: Extract<MoneyEvent, { readonly type: "subscription_changed" }>,
): Promise<void> {
  const person = await deps.accounts.userById(tx, subscription.userId);
  if (person === undefined) return;
  const { plan, orderId, expiresAt } = subscription;
  const t = deps.texts(person.language);
  const args = { name: planName(deps, t, plan), stars: plan.stars, day: dayOf(expiresAt, t, person) };
  const buttons = {
    canceled: subscription.barred ? [planButton(t, "allow", orderId)] : [],
    allowed: [],
    resumed: [],
    failed: [planButton(t, "buy", plan.id)],
    expired: [planButton(t, "buy", plan.id)],
    revoked: [],
    not_changed: [],
  } satisfies Record<SubscriptionChange, readonly Button[]>;
  const html = t(`chat-plan-told-${change}`, args);
  await tell(deps, tx, person, { kind: "text", html, keyboard: { inline: [buttons[change]] } });
}

async function tellChargeback(
  deps: ChatDeps,
  tx: Tx,
  { userId, stars, credits, chargeId: charge }: Extract<MoneyEvent, { readonly type: "chargeback" }>,
): Promise<void> {
  const person = userId === undefined ? undefined : await deps.accounts.userById(tx, userId);
  const available = userId === undefined ? 0n : (await deps.ledger.balance(tx, userId)).available;
  const of = (t: Translate): Record<string, string | number> => ({
    name: person?.firstName ?? "?",
    telegramId: String(person?.telegramId ?? "?"),
    stars,
    credits: formatCredits(credits, t.language),
    balance: formatCredits(available, t.language),
    charge,
  });
  await tellAdmins(deps, tx, (t) => t("chat-chargeback-admins", of(t)));
  if (person === undefined) return;
  const t = deps.texts(person.language);
  const lines = [t("chat-chargeback", of(t))];
  if (credits > 0n) lines.push(t("chat-chargeback-credits", of(t)));
  if (available < 0n) lines.push(t("chat-chargeback-debt", of(t)));
  await tell(deps, tx, person, { kind: "text", html: Html.join(lines) });
}

async function tell({ delivery }: ChatDeps, tx: Tx, { telegramId }: User, content: Content): Promise<void> {
  await delivery.enqueue(tx, { chatId: telegramId, topic: "payment", content });
}

async function tellAdmins(deps: ChatDeps, tx: Tx, say: (t: Translate) => Html): Promise<void> {
  for (const chatId of new Set([...deps.accounts.adminChatIds, ...deps.accounts.monitoringChatIds])) {
    await deps.delivery.enqueue(tx, {
      chatId,
      topic: "system_error",
      lane: "alert",
      critical: true,
      content: { kind: "text", html: say(await textsOf(deps, tx, chatId)) },
    });
  }
}

/** In the language of whose private chat it is; groups are spoken to in English. */
async function textsOf({ accounts, texts }: ChatDeps, tx: Tx, chatId: number): Promise<Translate> {
  const person = await accounts.userByTelegramId(tx, chatId);
  return texts(person?.language ?? "en");
}
