import { sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import type { Clock } from "../lib/clock.ts";
import type { Accounts } from "./account.ts";

export interface Traces extends Pick<Accounts, "keepTrace" | "trace"> {
  /** The person as traces know him. */
  readonly hashOf: (telegramId: number) => string;
  readonly dropTrace: (tx: Tx, userId: number, name: string) => Promise<void>;
}

export interface TracesDeps {
  readonly clock: Clock;
  readonly cipher: Pick<Cipher, "sign">;
}

/** Where an operator's block of a person stands while there is no such person. */
export const blockTrace = "account.blocked";

export function makeTraces({ clock, cipher }: TracesDeps): Traces {
  const hashOf = (telegramId: number): string => cipher.sign(String(telegramId), "account.trace");

  const hashOfUser = async (db: Db, userId: number): Promise<string | undefined> => {
    const { rows } = await sql<{ telegram_id: number | null }>`
      select telegram_id from account.person where id = ${userId}`.execute(db);
    const telegramId = rows[0]?.telegram_id ?? undefined;
    return telegramId === undefined ? undefined : hashOf(telegramId);
  };

  return {
    hashOf,
    keepTrace: async (tx, userId, { name, amount = 1, expiresAt }) => {
      const hash = await hashOfUser(tx, userId);
      if (hash === undefined) return;
      await sql`delete from account.trace where expires_at <= ${clock.now()}`.execute(tx);
      await sql`
        insert into account.trace (person_hash, name, amount, expires_at)
        values (${hash}, ${name}, ${amount}, ${expiresAt ?? null})
        on conflict (person_hash, name) do update set amount = excluded.amount, expires_at = excluded.expires_at
      `.execute(tx);
    },
    trace: async (db, userId, name) => {
      const hash = await hashOfUser(db, userId);
      if (hash === undefined) return 0;
      const { rows } = await sql<{ amount: number }>`
        select amount from account.trace
        where person_hash = ${hash} and name = ${name}
          and (expires_at is null or expires_at > ${clock.now()})`.execute(db);
      return rows[0]?.amount ?? 0;
    },
    dropTrace: async (tx, userId, name) => {
      const hash = await hashOfUser(tx, userId);
      await sql`delete from account.trace where person_hash = ${hash ?? null} and name = ${name}`.execute(tx);
    },
  };
}
