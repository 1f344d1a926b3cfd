import type { User } from "../accounts/index.ts";
import type { ChatParts } from "../feature.ts";
import { formatCredits, parseCredits } from "../lib/money.ts";
import type { UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";

/** `/credit @user +5 reason`, for admins: the person is told, and the audit log says who did it. */
export function creditCommand(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "credit",
        description: "chat-command-credit",
        access: "admin",
        run: async (context, args) => {
          await adjust(deps, context, args);
        },
      },
    ],
  };
}

async function adjust(deps: ChatDeps, context: UpdateContext, args: string): Promise<void> {
  const { t, tx, reply } = context;
  const [, who = "", amountText = "", reason = ""] = /^(\S+)\s+(\S+)\s+(\S[\s\S]{0,199})$/.exec(args.trim()) ?? [];
  const amount = parseCredits(amountText);
  if (amount === undefined || amount === 0n || reason === "") {
    await reply(t("chat-credit-usage"));
    return;
  }
  const person = await findPerson(deps, context, who);
  if (person === undefined) {
    await reply(t("chat-credit-unknown-user", { who }));
    return;
  }
  const before = await deps.ledger.balance(tx, person.id);
  const result = await deps.ledger.adjust(tx, {
    userId: person.id,
    amount,
    kind: amount > 0n ? "grant" : "take",
    reason,
    actor: `user:${context.user.id}`,
    // One update is handled once: its id makes the change unrepeatable too.
    reference: `credit-command:${context.update.update_id}`,
  });
  if (!result.ok) {
    await reply(t("chat-credit-insufficient", { available: formatCredits(before.available, t.language) }));
    return;
  }
  await deps.accounts.audit(tx, {
    actor: `user:${context.user.id}`,
    action: amount > 0n ? "ledger.credits_granted" : "ledger.credits_taken",
    subject: `user:${person.id}`,
    before: { available: String(before.available) },
    after: { available: String(result.balance.available), reason },
    origin: "chat",
  });
  await tell(deps, context, { person, amount, reason });
  await reply(
    t("chat-credit-done", { name: person.firstName, credits: formatCredits(result.balance.available, t.language) }),
  );
}

async function findPerson({ accounts }: ChatDeps, { tx }: UpdateContext, who: string): Promise<User | undefined> {
  if (/^\d{1,16}$/.test(who)) return await accounts.userByTelegramId(tx, Number(who));
  return who.startsWith("@") ? await accounts.userByUsername(tx, who) : undefined;
}

async function tell(
  { delivery, texts }: ChatDeps,
  { tx }: UpdateContext,
  { person, amount, reason }: { readonly person: User; readonly amount: bigint; readonly reason: string },
): Promise<void> {
  const t = texts(person.language);
  const size = amount < 0n ? -amount : amount;
  await delivery.enqueue(tx, {
    chatId: person.telegramId,
    topic: "payment",
    content: {
      kind: "text",
      html: t(amount > 0n ? "chat-credit-given" : "chat-credit-taken", {
        credits: formatCredits(size, t.language),
        reason,
      }),
    },
  });
}
