import type { ChatParts } from "../feature.ts";
import { formatCredits, parseCredits } from "../lib/money.ts";
import type { UpdateContext } from "../telegram/index.ts";
import { adjustCredits } from "./adjust-credits.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { findPerson } from "./find-person.ts";

/** `/credit @user +5 reason`, for admins: the quick way to what `/admin` does with buttons. */
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
  const person = await findPerson(deps.accounts, tx, who);
  if (person === undefined) {
    await reply(t("chat-credit-unknown-user", { who }));
    return;
  }
  const { available } = await deps.ledger.balance(tx, person.id);
  const result = await adjustCredits(deps, tx, {
    person,
    amount,
    reason,
    actor: `user:${context.user.id}`,
    // One update is handled once: its id makes the change unrepeatable too.
    reference: `credit-command:${context.update.update_id}`,
  });
  if (!result.ok) {
    await reply(t("chat-credit-insufficient", { available: formatCredits(available, t.language) }));
    return;
  }
  await reply(
    t("chat-credit-done", { name: person.firstName, credits: formatCredits(result.balance.available, t.language) }),
  );
}
