import type { Accounts, User } from "../accounts/index.ts";
import type { Db } from "../db/index.ts";

/** The person with this Telegram id, or the newest holder of this `@name`. */
export async function findPerson(
  accounts: Pick<Accounts, "userByTelegramId" | "userByUsername">,
  db: Db,
  who: string,
): Promise<User | undefined> {
  if (/^\d{1,16}$/.test(who)) return await accounts.userByTelegramId(db, Number(who));
  return who.startsWith("@") ? await accounts.userByUsername(db, who) : undefined;
}
