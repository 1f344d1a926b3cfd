import type { Tx } from "../db/index.ts";
import type { MoneyEvent } from "../ledger/index.ts";
import type { Html } from "../lib/html.ts";
import { formatCredits } from "../lib/money.ts";
import type { Translate } from "../lib/texts.ts";
import type { ChatDeps } from "./chat-deps.ts";

type GiftEvent = Extract<MoneyEvent, { readonly type: "gift_claimed" | "gift_returned" }>;
type BonusGivenOrReversed = Extract<MoneyEvent, { readonly type: "bonus_given" | "bonus_reversed" }>;

/** Tells the giver what became of his gift. */
export async function announceGift(deps: ChatDeps, tx: Tx, { type, gift }: GiftEvent): Promise<void> {
  const claimant = gift.claimedBy === undefined ? undefined : await deps.accounts.userById(tx, gift.claimedBy);
  await tell(deps, tx, gift.giverId, (t) => {
    const args = { credits: formatCredits(gift.amount, t.language), name: claimant?.firstName ?? "?" };
    if (type === "gift_claimed") return t("chat-gift-told-claimed", args);
    return t(gift.state === "recalled" ? "chat-gift-told-recalled" : "chat-gift-told-expired", args);
  });
}

/** Tells one side of an invitation. Who it was stays unsaid: that somebody bought something is his own affair. */
export async function announceBonus(deps: ChatDeps, tx: Tx, { type, bonus }: BonusGivenOrReversed): Promise<void> {
  const side = bonus.userId === bonus.invitedId ? "invited" : "inviter";
  await tell(deps, tx, bonus.userId, (t) => {
    const args = { credits: formatCredits(bonus.credits, t.language) };
    return type === "bonus_given" ? t(`chat-bonus-${side}`, args) : t(`chat-bonus-reversed-${side}`, args);
  });
}

async function tell(
  { accounts, texts, delivery }: ChatDeps,
  tx: Tx,
  userId: number,
  textFor: (t: Translate) => Html,
): Promise<void> {
  const person = await accounts.userById(tx, userId);
  if (person === undefined) return;
  const html = textFor(texts(person.language));
  await delivery.enqueue(tx, { chatId: person.telegramId, topic: "payment", content: { kind: "text", html } });
}
