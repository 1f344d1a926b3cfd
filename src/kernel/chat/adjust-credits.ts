import type { User } from "../accounts/index.ts";
import type { Tx } from "../db/index.ts";
import type { Ledger } from "../ledger/index.ts";
import { formatCredits } from "../lib/money.ts";
import type { ChatDeps } from "./chat-deps.ts";

/** Fits in one line of the books. */
export const longestReason = 200;

export interface CreditChange {
  readonly person: User;
  /** Thousandths; below zero takes. Not 0. */
  readonly amount: bigint;
  readonly reason: string;
  /** Who does it: `user:42`. */
  readonly actor: string;
  /** The same change under the same reference is made once. */
  readonly reference: string;
}

/** An admin gives or takes credits: booked, audited and told to the person, in the caller's transaction. */
export async function adjustCredits(
  deps: Pick<ChatDeps, "ledger" | "accounts" | "delivery" | "texts">,
  tx: Tx,
  { person, amount, reason, actor, reference }: CreditChange,
): ReturnType<Ledger["adjust"]> {
  const before = await deps.ledger.balance(tx, person.id);
  const kind = amount > 0n ? "grant" : "take";
  const result = await deps.ledger.adjust(tx, { userId: person.id, amount, kind, reason, actor, reference });
  if (!result.ok) return result;
  await deps.accounts.audit(tx, {
    actor,
    action: amount > 0n ? "ledger.credits_granted" : "ledger.credits_taken",
    subject: `user:${person.id}`,
    before: { available: String(before.available) },
    after: { available: String(result.balance.available), reason },
    origin: "chat",
  });
  const t = deps.texts(person.language);
  await deps.delivery.enqueue(tx, {
    chatId: person.telegramId,
    topic: "payment",
    content: {
      kind: "text",
      html: t(amount > 0n ? "chat-credit-given" : "chat-credit-taken", {
        credits: formatCredits(amount < 0n ? -amount : amount, t.language),
        reason,
      }),
    },
  });
  return result;
}
