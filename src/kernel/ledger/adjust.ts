import { sql } from "kysely";

import type { Accounts } from "../accounts/index.ts";
import type { Tx } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { book, lockAccount, readBalance } from "./book.ts";
import type { LedgerParts } from "./deps.ts";
import { invalidAmount, referenceReused } from "./errors.ts";
import type { Adjustment, Ledger } from "./ledger.ts";
import { starsSettings, toThousandths } from "./settings.ts";
import { systemAccounts } from "./system-accounts.ts";

/** Of somebody who was given his welcome and then forgotten: he is not given it again. */
export const welcomeTrace = "ledger.welcome";

type Adjusting = Pick<Ledger, "adjust" | "welcome">;

/** Credits given and taken without a payment. Locks: the account, before the reference is looked up. */
export function makeAdjusting({
  clock,
  settings,
  accounts,
}: Pick<LedgerParts, "clock" | "settings"> & { readonly accounts: Pick<Accounts, "trace"> }): Adjusting {
  const adjust: Ledger["adjust"] = async (tx, change) => {
    const { userId, amount, kind, actor, reason } = change;
    if (kind === "grant" ? amount <= 0n : amount >= 0n) {
      throw new AppError(invalidAmount, { amount: String(amount), kind });
    }
    const account = await lockAccount(tx, userId);
    if (await wasMadeBefore(tx, change)) return { ok: false, reason: "repeated" };
    if (account.balance.available + amount < 0n && kind === "take")
      return { ok: false, reason: "insufficient_credits" };
    await book(tx, {
      kind,
      reference: referenceOf(change),
      at: clock.now(),
      actor,
      reason: reason === "" ? undefined : reason,
      postings: [
        { account: systemAccounts.granted, amount: -amount },
        { account: account.id, amount },
      ],
    });
    return { ok: true, balance: await readBalance(tx, userId) };
  };
  return {
    adjust,
    welcome: async (tx, userId) => {
      const amount = toThousandths((await settings.read(starsSettings)).welcomeCredits);
      if (amount === 0n) return 0n;
      const reference = welcomeOf(userId);
      // Two at once, with the settings changed between them, would give two amounts under one reference.
      await lockAccount(tx, userId);
      if (await isUsed(tx, reference)) return 0n;
      if ((await accounts.trace(tx, userId, welcomeTrace)) > 0) return 0n;
      const given = await adjust(tx, { userId, amount, kind: "grant", reason: "", actor: "system", reference });
      return given.ok ? amount : 0n;
    },
  };
}

function welcomeOf(userId: number): string {
  return `welcome:${userId}`;
}

/** Whether this person was given his welcome; that he was given one before he had himself forgotten does not count here. */
export async function wasWelcomed(tx: Tx, userId: number): Promise<boolean> {
  return await isUsed(tx, welcomeOf(userId));
}

function referenceOf({ reference }: Pick<Adjustment, "reference">): string {
  return `adjust:${reference}`;
}

/** A welcome is once per person whatever the settings said then, so its amount is not compared. */
async function isUsed(tx: Tx, reference: string): Promise<boolean> {
  const { rows } = await sql`
    select from ledger.transaction where reference = ${referenceOf({ reference })}`.execute(tx);
  return rows.length > 0;
}

/** @throws AppError `ledger.reference_reused` when the reference stands for another person or amount. */
async function wasMadeBefore(tx: Tx, change: Adjustment): Promise<boolean> {
  const { rows } = await sql<{ owner: number; amount: number }>`
    select account.owner, posting.amount
    from ledger.transaction
    join ledger.posting on posting.transaction_id = transaction.id
    join ledger.account on account.id = posting.account_id and account.kind = 'user'
    where transaction.reference = ${referenceOf(change)}`.execute(tx);
  const [before] = rows;
  if (before === undefined) return false;
  if (before.owner !== change.userId || BigInt(before.amount) !== change.amount) {
    throw new AppError(referenceReused, { reference: change.reference });
  }
  return true;
}
