import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import { wasWelcomed, welcomeTrace } from "./adjust.ts";
import { readBalance } from "./book.ts";
import { endGift, listGiftsOf, lockOpenGifts } from "./gift-row.ts";
import { readHistory } from "./history.ts";
import { keepCustomerTrace } from "./newcomers.ts";
import { newPeopleTrace, promoTrace, usedCodes } from "./promo-codes.ts";
import { keepTries } from "./promo-tries.ts";
import { forgetReferrals, listInvitationsOf } from "./referrals.ts";
import type { Subscriptions } from "./subscription.ts";

/** What the ledger keeps on a person. */
export interface LedgerPersonalData {
  /** Amounts are bigints: JSON needs to be told how to write them. */
  readonly export: (db: Db, userId: number) => Promise<unknown>;
  readonly forget: (tx: Tx, userId: number) => Promise<void>;
}

export interface PersonalDataDeps {
  readonly accounts: Pick<Accounts, "trace" | "keepTrace">;
  readonly clock: Clock;
  readonly ledger: { readonly subscriptions: Pick<Subscriptions, "abandon"> };
}

const longestHistory = 10_000;

/**
 * `forget` takes away what leads from an entry to a person: Telegram's id and what he wrote. Amounts, times and charge ids
 * stay, because the books must stay right. A refund under way keeps the id until it is through, a subscription until
 * Telegram charges it no more. Who comes back is not welcomed with credits again.
 */
export const ledgerPersonalData = ({ accounts, clock, ledger }: PersonalDataDeps): LedgerPersonalData => ({
  export: async (db, userId) => {
    const payments = await sql<{ paid_at: Date; stars: number; credits: number; charge_id: string }>`
      select paid_at, stars, credits, charge_id from ledger.payment where user_id = ${userId} order by paid_at`.execute(
      db,
    );
    const refunds = await sql<{ created_at: Date; charge_id: string; reason: string; state: string }>`
      select created_at, charge_id, reason, state from ledger.refund where user_id = ${userId} order by created_at`.execute(
      db,
    );
    const subscriptions = await sql<{ plan_id: string; state: string; began_at: Date; expires_at: Date }>`
      select plan_id, state, began_at, expires_at from ledger.subscription where user_id = ${userId}
      order by began_at`.execute(db);
    return {
      balance: await readBalance(db, userId),
      history: await readHistory(db, userId, longestHistory),
      payments: payments.rows,
      refunds: refunds.rows,
      subscriptions: subscriptions.rows,
      gifts: (await listGiftsOf(db, userId)).map(({ giverId, amount, state, createdAt, expiresAt }) => ({
        given: giverId === userId,
        amount,
        state,
        created_at: createdAt,
        expires_at: expiresAt,
      })),
      invitations: await listInvitationsOf(db, userId),
      promo_codes: (await usedCodes(db, userId)).map(({ code, credits }) => ({ code, credits })),
    };
  },
  forget: async (tx, userId) => {
    await ledger.subscriptions.abandon(tx, userId);
    if (await wasWelcomed(tx, userId)) await accounts.keepTrace(tx, userId, { name: welcomeTrace });
    await keepCustomerTrace(tx, accounts, userId);
    await forgetReferrals(tx, { accounts, clock }, userId);
    for (const gift of await lockOpenGifts(tx, userId)) await endGift(tx, { clock }, gift, { state: "cancelled" });
    await keepTries(tx, accounts, { userId, now: clock.now() });
    for (const { code, expiresAt, newPeopleOnly } of await usedCodes(tx, userId)) {
      await accounts.keepTrace(tx, userId, { name: promoTrace(code), ...(expiresAt && { expiresAt }) });
      if (newPeopleOnly) await accounts.keepTrace(tx, userId, { name: newPeopleTrace });
    }
    await sql`update ledger.star_order set telegram_id = null where user_id = ${userId}`.execute(tx);
    await sql`update ledger.payment set telegram_id = null where user_id = ${userId}`.execute(tx);
    await sql`
      update ledger.refund set
        reason = '',
        telegram_id = case when state in ('requested', 'approved', 'refunding') then telegram_id end
      where user_id = ${userId}`.execute(tx);
  },
});
