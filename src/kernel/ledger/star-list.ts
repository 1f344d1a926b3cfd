import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { StarsGateway, StarTransaction } from "./ledger.ts";

/** Telegram's own limit per call. */
export const pageSize = 100;
/** How many lines before the stored offset are read again: what was put in late is seen, and another list is recognised. */
export const overlap = 20;

/** How far Telegram's list of Star transactions was read. */
export interface ListPosition {
  readonly offset: number;
  /** Grows when another list takes the place of the one before. */
  readonly list: number;
  readonly beganAt: Date;
}

export async function readPosition(db: Db): Promise<ListPosition> {
  const { rows } = await sql<{ next_offset: number; list_number: number; list_began_at: Date }>`
    select next_offset, list_number, list_began_at from ledger.reconciliation`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("ledger.reconciliation has no row");
  return { offset: row.next_offset, list: row.list_number, beganAt: row.list_began_at };
}

/** Where reading begins for a stored offset. */
export function overlapStart(offset: number): number {
  return Math.max(0, offset - overlap);
}

/**
 * Looks for the refund of a payment: among the lines already compared, then in what the list has beyond them.
 * Talks to Telegram, so never inside a transaction.
 */
export async function isRefundListed(db: Db, gateway: StarsGateway, chargeId: string): Promise<boolean> {
  const { rows } = await sql`
    select from ledger.star_transaction where id = ${chargeId} and direction = 'out'`.execute(db);
  if (rows.length > 0) return true;
  let offset = overlapStart((await readPosition(db)).offset);
  for (;;) {
    const page = await gateway.transactions(offset, pageSize);
    if (page.some((line) => isRefundOf(line, chargeId))) return true;
    if (page.length < pageSize) return false;
    offset += page.length;
  }
}

function isRefundOf({ id, direction }: StarTransaction, chargeId: string): boolean {
  return id === chargeId && direction === "out";
}
