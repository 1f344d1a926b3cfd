import type { User } from "../accounts/index.ts";
import type { Tx } from "../db/index.ts";
import { formatCredits } from "../lib/money.ts";
import type { ChatDeps } from "./chat-deps.ts";

export interface AssignPaymentDeps extends Pick<ChatDeps, "texts"> {
  readonly accounts: Pick<ChatDeps["accounts"], "audit">;
  readonly delivery: Pick<ChatDeps["delivery"], "enqueue">;
  readonly stars: Pick<ChatDeps["ledger"]["stars"], "suspended" | "assignPayment">;
}

/** Gives a person the credits of a payment that is kept in suspense, and tells him. @returns false when it is not, or not any more. */
export async function assignPayment(
  { texts, accounts, delivery, stars }: AssignPaymentDeps,
  tx: Tx,
  of: { readonly chargeId: string; readonly person: User; readonly credits: bigint; readonly actor: string },
): Promise<boolean> {
  const { chargeId, person, credits, actor } = of;
  const payment = (await stars.suspended(tx)).find((each) => each.chargeId === chargeId);
  const assigned = await stars.assignPayment(tx, chargeId, { userId: person.id, credits, actor });
  if (payment === undefined || !assigned.ok) return false;
  await accounts.audit(tx, {
    actor,
    action: "ledger.payment_assigned",
    subject: `user:${person.id}`,
    after: { chargeId, stars: payment.stars, credits: String(credits) },
    origin: actor,
  });
  const t = texts(person.language);
  await delivery.enqueue(tx, {
    chatId: person.telegramId,
    topic: "payment",
    dedupeKey: `assignment:${chargeId}`,
    content: {
      kind: "text",
      html: t("chat-payment-assigned", {
        stars: payment.stars,
        credits: formatCredits(credits, t.language),
        charge: chargeId,
      }),
    },
  });
  return true;
}
