import { sql } from "kysely";

import { afterCommit, type Db, type Tx } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { book, lockAccount, readBalance } from "./book.ts";
import type { LedgerParts } from "./deps.ts";
import { invalidAmount } from "./errors.ts";
import type { Credits, PaymentOutcome, Stars, SuccessfulPayment } from "./ledger.ts";
import { findOrder, type StoredOrder } from "./orders.ts";
import { lockOpenReferral, type ReferralDeps, rewardReferral } from "./referrals.ts";
import { coverPeriod, correctPeriod, type PeriodDeps } from "./subscription-periods.ts";
import { systemAccounts } from "./system-accounts.ts";

/** A payment as we hear of it: the reconciler may not know the person. */
export type ReportedPayment = Omit<SuccessfulPayment, "telegramId"> & {
  readonly telegramId: number | undefined;
  readonly at: Date;
  readonly source: "update" | "reconciler";
};

export type CreditPayment = (tx: Tx, payment: ReportedPayment) => Promise<PaymentOutcome>;

export interface PaymentDeps extends PeriodDeps, ReferralDeps, Pick<LedgerParts, "metrics"> {}

/**
 * Books a payment once per charge id. The row of `ledger.payment` comes first: of any number of concurrent calls one
 * inserts it, the others wait for its commit and find it. Locks: payment, referral, account, the inviter's account,
 * subscription.
 */
export function makeCreditPayment(deps: PaymentDeps): CreditPayment {
  return async (tx, payment) => {
    if (payment.currency !== "XTR" || payment.stars <= 0) {
      // No Stars came, so there is nothing to book; but somebody paid something.
      await deps.reportDrift(tx, {
        key: `currency:${payment.chargeId}`,
        detail: `Payment ${payment.chargeId} is ${payment.stars} ${payment.currency}; only Stars are sold for.`,
      });
      return { ok: false, reason: "unknown_order" };
    }
    const order = await findOrder(tx, payment.orderId);
    const matching = order !== undefined && order.stars === payment.stars ? order : undefined;
    if (!(await insertPayment(tx, deps, { payment, order: matching }))) return await repeated(tx, deps, payment);
    afterCommit(tx, () => {
      deps.metrics.starsReceived.inc({ source: payment.source }, payment.stars);
    });
    return matching === undefined
      ? await suspend(tx, deps, { payment, order })
      : await credit(tx, deps, { payment, order: matching });
  };
}

async function insertPayment(
  tx: Tx,
  { clock, accounts }: PaymentDeps,
  { payment, order }: { readonly payment: ReportedPayment; readonly order: StoredOrder | undefined },
): Promise<boolean> {
  const telegramId = payment.telegramId ?? order?.telegramId;
  // Only a payment in suspense needs to be asked who made it.
  const payer =
    order === undefined && telegramId !== undefined ? await accounts.userByTelegramId(tx, telegramId) : undefined;
  const { rows } = await sql`
    insert into ledger.payment
      (charge_id, payload, order_id, user_id, telegram_id, stars, credits, state, source, paid_at)
    values (
      ${payment.chargeId}, ${payment.orderId}, ${order?.id ?? null}, ${order?.userId ?? payer?.id ?? null},
      ${telegramId ?? null}, ${payment.stars}, ${order?.credits ?? 0n}, ${order ? "credited" : "suspended"},
      ${payment.source}, ${clock.now()}
    )
    on conflict on constraint payment_pkey do nothing
    returning charge_id`.execute(tx);
  return rows.length > 0;
}

async function credit(
  tx: Tx,
  deps: PaymentDeps,
  { payment, order }: { readonly payment: ReportedPayment; readonly order: StoredOrder },
): Promise<PaymentOutcome> {
  const { clock, reportDrift } = deps;
  const { userId, credits } = order;
  const { chargeId, at, paidUntil, isFirst = false } = payment;
  const referral = await lockOpenReferral(tx, userId);
  const account = await lockAccount(tx, userId);
  await book(tx, {
    kind: "purchase",
    reference: `payment:${chargeId}`,
    at: clock.now(),
    postings: [
      // A plan may only entitle.
      ...(credits === 0n
        ? []
        : [
            { account: systemAccounts.sold, amount: -credits },
            { account: account.id, amount: credits },
          ]),
      { account: systemAccounts.telegram, amount: BigInt(payment.stars) },
      { account: systemAccounts.starsIncome, amount: -BigInt(payment.stars) },
    ],
  });
  if (referral !== undefined) await rewardReferral(tx, deps, { referral, chargeId });
  if (payment.telegramId !== undefined && order.telegramId !== undefined && payment.telegramId !== order.telegramId) {
    await reportDrift(tx, {
      key: `payer:${payment.chargeId}`,
      detail: `Payment ${payment.chargeId} was made by another person than the one who ordered; the orderer has the credits.`,
    });
  }
  const subscription = order.isPlan
    ? await coverPeriod(tx, deps, { orderId: order.id, payment: { chargeId, at, paidUntil, isFirst } })
    : undefined;
  return { ok: true, repeated: false, userId, credits, balance: await readBalance(tx, userId), subscription };
}

/** Books the Stars against suspense: they are there, but nobody was promised anything for them. */
async function suspend(
  tx: Tx,
  { clock, reportDrift }: PaymentDeps,
  { payment, order }: { readonly payment: ReportedPayment; readonly order: StoredOrder | undefined },
): Promise<PaymentOutcome> {
  const stars = BigInt(payment.stars);
  await book(tx, {
    kind: "suspense",
    reference: `payment:${payment.chargeId}`,
    at: clock.now(),
    postings: [
      { account: systemAccounts.telegram, amount: stars },
      { account: systemAccounts.starsSuspense, amount: -stars },
    ],
  });
  const why = order === undefined ? "is for no order we know" : `should have been ${order.stars} Stars`;
  await reportDrift(tx, {
    key: `suspense:${payment.chargeId}`,
    detail: `Payment ${payment.chargeId} of ${payment.stars} Stars ${why}; it is kept in suspense.`,
  });
  return { ok: false, reason: "unknown_order" };
}

async function repeated(tx: Tx, deps: PaymentDeps, payment: ReportedPayment): Promise<PaymentOutcome> {
  const { chargeId, paidUntil } = payment;
  const before = await findPayment(tx, payment.chargeId);
  if (before === undefined) throw new Error(`payment ${payment.chargeId} conflicted with nothing`);
  if (before.stars !== payment.stars) {
    await deps.reportDrift(tx, {
      key: `amount:${chargeId}`,
      detail: `Payment ${chargeId} was told again with ${payment.stars} Stars; ${before.stars} are booked.`,
    });
  }
  const { userId, credits } = before;
  if (before.state === "suspended" || userId === undefined) return { ok: false, reason: "unknown_order" };
  const subscription = await correctPeriod(tx, deps, { chargeId, paidUntil });
  return { ok: true, repeated: true, userId, credits, balance: await readBalance(tx, userId), subscription };
}

export interface StoredPayment {
  readonly chargeId: string;
  readonly userId: number | undefined;
  readonly telegramId: number | undefined;
  readonly stars: number;
  readonly credits: Credits;
  readonly state: "credited" | "suspended";
}

interface PaymentRow {
  readonly user_id: number | null;
  readonly telegram_id: number | null;
  readonly stars: number;
  readonly credits: number;
  readonly state: "credited" | "suspended";
}

export async function findPayment(db: Db, chargeId: string): Promise<StoredPayment | undefined> {
  const { rows } = await sql<PaymentRow>`
    select user_id, telegram_id, stars, credits, state from ledger.payment where charge_id = ${chargeId}`.execute(db);
  return rows[0] && toPayment(chargeId, rows[0]);
}

/** With its row locked: whatever concerns the refund of a payment happens under this lock, one at a time. */
export async function lockPayment(tx: Tx, chargeId: string): Promise<StoredPayment | undefined> {
  const { rows } = await sql<PaymentRow>`
    select user_id, telegram_id, stars, credits, state from ledger.payment where charge_id = ${chargeId}
    for no key update`.execute(tx);
  return rows[0] && toPayment(chargeId, rows[0]);
}

function toPayment(chargeId: string, row: PaymentRow): StoredPayment {
  return {
    chargeId,
    userId: row.user_id ?? undefined,
    telegramId: row.telegram_id ?? undefined,
    stars: row.stars,
    credits: BigInt(row.credits),
    state: row.state,
  };
}

export const listPayments: Stars["payments"] = async (db, userId) => {
  const { rows } = await sql<{ charge_id: string; stars: number; credits: number; paid_at: Date }>`
    select charge_id, stars, credits, paid_at from ledger.payment
    where user_id = ${userId} and telegram_id is not null and not exists (
      select from ledger.refund
      where refund.charge_id = payment.charge_id and refund.state not in ('refused', 'failed')
    )
    order by paid_at desc, charge_id`.execute(db);
  return rows.map((row) => ({
    chargeId: row.charge_id,
    stars: row.stars,
    credits: BigInt(row.credits),
    paidAt: row.paid_at,
  }));
};

export const listSuspended: Stars["suspended"] = async (db) => {
  const { rows } = await sql<{
    charge_id: string;
    stars: number;
    payload: string;
    telegram_id: number | null;
    paid_at: Date;
  }>`
    select charge_id, stars, payload, telegram_id, paid_at from ledger.payment
    where state = 'suspended' and not exists (
      select from ledger.refund where refund.charge_id = payment.charge_id and refund.state = 'refunded'
    )
    order by paid_at, charge_id`.execute(db);
  return rows.map((row) => ({
    chargeId: row.charge_id,
    stars: row.stars,
    payload: row.payload,
    telegramId: row.telegram_id ?? undefined,
    paidAt: row.paid_at,
  }));
};

/** Locks: payment, then account. A payment that is being refunded cannot be assigned any more. */
export function makeAssignPayment({ clock }: Pick<LedgerParts, "clock">): Stars["assignPayment"] {
  return async (tx, chargeId, { userId, credits, actor }) => {
    if (credits <= 0n) throw new AppError(invalidAmount, { amount: String(credits), kind: "payment" });
    const payment = await lockPayment(tx, chargeId);
    if (payment === undefined) return { ok: false, reason: "not_suspended" };
    const { rows } = await sql`
      update ledger.payment set state = 'credited', user_id = ${userId}, credits = ${credits}
      where charge_id = ${chargeId} and state = 'suspended' and not exists (
        select from ledger.refund
        where refund.charge_id = payment.charge_id and refund.state not in ('refused', 'failed')
      )
      returning charge_id`.execute(tx);
    if (rows.length === 0) return { ok: false, reason: "not_suspended" };
    const account = await lockAccount(tx, userId);
    const stars = BigInt(payment.stars);
    await book(tx, {
      kind: "assignment",
      reference: `assignment:${chargeId}`,
      at: clock.now(),
      actor,
      postings: [
        { account: systemAccounts.sold, amount: -credits },
        { account: account.id, amount: credits },
        { account: systemAccounts.starsSuspense, amount: stars },
        { account: systemAccounts.starsIncome, amount: -stars },
      ],
    });
    return { ok: true, balance: await readBalance(tx, userId) };
  };
}
