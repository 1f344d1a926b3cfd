import { sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import type { Balance } from "./ledger.ts";

export type BookingKind =
  | "purchase"
  | "suspense"
  | "assignment"
  | "grant"
  | "take"
  | "refund"
  | "refund_paid"
  | "refund_returned"
  | "chargeback"
  | "stars_other"
  | "promo"
  | "gift"
  | "gift_claimed"
  | "gift_returned"
  | "referral"
  | "referral_reversed";

export interface Booking {
  readonly kind: BookingKind;
  /** The cause, once: a second booking under it breaks `transaction_reference_once` and fails. */
  readonly reference: string;
  readonly at: Date;
  readonly actor?: string | undefined;
  readonly reason?: string | undefined;
  /** Must sum to zero in each currency when the transaction commits. One posting per account. */
  readonly postings: readonly Posting[];
}

export interface Posting {
  readonly account: number;
  readonly amount: bigint;
}

/**
 * Writes one ledger transaction with its postings: the only way in, beside the capture in `holds.ts`. Postings go in by
 * rising account, so that two transactions over the same people lock them in the same order.
 */
export async function book(tx: Tx, booking: Booking): Promise<void> {
  const { kind, reference, at, actor = null, reason = null, postings } = booking;
  const accounts = postings.map(({ account }) => account);
  const amounts = postings.map(({ amount }) => amount);
  await sql`
    with booked as (
      insert into ledger.transaction (kind, reference, actor, reason, created_at)
      values (${kind}, ${reference}, ${actor}, ${reason}, ${at})
      returning id
    )
    insert into ledger.posting (transaction_id, account_id, amount)
    select booked.id, entry.account_id, entry.amount
    from booked, unnest(${accounts}::bigint[], ${amounts}::bigint[]) as entry (account_id, amount)
    order by entry.account_id`.execute(tx);
}

export interface UserAccount {
  readonly id: number;
  readonly balance: Balance;
}

/** The person's account, locked until the transaction ends; made when he has none. */
export async function lockAccount(tx: Tx, userId: number): Promise<UserAccount> {
  const found = await selectLocked(tx, userId);
  if (found !== undefined) return found;
  await sql`
    insert into ledger.account (kind, owner, currency) values ('user', ${userId}, 'CREDIT')
    on conflict on constraint account_once do nothing`.execute(tx);
  const made = await selectLocked(tx, userId);
  if (made === undefined) throw new Error(`user ${userId} has no account after it was made`);
  return made;
}

interface AccountRow {
  readonly id: number;
  readonly posted: number;
  readonly held: number;
}

async function selectLocked(tx: Tx, userId: number): Promise<UserAccount | undefined> {
  const { rows } = await sql<AccountRow>`
    select id, posted, held from ledger.account
    where kind = 'user' and owner = ${userId} and currency = 'CREDIT'
    for no key update`.execute(tx);
  return rows[0] && { id: rows[0].id, balance: toBalance(rows[0]) };
}

/**
 * Lets a locked account fall below zero if taking so much needs it: an approved refund of spent credits, a chargeback, a
 * bonus that goes back. A trigger ends it when the account has recovered.
 */
export async function allowDebt(tx: Tx, accountId: number, amount: bigint): Promise<void> {
  await sql`
    update ledger.account set may_go_negative = true
    where id = ${accountId} and posted - held < ${amount}`.execute(tx);
}

export async function readBalance(db: Db, userId: number): Promise<Balance> {
  const { rows } = await sql<AccountRow>`
    select id, posted, held from ledger.account
    where kind = 'user' and owner = ${userId} and currency = 'CREDIT'`.execute(db);
  return toBalance(rows[0] ?? { posted: 0, held: 0 });
}

function toBalance({ posted, held }: Pick<AccountRow, "posted" | "held">): Balance {
  return { posted: BigInt(posted), held: BigInt(held), available: BigInt(posted) - BigInt(held) };
}
