import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";

import type { Decimal } from "./decimal.ts";

export interface PriceAlert {
  readonly id: number;
  readonly chatId: number;
  readonly asset: string;
  /** `above` fires at this price and above it, `below` at it and below. */
  readonly direction: "above" | "below";
  readonly price: Decimal;
  readonly createdAt: Date;
}

interface AlertRow {
  readonly id: number;
  readonly chat_id: number;
  readonly asset: string;
  readonly direction: "above" | "below";
  readonly price: string;
  readonly created_at: Date;
}

export interface NewPriceAlert extends Pick<PriceAlert, "chatId" | "asset" | "direction" | "price"> {
  readonly userId: number;
  readonly now: Date;
  /** How many may wait in one chat. */
  readonly most: number;
}

/** @returns the alert; the one that waits already when it is the same; undefined when too many wait. */
export async function addPriceAlert(tx: Tx, alert: NewPriceAlert): Promise<PriceAlert | undefined> {
  const { chatId, asset, direction, price, userId, now, most } = alert;
  // One at a time per chat, or two could each find room for the last one.
  await sql`select pg_advisory_xact_lock(hashtextextended('signals.price_alert', ${chatId}::bigint))`.execute(tx);
  const waiting = await listPriceAlerts(tx, chatId);
  const { rows: same } = await sql<AlertRow>`
    select * from signals.price_alert
    where chat_id = ${chatId} and fired_at is null and asset = ${asset} and direction = ${direction}
      and price = ${price}::numeric limit 1`.execute(tx);
  if (same[0] !== undefined) return alertFrom(same[0]);
  if (waiting.length >= most) return undefined;
  const { rows } = await sql<AlertRow>`
    insert into signals.price_alert (chat_id, user_id, asset, direction, price, created_at)
    values (${chatId}, ${userId}, ${asset}, ${direction}, ${price}::numeric, ${now}) returning *`.execute(tx);
  return rows[0] && alertFrom(rows[0]);
}

/** Those that wait, oldest first. */
export async function listPriceAlerts(db: Db, chatId: number): Promise<readonly PriceAlert[]> {
  const { rows } = await sql<AlertRow>`
    select * from signals.price_alert where chat_id = ${chatId} and fired_at is null order by id`.execute(db);
  return rows.map(alertFrom);
}

/** @returns false when nothing of this chat waits under the id. */
export async function removePriceAlert(tx: Tx, of: { readonly chatId: number; readonly id: number }): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from signals.price_alert where id = ${of.id} and chat_id = ${of.chatId} and fired_at is null`.execute(tx);
  return numAffectedRows === 1n;
}

function alertFrom(row: AlertRow): PriceAlert {
  return {
    id: row.id,
    chatId: row.chat_id,
    asset: row.asset,
    direction: row.direction,
    price: row.price,
    createdAt: row.created_at,
  };
}
