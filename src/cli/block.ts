import { inTransaction } from "#kernel/db/index.ts";

import { findPerson } from "./find-person.ts";
import type { CliCommand } from "./tools.ts";
import { UsageError } from "./usage.ts";

/** `telecast block <who> <reason>`: shuts a person out of everything but payment support and his own data. */
export const blockCommand: CliCommand = async (tools, args) => await setBlocked(tools, args, true);

/** `telecast unblock <who> <reason>`: lets him in again. */
export const unblockCommand: CliCommand = async (tools, args) => await setBlocked(tools, args, false);

async function setBlocked(
  tools: Parameters<CliCommand>[0],
  [who, ...words]: readonly string[],
  blocked: boolean,
): Promise<string> {
  const reason = words.join(" ").trim();
  const name = blocked ? "block" : "unblock";
  if (who === undefined || reason === "") {
    throw new UsageError(`${name}: expected a Telegram id or @username, and a reason`);
  }
  const { db, accounts } = tools;
  const person = await findPerson(tools, who);
  await inTransaction(db, async (tx) => {
    await accounts.setBlocked(tx, person.id, blocked);
    await accounts.audit(tx, {
      actor: "cli",
      action: blocked ? "account.blocked" : "account.unblocked",
      subject: `user:${person.id}`,
      before: { blocked: person.blocked },
      after: { blocked, reason },
      origin: "cli",
    });
  });
  return blocked ? `${person.firstName} is shut out.` : `${person.firstName} is let in again.`;
}
