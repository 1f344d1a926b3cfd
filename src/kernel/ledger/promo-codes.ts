import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { book, lockAccount, readBalance } from "./book.ts";
import type { LedgerParts } from "./deps.ts";
import { invalidAmount, invalidPromoCode } from "./errors.ts";
import { hasEverPaid } from "./newcomers.ts";
import type { PromoCode, PromoCodes } from "./promo-code.ts";
import { countTry, hasTriedTooOften } from "./promo-tries.ts";
import { systemAccounts } from "./system-accounts.ts";

export interface PromoDeps extends Pick<LedgerParts, "clock"> {
  readonly accounts: Pick<Accounts, "trace" | "audit">;
}

const largestUses = 1_000_000;

/** Of somebody who used this code before he had himself forgotten. */
export function promoTrace(code: string): string {
  return `ledger.promo.${code}`;
}

/** The same of any code for new people. */
export const newPeopleTrace = "ledger.promo-new-people";

/** Locks: the code, so that the last use of it is one person's; then the account. */
export function makePromoCodes(deps: PromoDeps): PromoCodes {
  const { clock, accounts } = deps;
  return {
    create: async (tx, given) => {
      const code = spelled(given.code);
      const { credits, mostUses, newPeopleOnly, expiresAt, actor } = given;
      if (!/^[A-Z0-9_-]{3,32}$/.test(code)) throw new AppError(invalidPromoCode, { code: code.slice(0, 40) });
      if (credits <= 0n) throw new AppError(invalidAmount, { amount: String(credits), kind: "promo code" });
      if (!Number.isInteger(mostUses) || mostUses < 1 || mostUses > largestUses) {
        throw new AppError(invalidAmount, { amount: String(mostUses), kind: "number of uses" });
      }
      const { rows } = await sql<PromoRow>`
        insert into ledger.promo_code (code, credits, most_uses, new_people_only, created_by, created_at, expires_at)
        values (${code}, ${credits}, ${mostUses}, ${newPeopleOnly}, ${actor}, ${clock.now()}, ${expiresAt ?? null})
        on conflict on constraint promo_code_pkey do nothing
        returning *`.execute(tx);
      if (rows[0] === undefined) return { ok: false, reason: "taken" };
      const after = { credits: String(credits), mostUses, newPeopleOnly, expiresAt: expiresAt?.toISOString() };
      await audit(tx, deps, { action: "ledger.promo_created", code, actor, after });
      return { ok: true, promo: toPromo(rows[0]) };
    },
    find: async (db, code) => {
      const { rows } = await sql<PromoRow>`select * from ledger.promo_code where code = ${spelled(code)}`.execute(db);
      return rows[0] && toPromo(rows[0]);
    },
    list: async (db, limit) => {
      const { rows } = await sql<PromoRow>`
        select * from ledger.promo_code order by created_at desc, code limit ${limit}`.execute(db);
      return rows.map(toPromo);
    },
    switchOff: async (tx, given, actor) => {
      const code = spelled(given);
      const { rows } = await sql`
        update ledger.promo_code set switched_off_at = ${clock.now()}
        where code = ${code} and switched_off_at is null
        returning code`.execute(tx);
      if (rows.length === 0) return false;
      await audit(tx, deps, { action: "ledger.promo_switched_off", code, actor });
      return true;
    },
    redeem: async (tx, { userId, code: given }) => {
      const code = spelled(given);
      const now = clock.now();
      if (await hasTriedTooOften(tx, accounts, { userId, now })) return { ok: false, reason: "too_many_tries" };
      const promo = await use(tx, deps, { userId, code });
      if (promo === undefined) {
        await countTry(tx, { userId, now });
        return { ok: false, reason: "not_valid" };
      }
      const account = await lockAccount(tx, userId);
      await book(tx, {
        kind: "promo",
        reference: `promo:${code}:${userId}`,
        at: now,
        reason: code,
        postings: [
          { account: systemAccounts.promo, amount: -promo.credits },
          { account: account.id, amount: promo.credits },
        ],
      });
      return { ok: true, credits: promo.credits, balance: await readBalance(tx, userId) };
    },
  };
}

function spelled(code: string): string {
  return code.trim().toUpperCase();
}

/** Takes one of the uses that are left. Undefined when there is none for him. */
async function use(
  tx: Tx,
  { clock, accounts }: PromoDeps,
  { userId, code }: { readonly userId: number; readonly code: string },
): Promise<PromoCode | undefined> {
  const { rows } = await sql<PromoRow>`
    select * from ledger.promo_code where code = ${code} for no key update`.execute(tx);
  const promo = rows[0] && toPromo(rows[0]);
  if (promo === undefined || promo.switchedOff || promo.uses >= promo.mostUses) return undefined;
  const now = clock.now();
  if (promo.expiresAt !== undefined && promo.expiresAt <= now) return undefined;
  if ((await accounts.trace(tx, userId, promoTrace(code))) > 0) return undefined;
  // Two codes for new people at once would both find that he has used none.
  if (promo.newPeopleOnly) await lockAccount(tx, userId);
  if (promo.newPeopleOnly && !(await isNew(tx, accounts, userId))) return undefined;
  const used = await sql`
    insert into ledger.promo_use (code, user_id, used_at) values (${code}, ${userId}, ${now})
    on conflict on constraint promo_use_pkey do nothing
    returning code`.execute(tx);
  if (used.rows.length === 0) return undefined;
  await sql`update ledger.promo_code set uses = uses + 1 where code = ${code}`.execute(tx);
  return promo;
}

async function isNew(tx: Tx, accounts: PromoDeps["accounts"], userId: number): Promise<boolean> {
  if (await hasEverPaid(tx, accounts, userId)) return false;
  return (
    !(await usedCodes(tx, userId)).some(({ newPeopleOnly }) => newPeopleOnly) &&
    (await accounts.trace(tx, userId, newPeopleTrace)) === 0
  );
}

/** The codes that this person has used. */
export async function usedCodes(db: Db, userId: number): Promise<readonly PromoCode[]> {
  const { rows } = await sql<PromoRow>`
    select promo_code.* from ledger.promo_use join ledger.promo_code using (code)
    where user_id = ${userId} order by used_at`.execute(db);
  return rows.map(toPromo);
}

async function audit(
  tx: Tx,
  { accounts }: PromoDeps,
  {
    action,
    code,
    actor,
    after,
  }: { readonly action: string; readonly code: string; readonly actor: string; readonly after?: unknown },
): Promise<void> {
  const origin = actor === "cli" ? "cli" : "chat";
  await accounts.audit(tx, { actor, action, subject: `promo:${code}`, ...(after !== undefined && { after }), origin });
}

interface PromoRow {
  readonly code: string;
  readonly credits: number;
  readonly most_uses: number;
  readonly uses: number;
  readonly new_people_only: boolean;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly switched_off_at: Date | null;
}

function toPromo(row: PromoRow): PromoCode {
  return {
    code: row.code,
    credits: BigInt(row.credits),
    mostUses: row.most_uses,
    uses: row.uses,
    newPeopleOnly: row.new_people_only,
    expiresAt: row.expires_at ?? undefined,
    switchedOff: row.switched_off_at !== null,
    createdAt: row.created_at,
  };
}
