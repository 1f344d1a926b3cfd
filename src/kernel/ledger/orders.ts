import { sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import type { LedgerParts } from "./deps.ts";
import type { Credits, Order, Pack, Stars } from "./ledger.ts";
import { starsSettings } from "./settings.ts";
import { periodSeconds, type Plan } from "./subscription.ts";

type Orders = Pick<Stars, "openOrder" | "checkOrder">;

/** Offers with a price that stands for a while. An order is never closed: each payment of it is money and is credited. */
export function makeOrders(deps: OrderDeps): Orders {
  const { clock, accounts } = deps;
  return {
    openOrder: async (tx, { userId, pack }) => await insertOrder(tx, deps, { userId, offer: pack }),
    checkOrder: async (db, { telegramId, orderId, currency, stars }) => {
      // Two reads by key at the same time: the person must be answered within a second.
      const [order, user] = await Promise.all([findOrder(db, orderId), accounts.userByTelegramId(db, telegramId)]);
      if (order === undefined) return "unknown_order";
      if (order.telegramId !== telegramId) return "wrong_person";
      if (user?.blocked === true) return "account_blocked";
      if (currency !== "XTR" || order.stars !== stars) return "wrong_amount";
      if (order.expiresAt <= clock.now()) return "expired";
      return order.isPlan && (await isSubscribed(db, order)) ? "already_subscribed" : undefined;
    },
  };
}

type OrderDeps = Pick<LedgerParts, "clock" | "ids" | "settings" | "accounts">;

export async function insertOrder(
  tx: Tx,
  { clock, ids, settings, accounts }: OrderDeps,
  { userId, offer, plan }: { readonly userId: number; readonly offer: Pack; readonly plan?: Plan },
): Promise<Order> {
  const user = await accounts.userById(tx, userId);
  if (user === undefined) throw new Error(`user ${userId} does not exist`);
  const { orderValidMinutes } = await settings.read(starsSettings);
  const { credits, stars } = offer;
  const id = ids.next();
  const at = clock.now();
  const expiresAt = new Date(at.getTime() + orderValidMinutes * 60_000);
  await sql`
    insert into ledger.star_order
      (id, user_id, telegram_id, pack_id, credits, stars, period_seconds, entitlement, created_at, expires_at)
    values (
      ${id}, ${userId}, ${user.telegramId}, ${offer.id}, ${credits}, ${stars}, ${plan === undefined ? null : periodSeconds},
      ${plan?.entitlement ?? null}, ${at}, ${expiresAt}
    )`.execute(tx);
  return { id, userId, credits, stars, expiresAt };
}

/**
 * The link of a plan is for one payment, and one plan for one subscription: Telegram would charge both each month. One
 * that could not be renewed may be bought anew.
 */
async function isSubscribed(db: Db, { id, userId, offerId }: StoredOrder): Promise<boolean> {
  const { rows } = await sql`
    select from ledger.subscription
    where user_id = ${userId} and (order_id = ${id} or (plan_id = ${offerId} and state in ('active', 'canceled')))
    limit 1`.execute(db);
  return rows.length > 0;
}

export interface StoredOrder {
  readonly id: string;
  readonly userId: number;
  /** Undefined once the person was forgotten. */
  readonly telegramId: number | undefined;
  /** Of the pack or plan. */
  readonly offerId: string;
  readonly isPlan: boolean;
  readonly credits: Credits;
  readonly stars: number;
  readonly expiresAt: Date;
}

export async function findOrder(db: Db, id: string): Promise<StoredOrder | undefined> {
  const { rows } = await sql<{
    user_id: number;
    telegram_id: number | null;
    pack_id: string;
    is_plan: boolean;
    credits: number;
    stars: number;
    expires_at: Date;
  }>`
    select user_id, telegram_id, pack_id, period_seconds is not null as is_plan, credits, stars, expires_at
    from ledger.star_order where id = ${id}`.execute(db);
  const [row] = rows;
  return (
    row && {
      id,
      userId: row.user_id,
      telegramId: row.telegram_id ?? undefined,
      offerId: row.pack_id,
      isPlan: row.is_plan,
      credits: BigInt(row.credits),
      stars: row.stars,
      expiresAt: row.expires_at,
    }
  );
}
