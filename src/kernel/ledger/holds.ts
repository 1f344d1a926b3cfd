import { sql } from "kysely";

import { afterCommit, type Tx } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import type { LedgerParts } from "./deps.ts";
import { invalidAmount, referenceReused } from "./errors.ts";
import type { HoldOutcome, Ledger, NewHold } from "./ledger.ts";
import { systemAccounts } from "./system-accounts.ts";

type Holds = Pick<Ledger, "placeHold" | "settleHold">;

/**
 * Reserving and spending. Both are one round trip when all is well; the balances follow by trigger.
 * Locks: placing takes the account, settling the hold and then the account.
 */
export function makeHolds({ clock, metrics }: Pick<LedgerParts, "clock" | "metrics">): Holds {
  return {
    placeHold: async (tx, hold) => {
      if (hold.amount <= 0n) throw new AppError(invalidAmount, { amount: String(hold.amount), kind: "hold" });
      const { placed, available } = await insertHold(tx, hold, clock.now());
      if (placed || (await wasPlacedBefore(tx, hold))) return { ok: true };
      return { ok: false, reason: "insufficient_credits", available };
    },
    settleHold: async (tx, reference, outcome) => {
      if (await endHold(tx, { reference, outcome, at: clock.now() })) {
        afterCommit(tx, () => {
          metrics.holdsSettled.inc({ outcome });
        });
        return outcome;
      }
      const { rows } = await sql<{ state: HoldOutcome }>`
        select state from ledger.hold where reference = ${reference}`.execute(tx);
      return rows[0]?.state;
    },
  };
}

/**
 * `for no key update` waits for whoever has the account and then sees what he left, so `available` is true until we
 * commit. The insert needs no re-check of its own.
 */
async function insertHold(
  tx: Tx,
  { userId, amount, reference, expiresAt }: NewHold,
  at: Date,
): Promise<{ placed: boolean; available: bigint }> {
  const { rows } = await sql<{ available: number; placed: boolean }>`
    with account as materialized (
      select id, posted - held as available from ledger.account
      where kind = 'user' and owner = ${userId} and currency = 'CREDIT'
      for no key update
    ), placed as (
      insert into ledger.hold (account_id, amount, reference, created_at, expires_at)
      select id, ${amount}::bigint, ${reference}, ${at}, ${expiresAt} from account where available >= ${amount}
      on conflict on constraint hold_reference_once do nothing
      returning id
    )
    select available, exists (select from placed) as placed from account`.execute(tx);
  return { placed: rows[0]?.placed ?? false, available: BigInt(rows[0]?.available ?? 0) };
}

/** @throws AppError `ledger.reference_reused` when the reference stands for another person or amount. */
async function wasPlacedBefore(tx: Tx, { userId, amount, reference }: NewHold): Promise<boolean> {
  const { rows } = await sql<{ owner: number; amount: number }>`
    select account.owner, hold.amount
    from ledger.hold join ledger.account on account.id = hold.account_id
    where hold.reference = ${reference}`.execute(tx);
  const [before] = rows;
  if (before === undefined) return false;
  if (before.owner !== userId || BigInt(before.amount) !== amount) throw new AppError(referenceReused, { reference });
  return true;
}

/**
 * One statement: whoever changes the row first has settled it, everybody else finds it no longer open. The capture's
 * postings read `settled`, so the hold is given back (by trigger) before the amount leaves the account.
 * @returns whether it was this call that ended the hold.
 */
async function endHold(
  tx: Tx,
  { reference, outcome, at }: { readonly reference: string; readonly outcome: HoldOutcome; readonly at: Date },
): Promise<boolean> {
  const { rows } = await sql`
    with settled as (
      update ledger.hold set state = ${outcome}, settled_at = ${at}
      where reference = ${reference} and state = 'open'
      returning account_id, amount
    ), booked as (
      insert into ledger.transaction (kind, reference, created_at)
      select 'capture', 'hold:' || ${reference}::text, ${at} from settled where ${outcome} = 'captured'
      returning id
    ), posted as (
      insert into ledger.posting (transaction_id, account_id, amount)
      select booked.id, side.account_id, side.amount
      from settled, booked, lateral (
        values (${systemAccounts.revenue}::bigint, settled.amount), (settled.account_id, -settled.amount)
      ) as side (account_id, amount)
    )
    select from settled`.execute(tx);
  return rows.length > 0;
}
