import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";

/** Guessing: so many codes may be tried in vain within an hour. */
export const mostWrongTries = 5;
const windowMs = 60 * 60_000;
const triesTrace = "ledger.promo-tries";

interface Trier {
  readonly userId: number;
  readonly now: Date;
}

/** Those before he had himself forgotten count too. */
export async function hasTriedTooOften(
  db: Db,
  accounts: Pick<Accounts, "trace">,
  { userId, now }: Trier,
): Promise<boolean> {
  const before = await accounts.trace(db, userId, triesTrace);
  return before + (await triesOf(db, { userId, now })) >= mostWrongTries;
}

export async function countTry(tx: Tx, { userId, now }: Trier): Promise<void> {
  await sql`
    delete from ledger.promo_try where user_id = ${userId} and tried_at <= ${windowStart(now)}`.execute(tx);
  await sql`insert into ledger.promo_try (user_id, tried_at) values (${userId}, ${now})`.execute(tx);
}

/** Beginning anew does not allow more guesses. */
export async function keepTries(
  tx: Tx,
  accounts: Pick<Accounts, "trace" | "keepTrace">,
  { userId, now }: Trier,
): Promise<void> {
  const tries = await triesOf(tx, { userId, now });
  if (tries > 0) {
    const amount = tries + (await accounts.trace(tx, userId, triesTrace));
    await accounts.keepTrace(tx, userId, {
      name: triesTrace,
      amount,
      expiresAt: new Date(now.getTime() + windowMs),
    });
  }
  await sql`delete from ledger.promo_try where user_id = ${userId}`.execute(tx);
}

async function triesOf(db: Db, { userId, now }: Trier): Promise<number> {
  const { rows } = await sql<{ tries: number }>`
    select count(*)::int as tries from ledger.promo_try
    where user_id = ${userId} and tried_at > ${windowStart(now)}`.execute(db);
  return rows[0]?.tries ?? 0;
}

function windowStart(now: Date): Date {
  return new Date(now.getTime() - windowMs);
}
