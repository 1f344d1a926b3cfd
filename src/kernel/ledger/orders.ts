import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { LedgerParts } from "./deps.ts";
import type { Credits, Stars } from "./ledger.ts";
import { starsSettings } from "./settings.ts";

type Orders = Pick<Stars, "openOrder" | "checkOrder">;

/** Offers with a price that stands for a while. An order is never closed: each payment of it is money and is credited. */
export function makeOrders({
  clock,
  ids,
  settings,
  accounts,
}: Pick<LedgerParts, "clock" | "ids" | "settings" | "accounts">): Orders {
  return {
    openOrder: async (tx, { userId, pack }) => {
      const user = await accounts.userById(tx, userId);
      if (user === undefined) throw new Error(`user ${userId} does not exist`);
      const { orderValidMinutes } = await settings.read(starsSettings);
      const id = ids.next();
      const at = clock.now();
      const expiresAt = new Date(at.getTime() + orderValidMinutes * 60_000);
      await sql`
        insert into ledger.star_order (id, user_id, telegram_id, pack_id, credits, stars, created_at, expires_at)
        values (${id}, ${userId}, ${user.telegramId}, ${pack.id}, ${pack.credits}, ${pack.stars}, ${at}, ${expiresAt})`.execute(
        tx,
      );
      return { id, userId, credits: pack.credits, stars: pack.stars, expiresAt };
    },
    checkOrder: async (db, { telegramId, orderId, currency, stars }) => {
      // Two reads by key at the same time: the person must be answered within a second.
      const [order, user] = await Promise.all([findOrder(db, orderId), accounts.userByTelegramId(db, telegramId)]);
      if (order === undefined) return "unknown_order";
      if (order.telegramId !== telegramId) return "wrong_person";
      if (user?.blocked === true) return "account_blocked";
      if (currency !== "XTR" || order.stars !== stars) return "wrong_amount";
      if (order.expiresAt <= clock.now()) return "expired";
      return undefined;
    },
  };
}

export interface StoredOrder {
  readonly id: string;
  readonly userId: number;
  /** Undefined once the person was forgotten. */
  readonly telegramId: number | undefined;
  readonly credits: Credits;
  readonly stars: number;
  readonly expiresAt: Date;
}

export async function findOrder(db: Db, id: string): Promise<StoredOrder | undefined> {
  const { rows } = await sql<{
    user_id: number;
    telegram_id: number | null;
    credits: number;
    stars: number;
    expires_at: Date;
  }>`
    select user_id, telegram_id, credits, stars, expires_at from ledger.star_order where id = ${id}`.execute(db);
  const [row] = rows;
  return (
    row && {
      id,
      userId: row.user_id,
      telegramId: row.telegram_id ?? undefined,
      credits: BigInt(row.credits),
      stars: row.stars,
      expiresAt: row.expires_at,
    }
  );
}
