import type { User } from "#kernel/accounts/index.ts";
import { AppError, type ErrorDefinition } from "#kernel/lib/errors.ts";

import type { Tools } from "./tools.ts";

const unknownPerson = {
  code: "cli.unknown_person",
  status: 404,
  message: "I do not know {who}: the person must have started the bot once",
} as const satisfies ErrorDefinition;

/** @param who a Telegram id or @username. @throws AppError when nobody is known by it. */
export async function findPerson({ accounts, db }: Pick<Tools, "accounts" | "db">, who: string): Promise<User> {
  const person = /^\d{1,16}$/.test(who)
    ? await accounts.userByTelegramId(db, Number(who))
    : who.startsWith("@")
      ? await accounts.userByUsername(db, who)
      : undefined;
  if (person === undefined) throw new AppError(unknownPerson, { who });
  return person;
}
