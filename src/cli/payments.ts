import { assignPayment } from "#kernel/chat/index.ts";
import { inTransaction } from "#kernel/db/index.ts";
import { AppError, type ErrorDefinition } from "#kernel/lib/errors.ts";
import { formatCredits, parseCredits } from "#kernel/lib/money.ts";

import { findPerson } from "./find-person.ts";
import type { CliCommand, Tools } from "./tools.ts";
import { UsageError } from "./usage.ts";

const notSuspended = {
  code: "cli.payment_not_suspended",
  status: 409,
  message: "payment {chargeId} is not kept in suspense, or is being refunded",
} as const satisfies ErrorDefinition;

/**
 * `telecast payments`: payments in suspense and refund requests that wait for a decision;
 * `payments assign <charge id> <who> <credits>` gives a person the credits of a payment in suspense.
 */
export const paymentsCommand: CliCommand = async (tools, [verb, ...args]) => {
  if (verb === undefined) return await listWaiting(tools);
  if (verb !== "assign") throw new UsageError(`payments: expected assign or nothing, not ${verb}`);
  return await assign(tools, args);
};

async function listWaiting({ db, stars, accounts }: Tools): Promise<string> {
  const suspended = (await stars.suspended(db)).map(
    ({ chargeId, stars: amount, telegramId, paidAt }) =>
      `${paidAt.toISOString()}  ${chargeId}  ${amount} Stars in suspense, from ${telegramId ?? "somebody unknown"}`,
  );
  const refunds: string[] = [];
  for (const { id, userId, telegramId, stars: amount, reason, createdAt } of await stars.openRefunds(db)) {
    const person = await accounts.userById(db, userId);
    const who = `${person?.firstName ?? "somebody"} (${telegramId})`;
    refunds.push(`${createdAt.toISOString()}  ${id}  ${who} wants ${amount} Stars back: ${JSON.stringify(reason)}`);
  }
  if (suspended.length + refunds.length === 0) return "No payment waits for anybody.";
  const hint =
    refunds.length === 0
      ? []
      : ["", "Refunds are decided by the buttons in the admins' chats; /start there shows them again."];
  return [...suspended, ...refunds, ...hint].join("\n");
}

async function assign(tools: Tools, [chargeId, who = "", amount = ""]: readonly string[]): Promise<string> {
  const credits = parseCredits(amount);
  if (chargeId === undefined || credits === undefined || credits <= 0n) {
    throw new UsageError("payments assign: expected a charge id, a Telegram id or @username, and an amount of credits");
  }
  const person = await findPerson(tools, who);
  const done = await inTransaction(
    tools.db,
    async (tx) =>
      await assignPayment({ ...tools, delivery: tools.deliveries }, tx, { chargeId, person, credits, actor: "cli" }),
  );
  if (!done) throw new AppError(notSuspended, { chargeId });
  return `${person.firstName} has ${formatCredits(credits, "en")} credits for it, and is told.`;
}
