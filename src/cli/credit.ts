import { inTransaction } from "#kernel/db/index.ts";
import { AppError, type ErrorDefinition } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { formatCredits, parseCredits } from "#kernel/lib/money.ts";

import { findPerson } from "./find-person.ts";
import type { CliCommand } from "./tools.ts";
import { UsageError } from "./usage.ts";

const tooFewCredits = {
  code: "cli.too_few_credits",
  status: 409,
  message: "not possible: {name} has too few credits",
} as const satisfies ErrorDefinition;

/** `telecast credit <who> <amount> <reason>`: gives or takes credits, with a line in the audit log. */
export const creditCommand: CliCommand = async (tools, [who = "", amountText = "", ...words]) => {
  const amount = parseCredits(amountText);
  const reason = words.join(" ").trim();
  if (amount === undefined || amount === 0n || reason === "") {
    throw new UsageError("credit: expected a Telegram id or @username, an amount such as +5 or -2.5, and a reason");
  }
  const person = await findPerson(tools, who);
  return await inTransaction(tools.db, async (tx) => {
    const result = await tools.ledger.adjust(tx, {
      userId: person.id,
      amount,
      kind: amount > 0n ? "grant" : "take",
      reason,
      actor: "cli",
      reference: `cli:${systemIds.next()}`,
    });
    if (!result.ok) throw new AppError(tooFewCredits, { name: person.firstName });
    const available = formatCredits(result.balance.available, "en");
    await tools.accounts.audit(tx, {
      actor: "cli",
      action: amount > 0n ? "ledger.credits_granted" : "ledger.credits_taken",
      subject: `user:${person.id}`,
      after: { available: String(result.balance.available), reason },
      origin: "cli",
    });
    return `${person.firstName} now has ${available} credits.`;
  });
};
