import { z } from "zod";

import { defineSettings } from "../settings/index.ts";
import { credits } from "./settings.ts";

/** Credits that people give each other, and what an invitation is worth. */
export const rewardSettings = defineSettings({
  key: "ledger.rewards",
  title: "Gifts and invitations",
  schema: z.object({
    /** Whether people may give credits that they bought to others. */
    gifts: z.boolean().default(true),
    /** A gift that nobody has claimed goes back after this. */
    giftDays: z.int().min(1).max(365).default(7),
    /** For whoever invited somebody, once that one has bought; 0: nothing. */
    inviterCredits: credits.nonnegative().default(0),
    /** For whoever was invited, with his first purchase; 0: nothing. */
    invitedCredits: credits.nonnegative().default(0),
    /** So many invitations are rewarded to one inviter within 30 days. */
    invitationsPerMonth: z.int().min(1).max(10_000).default(10),
    /** A bonus is taken back when its purchase is refunded within so many days. */
    bonusReversedDays: z.int().min(0).max(365).default(30),
  }),
});

/** What becomes of a refund whose credits are spent, or given to somebody else. */
export const refundSettings = defineSettings({
  key: "ledger.refunds",
  title: "Refunds of spent credits",
  schema: z.object({
    /** Refused; asked for a second press of the admin; or approved with the first. */
    spentCredits: z.enum(["refuse", "ask", "allow-negative"]).default("ask"),
    /** How far below zero a refund may bring an account, in credits; 0: any. */
    largestDebt: credits.nonnegative().default(0),
  }),
});
