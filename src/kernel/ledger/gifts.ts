import { sql } from "kysely";
import { z } from "zod";

import { type Db, inTransaction, type Tx } from "../db/index.ts";
import { defineJob, type Job } from "../jobs/index.ts";
import { AppError } from "../lib/errors.ts";
import { book, lockAccount, readBalance } from "./book.ts";
import type { LedgerParts } from "./deps.ts";
import { invalidAmount, referenceReused } from "./errors.ts";
import { endGift, findGift, insertGift, listOpenGifts, lockGift } from "./gift-row.ts";
import { type Gift, type Gifts, mostOpenGifts } from "./gift.ts";
import type { Credits } from "./ledger.ts";
import { readPurchased } from "./purchased.ts";
import { rewardSettings } from "./reward-settings.ts";
import { systemAccounts } from "./system-accounts.ts";

type GiftDeps = Pick<LedgerParts, "clock" | "settings" | "announce">;

const dayMs = 24 * 60 * 60_000;

/** Locks: the gift, then one account; never both people's. */
export function makeGifts(deps: GiftDeps): Gifts {
  const { clock, settings, announce } = deps;
  return {
    giveable: readGiveable,
    give: async (tx, { id, userId, amount }) => {
      if (amount <= 0n) throw new AppError(invalidAmount, { amount: String(amount), kind: "gift" });
      const { gifts, giftDays } = await settings.read(rewardSettings);
      const account = await lockAccount(tx, userId);
      const before = await findGift(tx, id);
      if (before !== undefined) {
        if (before.giverId === userId && before.amount === amount) return { ok: true, gift: before };
        throw new AppError(referenceReused, { reference: id });
      }
      if (!gifts) return { ok: false, reason: "switched_off" };
      const giveable = await readGiveable(tx, userId);
      if (giveable < amount) return { ok: false, reason: "insufficient_credits", giveable };
      if ((await listOpenGifts(tx, userId)).length >= mostOpenGifts) return { ok: false, reason: "too_many" };
      const createdAt = clock.now();
      const expiresAt = new Date(createdAt.getTime() + giftDays * dayMs);
      const gift: Gift = { id, giverId: userId, amount, state: "open", claimedBy: undefined, createdAt, expiresAt };
      await insertGift(tx, gift);
      await book(tx, {
        kind: "gift",
        reference: `gift:${id}`,
        at: createdAt,
        postings: [
          { account: account.id, amount: -amount },
          { account: systemAccounts.gifts, amount },
        ],
      });
      return { ok: true, gift };
    },
    claim: async (tx, { id, userId }) => {
      const open = await lockGift(tx, id);
      if (open === undefined) return { ok: false, reason: "gone" };
      if (open.giverId === userId) return { ok: false, reason: "own" };
      if (open.claimedBy === userId) return { ok: false, reason: "claimed_by_him" };
      if (open.state !== "open" || open.expiresAt <= clock.now()) return { ok: false, reason: "gone" };
      const gift = await endGift(tx, deps, open, { state: "claimed", claimedBy: userId });
      await announce(tx, { type: "gift_claimed", gift });
      return { ok: true, gift, balance: await readBalance(tx, userId) };
    },
    cancel: async (tx, { id, userId }) => {
      const gift = await lockGift(tx, id);
      if (gift?.giverId !== userId || gift.state !== "open") return undefined;
      return await endGift(tx, deps, gift, { state: "cancelled" });
    },
    find: findGift,
    open: listOpenGifts,
  };
}

async function readGiveable(db: Db, userId: number): Promise<Credits> {
  const { available } = await readBalance(db, userId);
  const purchased = await readPurchased(db, userId);
  const least = available < purchased ? available : purchased;
  return least > 0n ? least : 0n;
}

const batchSize = 100;

/** What nobody has claimed in time goes back, and the giver is told. */
export function makeReturnGiftsJob(deps: Pick<LedgerParts, "db" | "clock" | "announce">): Job<Record<string, never>> {
  return defineJob({
    name: "ledger.return-gifts",
    payload: z.object({}),
    maxAttempts: 1,
    concurrency: 2,
    run: async (_, { signal }) => {
      while (!signal.aborted) {
        const { rows } = await sql<{ id: string }>`
          select id from ledger.gift where state = 'open' and expires_at <= ${deps.clock.now()}
          order by expires_at, id limit ${batchSize}`.execute(deps.db);
        for (const { id } of rows) await inTransaction(deps.db, async (tx) => await returnExpired(tx, deps, id));
        if (rows.length < batchSize) return;
      }
    },
  });
}

async function returnExpired(tx: Tx, deps: Pick<LedgerParts, "clock" | "announce">, id: string): Promise<void> {
  const open = await lockGift(tx, id);
  if (open?.state !== "open") return;
  await deps.announce(tx, { type: "gift_returned", gift: await endGift(tx, deps, open, { state: "expired" }) });
}
