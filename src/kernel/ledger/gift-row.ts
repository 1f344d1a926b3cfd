import { sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import { book, lockAccount } from "./book.ts";
import type { LedgerParts } from "./deps.ts";
import type { Gift, GiftState } from "./gift.ts";
import { systemAccounts } from "./system-accounts.ts";

export async function findGift(db: Db, id: string): Promise<Gift | undefined> {
  const { rows } = await sql<GiftRow>`select * from ledger.gift where id = ${id}`.execute(db);
  return rows[0] && toGift(rows[0]);
}

/** With its row locked: a gift ends once. */
export async function lockGift(tx: Tx, id: string): Promise<Gift | undefined> {
  const { rows } = await sql<GiftRow>`select * from ledger.gift where id = ${id} for no key update`.execute(tx);
  return rows[0] && toGift(rows[0]);
}

/**
 * All that nobody has claimed, each with its row locked, always in one order. Before the giver's account: whoever ends a
 * gift locks the account after it. And again under the account's lock, because what he gave meanwhile was not seen before;
 * only a gift that ends in the very moment in which it was made can make that a deadlock, which is tried again.
 */
export async function lockOpenGifts(tx: Tx, userId: number): Promise<readonly Gift[]> {
  const { rows } = await sql<GiftRow>`
    select * from ledger.gift where giver_id = ${userId} and state = 'open' order by id for no key update`.execute(tx);
  return rows.map(toGift);
}

export async function listOpenGifts(db: Db, userId: number): Promise<readonly Gift[]> {
  const { rows } = await sql<GiftRow>`
    select * from ledger.gift where giver_id = ${userId} and state = 'open' order by created_at desc, id`.execute(db);
  return rows.map(toGift);
}

/** Those that a person gave or claimed, oldest first. */
export async function listGiftsOf(db: Db, userId: number): Promise<readonly Gift[]> {
  const { rows } = await sql<GiftRow>`
    select * from ledger.gift where giver_id = ${userId} or claimed_by = ${userId} order by created_at, id`.execute(db);
  return rows.map(toGift);
}

/** No `on conflict`: the caller has looked under the giver's lock. */
export async function insertGift(tx: Tx, { id, giverId, amount, createdAt, expiresAt }: Gift): Promise<void> {
  await sql`
    insert into ledger.gift (id, giver_id, amount, state, created_at, expires_at)
    values (${id}, ${giverId}, ${amount}, 'open', ${createdAt}, ${expiresAt})`.execute(tx);
}

/** Ends an open gift whose row the caller has locked: the credits go to whoever claimed it, else back. Locks his account. */
export async function endGift(
  tx: Tx,
  { clock }: Pick<LedgerParts, "clock">,
  gift: Gift,
  end: { readonly state: Exclude<GiftState, "open">; readonly claimedBy?: number },
): Promise<Gift> {
  const { state, claimedBy } = end;
  const at = clock.now();
  await sql`
    update ledger.gift set state = ${state}, claimed_by = ${claimedBy ?? null}, ended_at = ${at}
    where id = ${gift.id} and state = 'open'`.execute(tx);
  const account = await lockAccount(tx, claimedBy ?? gift.giverId);
  await book(tx, {
    kind: state === "claimed" ? "gift_claimed" : "gift_returned",
    reference: `gift-end:${gift.id}`,
    at,
    postings: [
      { account: systemAccounts.gifts, amount: -gift.amount },
      { account: account.id, amount: gift.amount },
    ],
  });
  return { ...gift, state, claimedBy };
}

interface GiftRow {
  readonly id: string;
  readonly giver_id: number;
  readonly amount: number;
  readonly state: GiftState;
  readonly claimed_by: number | null;
  readonly created_at: Date;
  readonly expires_at: Date;
}

function toGift(row: GiftRow): Gift {
  return {
    id: row.id,
    giverId: row.giver_id,
    amount: BigInt(row.amount),
    state: row.state,
    claimedBy: row.claimed_by ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
