import { z } from "zod";

import { inTransaction, type Tx } from "../db/index.ts";
import { defineJob, type Schedule } from "../jobs/index.ts";
import type { RefundRequest, RefundState } from "../ledger/index.ts";
import { Html } from "../lib/html.ts";
import type { Language } from "../lib/language.ts";
import { formatCredits } from "../lib/money.ts";
import type { Translate } from "../lib/texts.ts";
import { type Button, callbackData } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";

export interface RefundCard {
  readonly refund: RefundRequest;
  /** Who decided, as shown to the admins. */
  readonly actor?: string;
  /** The credits are spent: approving needs a second, explicit press, or the settings forbid it. */
  readonly spent?: "spent" | "forbidden";
  /** It has waited for so many days: brought up again. */
  readonly waitedDays?: number;
}

/** Shows or refreshes the request in every admin chat: one card each, edited as the request moves on. */
export async function putRefundCard(deps: ChatDeps, tx: Tx, card: RefundCard): Promise<void> {
  await putCardIn(deps, tx, { card, chatIds: deps.accounts.adminChatIds });
}

/** Shows an admin who has just come what waits for a decision: before, the bot could not write to him. */
export async function showOpenRefunds(deps: ChatDeps, tx: Tx, chatId: number): Promise<void> {
  if (!deps.accounts.adminChatIds.includes(chatId)) return;
  for (const refund of await deps.ledger.stars.openRefunds(tx)) {
    await putCardIn(deps, tx, { card: { refund }, chatIds: [chatId] });
  }
}

const dayMs = 24 * 60 * 60_000;

/** Once a day what waits for a decision is brought to the bottom of the admins' chats again. */
export function refundReminder(deps: ChatDeps): Schedule {
  const job = defineJob({
    name: "chat.remind-refunds",
    payload: z.object({}),
    run: async () => {
      await inTransaction(deps.db, async (tx) => {
        await remindOfRefunds(deps, tx);
      });
    },
  });
  return { name: "chat.remind-refunds", cron: "0 9 * * *", timeZone: "UTC", job };
}

async function remindOfRefunds(deps: ChatDeps, tx: Tx): Promise<void> {
  for (const refund of await deps.ledger.stars.openRefunds(tx)) {
    const waitedDays = Math.floor((deps.clock.now().getTime() - refund.createdAt.getTime()) / dayMs);
    if (waitedDays > 0) await putRefundCard(deps, tx, { refund, waitedDays });
  }
}

async function putCardIn(
  deps: ChatDeps,
  tx: Tx,
  { card, chatIds }: { readonly card: RefundCard; readonly chatIds: readonly number[] },
): Promise<void> {
  const { refund } = card;
  for (const chatId of chatIds) {
    const admin = await deps.accounts.userByTelegramId(tx, chatId);
    const t = deps.texts(admin?.language ?? "en");
    const html = await refundText(deps, tx, { card, t });
    await deps.delivery.putCard(tx, {
      key: `ledger.refund:${refund.id}`,
      chatId,
      topic: "refund",
      ...(card.waitedDays !== undefined && { anew: true }),
      content: { kind: "text", html, keyboard: { inline: buttons(deps, t.language, card) } },
    });
  }
}

/** The request and how it stands, as admins read it. */
export async function refundText(
  { accounts }: Pick<ChatDeps, "accounts">,
  tx: Tx,
  { card, t }: { readonly card: RefundCard; readonly t: Translate },
): Promise<Html> {
  const { refund } = card;
  const person = await accounts.userById(tx, refund.userId);
  const parts = [
    t("chat-refund-request", {
      name: person?.firstName ?? "?",
      telegramId: String(refund.telegramId),
      stars: refund.stars,
      credits: formatCredits(refund.credits, t.language),
      reason: refund.reason,
    }),
  ];
  if (card.waitedDays !== undefined) parts.push(t("chat-refund-waits", { days: card.waitedDays }));
  if (refund.state !== "requested") parts.push(t(`chat-refund-state-${refund.state}`, { actor: card.actor ?? "–" }));
  else if (card.spent !== undefined) parts.push(t(`chat-refund-${card.spent}`));
  return Html.join(parts, "\n\n");
}

function buttons(
  { texts }: ChatDeps,
  language: Language,
  { refund, spent }: RefundCard,
): readonly (readonly Button[])[] {
  if (refund.state !== "requested") return [];
  const t = texts(language);
  const decide = (text: string, verdict: string, style?: "success" | "danger"): Button => ({
    text: t.plain(text),
    ...(style && { style }),
    callback: callbackData("refund", verdict, refund.id),
  });
  // One red button at a time.
  const refuse = decide("chat-refund-refuse", "refuse", spent === "spent" ? undefined : "danger");
  if (spent === "forbidden") return [[refuse]];
  const approve =
    spent === "spent"
      ? decide("chat-refund-approve-negative", "negative", "danger")
      : decide("chat-refund-approve", "approve", "success");
  return [[approve, refuse]];
}

/** Tells the person how the request ended. */
export async function tellRefund(
  deps: ChatDeps,
  tx: Tx,
  refund: RefundRequest & { readonly state: Extract<RefundState, "refunded" | "refused" | "failed"> },
): Promise<void> {
  const person = await deps.accounts.userById(tx, refund.userId);
  const t = deps.texts(person?.language ?? "en");
  const isBare = refund.state === "refunded" && refund.credits === 0n;
  await deps.delivery.enqueue(tx, {
    chatId: refund.telegramId,
    topic: "payment",
    dedupeKey: `refund:${refund.id}:${refund.state}`,
    content: {
      kind: "text",
      // A plan that only entitles, and a payment in suspense, gave no credits to be taken back.
      html: t(isBare ? "chat-refund-told-stars" : `chat-refund-told-${refund.state}`, {
        stars: refund.stars,
        credits: formatCredits(refund.credits, t.language),
      }),
    },
  });
}
