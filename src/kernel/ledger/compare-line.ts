import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import { book } from "./book.ts";
import type { LedgerParts } from "./deps.ts";
import type { ReportDrift } from "./findings.ts";
import type { StarTransaction } from "./ledger.ts";
import { type CreditPayment, findPayment } from "./payments.ts";
import type { RecordRefund } from "./refund-booking.ts";
import { systemAccounts } from "./system-accounts.ts";

export interface CompareDeps extends Pick<LedgerParts, "clock" | "announce"> {
  readonly creditPayment: CreditPayment;
  readonly recordRefund: RecordRefund;
  readonly reportDrift: ReportDrift;
}

/**
 * Compares one line of Telegram's list with the ledger and makes up for what is missing, once per id and direction.
 * Locks: star_transaction, payment, refund, account, subscription, finding.
 */
export async function compareLine(tx: Tx, deps: CompareDeps, line: StarTransaction): Promise<void> {
  const { rows } = await sql`
    insert into ledger.star_transaction (id, direction, stars, happened_at)
    values (${line.id}, ${line.direction}, ${line.stars}, ${line.at})
    on conflict on constraint star_transaction_pkey do nothing
    returning id`.execute(tx);
  if (rows.length === 0) return;
  if (line.direction === "in") await compareIncoming(tx, deps, line);
  else await compareOutgoing(tx, deps, line);
}

async function compareIncoming(tx: Tx, deps: CompareDeps, line: StarTransaction): Promise<void> {
  const { id: chargeId, stars, telegramId, invoicePayload } = line;
  const booked = await findPayment(tx, chargeId);
  if (booked !== undefined) {
    if (booked.stars === stars) return;
    await deps.reportDrift(tx, {
      key: `amount:${chargeId}`,
      detail: `Payment ${chargeId} has ${stars} Stars at Telegram; ${booked.stars} are booked.`,
    });
    return;
  }
  if (telegramId === undefined && invoicePayload === undefined) {
    await bookOther(tx, deps, line);
    return;
  }
  const outcome = await deps.creditPayment(tx, {
    telegramId,
    orderId: invoicePayload ?? "",
    currency: "XTR",
    stars,
    chargeId,
    at: line.at,
    source: "reconciler",
  });
  if (!outcome.ok || outcome.repeated) return;
  await deps.announce(tx, {
    type: "payment_recovered",
    userId: outcome.userId,
    credits: outcome.credits,
    stars,
    subscription: outcome.subscription,
  });
}

async function compareOutgoing(tx: Tx, deps: CompareDeps, line: StarTransaction): Promise<void> {
  const { id: chargeId, stars, telegramId } = line;
  const outcome = await deps.recordRefund(tx, { chargeId, stars, telegramId, source: "reconciler" });
  if (outcome === "unknown_payment") await bookOther(tx, deps, line);
}

/** Withdrawals, paid broadcasts and whatever else the account's owner does: booked, so that the totals agree, and told. */
async function bookOther(tx: Tx, deps: CompareDeps, { id, direction, stars }: StarTransaction): Promise<void> {
  const amount = direction === "in" ? BigInt(stars) : -BigInt(stars);
  // Less than a whole Star moved.
  if (amount !== 0n) {
    await book(tx, {
      kind: "stars_other",
      reference: `stars:${direction}:${id}`,
      at: deps.clock.now(),
      postings: [
        { account: systemAccounts.telegram, amount },
        { account: systemAccounts.starsOther, amount: -amount },
      ],
    });
  }
  await deps.reportDrift(tx, {
    key: `other:${direction}:${id}`,
    detail: `Telegram lists ${stars} Stars ${direction === "in" ? "received" : "paid out"} (${id}) that are no payment or refund of ours.`,
  });
}
