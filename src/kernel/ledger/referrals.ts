import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";
import { allowDebt, book, lockAccount } from "./book.ts";
import type { LedgerParts } from "./deps.ts";
import type { Credits } from "./ledger.ts";
import { hasEverPaid } from "./newcomers.ts";
import type { BonusOffer, Referrals } from "./referral.ts";
import { rewardSettings } from "./reward-settings.ts";
import { toThousandths } from "./settings.ts";
import { systemAccounts } from "./system-accounts.ts";

export type ReferralDeps = Pick<LedgerParts, "clock" | "ids" | "settings" | "accounts" | "announce">;

const dayMs = 24 * 60 * 60_000;
const monthMs = 30 * dayMs;

/** Of somebody who was invited before he had himself forgotten. */
const invitedTrace = "ledger.invited";
/** How many of his invitations were rewarded lately, before he had himself forgotten. */
const rewardedTrace = "ledger.rewarded-invitations";

export function makeReferrals({ clock, ids, settings, accounts }: ReferralDeps): Referrals {
  return {
    codeOf: async (tx, userId) => {
      const { rows } = await sql<{ code: string }>`
        insert into ledger.invitation (user_id, code) values (${userId}, ${ids.token(9)})
        on conflict on constraint invitation_pkey do update set user_id = excluded.user_id
        returning code`.execute(tx);
      return rows[0]?.code ?? "";
    },
    accept: async (tx, { code, userId }) => {
      const inviterId = await inviterOf(tx, code);
      const inviter = inviterId === undefined ? undefined : await accounts.userById(tx, inviterId);
      if (inviter === undefined || inviter.blocked) return { ok: false, reason: "unknown" };
      if (inviter.id === userId) return { ok: false, reason: "own" };
      // Two who invite each other would reward each other.
      if (inviter.id > userId || !(await isNew(tx, { clock, accounts }, userId)))
        return { ok: false, reason: "not_new" };
      const { rows } = await sql`
        insert into ledger.referral (invited_id, inviter_id, created_at)
        values (${userId}, ${inviter.id}, ${clock.now()})
        on conflict on constraint referral_pkey do nothing
        returning invited_id`.execute(tx);
      if (rows.length === 0) return { ok: false, reason: "not_new" };
      return { ok: true, inviterId: inviter.id, offer: await readOffer(settings) };
    },
    summary: async (db, userId) => {
      const { rows } = await sql<{ came: number; rewarded: number; earned: number }>`
        select count(*)::int as came, count(*) filter (where state = 'paid')::int as rewarded,
          coalesce(sum(inviter_bonus) filter (where state = 'paid'), 0)::bigint as earned
        from ledger.referral where inviter_id = ${userId}`.execute(db);
      const { came = 0, rewarded = 0, earned = 0 } = rows[0] ?? {};
      return { came, rewarded, earned: BigInt(earned) };
    },
    offer: async () => await readOffer(settings),
  };
}

async function readOffer(settings: ReferralDeps["settings"]): Promise<BonusOffer> {
  const { inviterCredits, invitedCredits } = await settings.read(rewardSettings);
  return { inviter: toThousandths(inviterCredits), invited: toThousandths(invitedCredits) };
}

async function inviterOf(db: Db, code: string): Promise<number | undefined> {
  const { rows } = await sql<{ user_id: number }>`select user_id from ledger.invitation where code = ${code}`.execute(
    db,
  );
  return rows[0]?.user_id;
}

async function isNew(
  tx: Tx,
  { clock, accounts }: Pick<ReferralDeps, "clock" | "accounts">,
  userId: number,
): Promise<boolean> {
  const user = await accounts.userById(tx, userId);
  if (user === undefined || user.createdAt.getTime() + dayMs < clock.now().getTime()) return false;
  return !(await hasEverPaid(tx, accounts, userId)) && (await accounts.trace(tx, userId, invitedTrace)) === 0;
}

export interface OpenReferral {
  readonly invitedId: number;
  readonly inviterId: number;
}

/** The invitation that this person's first purchase would reward, with its row locked: of two purchases one is the first. */
export async function lockOpenReferral(tx: Tx, invitedId: number): Promise<OpenReferral | undefined> {
  const { rows } = await sql<{ inviter_id: number }>`
    select inviter_id from ledger.referral where invited_id = ${invitedId} and state = 'open'
    for no key update`.execute(tx);
  return rows[0] && { invitedId, inviterId: rows[0].inviter_id };
}

/** The first purchase has come. The caller has locked the referral and the buyer's account; this locks the inviter's. */
export async function rewardReferral(
  tx: Tx,
  deps: ReferralDeps,
  { referral, chargeId }: { readonly referral: OpenReferral; readonly chargeId: string },
): Promise<void> {
  const { invitedId, inviterId } = referral;
  const { inviter, invited } = await readOffer(deps.settings);
  const inviterBonus = inviter > 0n && (await mayBeRewarded(tx, deps, inviterId)) ? inviter : 0n;
  const at = deps.clock.now();
  await sql`
    update ledger.referral set
      state = ${inviterBonus + invited > 0n ? "paid" : "unpaid"}, charge_id = ${chargeId},
      inviter_bonus = ${inviterBonus}, invited_bonus = ${invited}, paid_at = ${at}
    where invited_id = ${invitedId}`.execute(tx);
  const sides = sidesOf({ invitedId, inviterId, invitedBonus: invited, inviterBonus });
  if (sides.length === 0) return;
  await book(tx, {
    kind: "referral",
    reference: `referral:${invitedId}`,
    at,
    postings: [
      { account: systemAccounts.referrals, amount: -inviterBonus - invited },
      ...(await postingsOf(tx, sides, 1n)),
    ],
  });
  for (const { userId, credits } of sides)
    await deps.announce(tx, { type: "bonus_given", bonus: { userId, invitedId, credits } });
}

/** Whether he is still there and has not had his share of this month. Locks his account: of two at once one is the last. */
async function mayBeRewarded(tx: Tx, { clock, accounts, settings }: ReferralDeps, inviterId: number): Promise<boolean> {
  const inviter = await accounts.userById(tx, inviterId);
  if (inviter === undefined || inviter.blocked) return false;
  await lockAccount(tx, inviterId);
  const { invitationsPerMonth } = await settings.read(rewardSettings);
  const before = await accounts.trace(tx, inviterId, rewardedTrace);
  return before + (await rewardedLately(tx, { userId: inviterId, now: clock.now() })) < invitationsPerMonth;
}

async function rewardedLately(
  db: Db,
  { userId, now }: { readonly userId: number; readonly now: Date },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ledger.referral
    where inviter_id = ${userId} and inviter_bonus > 0 and paid_at > ${new Date(now.getTime() - monthMs)}`.execute(db);
  return rows[0]?.count ?? 0;
}

interface Bonuses {
  readonly invitedId: number;
  readonly inviterId: number;
  readonly invitedBonus: Credits;
  readonly inviterBonus: Credits;
}

interface Side {
  readonly userId: number;
  readonly credits: Credits;
}

/** The invited first: accounts are locked in this order. */
function sidesOf({ invitedId, inviterId, invitedBonus, inviterBonus }: Bonuses): readonly Side[] {
  return [
    { userId: invitedId, credits: invitedBonus },
    { userId: inviterId, credits: inviterBonus },
  ].filter(({ credits }) => credits > 0n);
}

async function postingsOf(
  tx: Tx,
  sides: readonly Side[],
  sign: 1n | -1n,
): Promise<readonly { readonly account: number; readonly amount: Credits }[]> {
  const postings = [];
  for (const { userId, credits } of sides) {
    const { id } = await lockAccount(tx, userId);
    postings.push({ account: id, amount: sign * credits });
  }
  return postings;
}

/** What the refund of this payment would take back, with the row locked; undefined when nothing (any more). */
export async function lockReversible(
  tx: Tx,
  { clock, settings }: Pick<ReferralDeps, "clock" | "settings">,
  chargeId: string,
): Promise<Bonuses | undefined> {
  const { rows } = await sql<{
    invited_id: number;
    inviter_id: number;
    invited_bonus: number;
    inviter_bonus: number;
    paid_at: Date;
  }>`
    select invited_id, inviter_id, invited_bonus, inviter_bonus, paid_at from ledger.referral
    where charge_id = ${chargeId} and state = 'paid' for no key update`.execute(tx);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { bonusReversedDays } = await settings.read(rewardSettings);
  if (row.paid_at.getTime() + bonusReversedDays * dayMs < clock.now().getTime()) return undefined;
  return {
    invitedId: row.invited_id,
    inviterId: row.inviter_id,
    invitedBonus: BigInt(row.invited_bonus),
    inviterBonus: BigInt(row.inviter_bonus),
  };
}

/** The purchase was refunded: both bonuses go back, below zero where they are spent. The caller has locked the payment. */
export async function reverseReferral(
  tx: Tx,
  deps: Pick<ReferralDeps, "clock" | "settings" | "announce">,
  chargeId: string,
): Promise<void> {
  const bonuses = await lockReversible(tx, deps, chargeId);
  if (bonuses === undefined) return;
  const { invitedId } = bonuses;
  const at = deps.clock.now();
  await sql`
    update ledger.referral set state = 'reversed', reversed_at = ${at} where invited_id = ${invitedId}`.execute(tx);
  const sides = sidesOf(bonuses);
  const postings = await postingsOf(tx, sides, -1n);
  for (const { account, amount } of postings) await allowDebt(tx, account, -amount);
  await book(tx, {
    kind: "referral_reversed",
    reference: `referral-reversed:${invitedId}`,
    at,
    postings: [{ account: systemAccounts.referrals, amount: bonuses.invitedBonus + bonuses.inviterBonus }, ...postings],
  });
  for (const { userId, credits } of sides)
    await deps.announce(tx, { type: "bonus_reversed", bonus: { userId, invitedId, credits } });
}

/** What must outlive the person's being forgotten, so that nobody is invited or rewarded anew by it. */
export async function forgetReferrals(
  tx: Tx,
  {
    accounts,
    clock,
  }: { readonly accounts: Pick<Accounts, "trace" | "keepTrace">; readonly clock: ReferralDeps["clock"] },
  userId: number,
): Promise<void> {
  const { rows } = await sql`select from ledger.referral where invited_id = ${userId}`.execute(tx);
  if (rows.length > 0) await accounts.keepTrace(tx, userId, { name: invitedTrace });
  const now = clock.now();
  const rewarded = await rewardedLately(tx, { userId, now });
  if (rewarded > 0) {
    const amount = rewarded + (await accounts.trace(tx, userId, rewardedTrace));
    await accounts.keepTrace(tx, userId, { name: rewardedTrace, amount, expiresAt: new Date(now.getTime() + monthMs) });
  }
  await sql`delete from ledger.invitation where user_id = ${userId}`.execute(tx);
}

/** By whom he was invited is the other's affair; that he was, and whom he brought, without names. */
export async function listInvitationsOf(db: Db, userId: number): Promise<readonly unknown[]> {
  const { rows } = await sql`
    select case invited_id when ${userId} then 'invited' else 'inviter' end as role, state, created_at, paid_at,
      case invited_id when ${userId} then invited_bonus else inviter_bonus end as bonus
    from ledger.referral where ${userId} in (invited_id, inviter_id) order by created_at`.execute(db);
  return rows;
}
