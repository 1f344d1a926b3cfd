import type { Tx } from "../db/index.ts";
import type { MoneyEvent } from "../ledger/index.ts";
import { formatCredits } from "../lib/money.ts";
import type { Translate } from "../lib/texts.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { putRefundCard, tellRefund } from "./refund-card.ts";

/** Writes the messages that follow from what happened to money by itself, in the transaction in which it happened. */
export async function announceMoney(deps: ChatDeps, tx: Tx, event: MoneyEvent): Promise<void> {
  switch (event.type) {
    case "payment_recovered": {
      const person = await deps.accounts.userById(tx, event.userId);
      if (person === undefined) return;
      const t = deps.texts(person.language);
      const args = { stars: event.stars, credits: formatCredits(event.credits, t.language) };
      await deps.delivery.enqueue(tx, {
        chatId: person.telegramId,
        topic: "payment",
        content: { kind: "text", html: t("chat-payment-recovered", args) },
      });
      return;
    }
    case "refund_finished": {
      const { refund } = event;
      await putRefundCard(deps, tx, { refund });
      if (refund.state === "refunded" || refund.state === "failed") {
        await tellRefund(deps, tx, { ...refund, state: refund.state });
      }
      return;
    }
    case "drift":
      for (const chatId of new Set([...deps.accounts.adminChatIds, ...deps.accounts.monitoringChatIds])) {
        await deps.delivery.enqueue(tx, {
          chatId,
          topic: "system_error",
          lane: "alert",
          critical: true,
          content: { kind: "text", html: (await textsOf(deps, tx, chatId))("chat-drift", { detail: event.detail }) },
        });
      }
      return;
  }
}

/** In the language of whose private chat it is; groups are spoken to in English. */
async function textsOf({ accounts, texts }: ChatDeps, tx: Tx, chatId: number): Promise<Translate> {
  const person = await accounts.userByTelegramId(tx, chatId);
  return texts(person?.language ?? "en");
}
