import { z } from "zod";

import { thousandths } from "../lib/money.ts";
import { defineSettings } from "../settings/index.ts";
import type { Credits, Pack } from "./ledger.ts";

/** At most three decimals: the ledger counts thousandths. */
export const credits = z
  .number()
  .max(1_000_000)
  .refine((value) => Math.abs(value * 1000 - Math.round(value * 1000)) < 1e-6, "at most three decimals");

const pack = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/),
  credits: credits.positive(),
  /** Whole Stars. */
  stars: z.int().min(1).max(100_000),
});

/** Paid every 30 days; Telegram takes at most 10,000 Stars for that. */
const plan = z
  .object({
    id: z.string().regex(/^[a-z0-9-]{1,32}$/),
    stars: z.int().min(1).max(10_000),
    /** With each payment. */
    credits: credits.nonnegative().default(0),
    /** What it entitles to besides, by the name that a feature has registered, such as `signals.premium`. */
    entitlement: z.string().max(64).optional(),
  })
  .refine(({ credits, entitlement }) => credits > 0 || entitlement !== undefined, "a plan gives credits or entitles");

/** What is sold, for how much, and how long a price stands. */
export const starsSettings = defineSettings({
  key: "ledger.stars",
  title: "Stars, packs and plans",
  schema: z.object({
    packs: z
      .array(pack)
      .max(20)
      .refine((packs) => new Set(packs.map(({ id }) => id)).size === packs.length, "two packs have the same id")
      .default([
        { id: "credits-1", credits: 1, stars: 100 },
        { id: "credits-5", credits: 5, stars: 500 },
        { id: "credits-10", credits: 10, stars: 1000 },
        { id: "credits-25", credits: 25, stars: 2500 },
      ]),
    plans: z
      .array(plan)
      .max(10)
      .refine((plans) => new Set(plans.map(({ id }) => id)).size === plans.length, "two plans have the same id")
      .default([{ id: "monthly-12", credits: 12, stars: 1000 }]),
    /** How long an invoice can be paid at its price. */
    orderValidMinutes: z
      .int()
      .min(1)
      .max(60 * 24 * 30)
      .default(60 * 24),
    /** Free credits for somebody new. */
    welcomeCredits: credits.nonnegative().default(0),
    /** The reconciler leaves alone what is younger: its update is probably on its way. */
    reconcileAfterSeconds: z.int().min(0).max(3600).default(120),
  }),
});

export type StarsSettings = z.output<typeof starsSettings.schema>;

/** What is sold now. */
export function packsOf(settings: StarsSettings): readonly Pack[] {
  return settings.packs.map(({ id, credits: whole, stars }) => ({ id, credits: toThousandths(whole), stars }));
}

export function toThousandths(whole: number): Credits {
  return BigInt(Math.round(whole * Number(thousandths)));
}
